import logging
import threading

from ..release import SERIES
from .. import SUPERUSER_ID, api, models, sql_db, tools

_logger = logging.getLogger(__name__)

CACHES = ("default", "assets", "templates", "routing", "groups") if SERIES > 16 else ("default",)


def sequence_of(cache):
    return f"base_cache_signaling_{cache}" if SERIES > 16 else "base_cache_signaling"


class Registry:
    """The models and caches of a database in this process, and the signals by which others invalidate them."""

    registries = {}
    _lock = threading.RLock()

    def __new__(cls, db_name):
        with cls._lock:
            return cls.registries.get(db_name) or cls.new(db_name)

    @classmethod
    def new(cls, db_name, update_module=False):
        with cls._lock:
            registry = object.__new__(cls)
            registry.db_name, registry.ready = db_name, False
            registry._init_modules = set()
            registry._caches = {name: {} for name in CACHES}
            registry._invalidation_flags = threading.local()
            cls.registries[db_name] = registry
            registry.setup_signaling()
            registry.models = models.classes_of(registry)
            with registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                if update_module:
                    for model in env.values():
                        model.init()
                    for step in update_module if isinstance(update_module, list) else []:
                        step(env)
                        cr.commit()
                for model in env.values():
                    model._register_hook()
            registry.ready = True
            if update_module:
                with registry.cursor() as cr:
                    cr.execute("select nextval('base_registry_signaling')")
                    registry.registry_sequence = cr.fetchone()[0]
            return registry

    def __getitem__(self, name):
        return self.models[name]

    def __iter__(self):
        return iter(self.models)

    def __contains__(self, name):
        return name in self.models

    def cursor(self):
        return sql_db.Cursor()

    def setup_signaling(self):
        with self.cursor() as cr:
            # Not at once by several, who would each create them.
            cr.execute("select pg_advisory_xact_lock(4711)")
        with self.cursor() as cr:
            for name in ("base_registry_signaling", *map(sequence_of, CACHES)):
                cr.execute("select to_regclass(%s)", (name,))
                if cr.fetchone()[0] is None:
                    cr.execute(f"create sequence {name}; select nextval('{name}')")
        self.registry_sequence, self.cache_sequences = self.get_sequences()

    def get_sequences(self):
        with self.cursor() as cr:
            names = ["base_registry_signaling", *map(sequence_of, CACHES)]
            cr.execute(f"select {', '.join(f'{name}.last_value' for name in names)} from {', '.join(names)}")
            registry, *caches = cr.fetchone()
        return registry, dict(zip(CACHES, caches))

    def invalidate(self, names):
        for name in names:
            name = name if SERIES > 16 else "default"
            self._caches[name].clear()
            self.invalidated.add(name)

    @property
    def invalidated(self):
        """The caches that this thread has cleared since it last signalled."""
        if not hasattr(self._invalidation_flags, "cache"):
            self._invalidation_flags.cache = set()
        return self._invalidation_flags.cache

    def check_signaling(self):
        if not tools.config["signals"]:
            return self
        registry, caches = self.get_sequences()
        if registry != self.registry_sequence:
            _logger.info("Reloading the model registry after database signaling.")
            return Registry.new(self.db_name)
        for name in CACHES:
            if caches[name] != self.cache_sequences[name]:
                self._caches[name].clear()
                self.forget_routing_maps()
        self.cache_sequences = caches
        self.invalidated.clear()
        return self

    def signal_changes(self):
        if self.invalidated:
            with self.cursor() as cr:
                for name in self.invalidated:
                    cr.execute(f"select nextval('{sequence_of(name)}')")
                    self.cache_sequences[name] = cr.fetchone()[0]
            self.invalidated.clear()

    if SERIES > 16:
        cache_invalidated = invalidated

        def clear_cache(self, *names):
            self.invalidate(names or ("default",))

        def forget_routing_maps(self):
            """They are in the cache."""

    else:
        @property
        def cache_invalidated(self):
            return bool(self.invalidated)

        @cache_invalidated.setter
        def cache_invalidated(self, value):
            self.invalidated.clear()
            self.invalidated.update(["default"] if value else [])

        def clear_caches(self):
            self.invalidate(["default"])
            self.forget_routing_maps()

        def forget_routing_maps(self):
            self["ir.http"]._clear_routing_map()
