"""What this process knows of the coordinator of each database."""

import logging
import os
import threading
import time

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry

from . import compat, database
from .feed import processes, settings
from .feed.apps import Apps
from .feed.asks import Asks
from .feed.maps import Maps
from .feed.silos import Silos
from .feed.table import endpoint_id
from .feed.worker import FeedWorker

_logger = logging.getLogger(__name__)

SHORT_WAIT = 1.0  # Seconds for a silo that does not answer, and may find the request all the same.
FEW = 20  # Changed endpoints that are looked up one by one, as a request does; more are looked up together.

_of_process = (None, {})
_lock = threading.Lock()
_loaded = set()
_neutralized = set()


def of(name):
    """What this process knows of the coordinator of a database. A forked process begins anew."""
    global _of_process
    pid, known = _of_process
    if pid != os.getpid():
        known = {}
        _of_process = (os.getpid(), known)
    following = known.get(name)
    if following is None:
        following = known.setdefault(name, Following(name))
    return following


def forget_after_fork():
    global _lock
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=forget_after_fork)


def loaded(env):
    """The registry of a database is loaded: says what is on, and lets this process follow if it serves requests."""
    following = of(env.cr.dbname)
    _loaded.add(env.cr.dbname)
    if database.is_neutralized(env.cr):
        _neutralized.add(env.cr.dbname)
    following.announce()
    kind = compat.process_kind()
    if kind:
        following.follow(kind)


def start_of_http_worker():
    """A prefork worker begins to serve. The databases were loaded by its parent; others are when a request comes."""
    for name in sorted(_loaded):
        of(name).follow("http")


class Following:
    """One database in one process."""

    def __init__(self, name):
        self.database = name
        self.maps = Maps()
        self.apps = Apps()
        self.settings = self.mistakes = None
        try:
            self.settings = settings.read(compat.configuration_files(), name)
        except settings.SettingsError as failure:
            self.mistakes = str(failure)
        has_silos = self.settings is not None and self.settings.is_on
        self.silos = Silos(self.settings) if has_silos else None
        self.asks = Asks(self.silos) if has_silos else None

    @property
    def is_on(self):
        """Whether anything is asked for this database: its settings are right, and it is no neutralized copy."""
        return self.settings is not None and self.database not in _neutralized

    @property
    def asks_silos(self):
        return self.is_on and self.settings.is_on

    @property
    def worker(self):
        """The worker of this process, or None."""
        return processes.worker_of(self.database)

    @property
    def served(self):
        """The table that this process answers by; None while Odoo's own signals decide that."""
        worker = self.worker
        return worker.served if worker and worker.is_following else None

    def announce(self):
        if self.mistakes:
            _logger.error("EndpointSync is off for '%s':\n%s", self.database, self.mistakes)
        elif not self.is_on:
            _logger.info("EndpointSync is off for '%s': it is a neutralized copy", self.database)
        else:
            _logger.info("EndpointSync: %s", self.settings.describe())

    def follow(self, kind):
        """Makes this process a worker of the registry, once."""
        if self.asks_silos and self.worker is None:
            processes.start_worker(
                self.database,
                lambda: FeedWorker(self.settings, processes.name_of_process(kind), self.silos, self._take_up))

    def complete(self, registry, ids, requested):
        """After the commit: has the endpoints synced, and waits until this process serves them, for a bounded time.

        :param requested: the newest version when the request was recorded; None if it could not be"""
        if self.maps.is_building_here and requested is not None:
            # OpenSPP syncs while it builds a map. A version could not be taken up meanwhile, so the request is enough.
            return
        deadline = time.monotonic() + self.settings.timeout
        version, answered = self.asks.reload(self.settings.timeout) if self.asks else (None, None)
        worker = self.worker
        if version is not None:
            # While a registry is being loaded, its lock keeps the feed's thread from taking up anything.
            if worker and registry.ready:
                worker.wait_for(version, max(0.0, deadline - time.monotonic()))
            return
        if requested is not None:
            left = SHORT_WAIT if answered is False else deadline - time.monotonic()
            if database.wait_until_synced(registry, ids, requested, max(0.0, left)):
                if worker and registry.ready:
                    worker.is_newest(self.settings.not_found_timeout)
                return
        # Where none was asked, because the key is not one for reloads, the feed knows whether silos live.
        silos_live = answered or (answered is None and worker is not None and worker.is_following)
        if self.settings.fallback == "odoo" and not silos_live:
            self._sync_without_silos(registry, ids)
        elif requested is None:
            _logger.error("Endpoints %s are not synced: no silo made a version, and the request could not be recorded. "
                          "Sync them again.", ids)
        else:
            _logger.warning("Endpoints %s are not synced after %g seconds. The request is recorded: a silo syncs them "
                            "unless they are in quarantine.", ids, self.settings.timeout)

    def _sync_without_silos(self, registry, ids):
        def write(cr):
            env = api.Environment(cr, SUPERUSER_ID, {"endpoint_sync_directly": True})
            return env["fastapi.endpoint"].with_context(active_test=False).browse(ids)._endpoint_sync_directly()

        try:
            count = database.under_lock(registry, self.settings.lock, self.settings.timeout, write)
        except Exception:
            _logger.exception("Endpoints %s could not be synced by Odoo", ids)
            return
        if count is None:
            _logger.info("sync skipped for %s: another writer has the lock", self.database)
        else:
            _logger.info("Synced %d endpoints for %s without silos", count, self.database)

    def _take_up(self, table, before):
        """Makes this process answer by a table. It runs in the feed's thread.

        :returns: what keeps it from that, or None"""
        threading.current_thread().dbname = self.database
        registry = Registry(self.database)
        if "endpoint.sync" not in registry:
            processes.stop_worker(self.database)
            return "the module endpoint_sync is not installed any more"
        with registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            with compat.as_request(env):
                problem = self.maps.renew(
                    lambda: compat.clear_caches(registry), lambda: self._find_problem(env, table, before))
        if problem:
            newest = database.newest_version(registry)
            if newest is not None and newest > table.version:
                # The map was read after a later version was committed, which comes with the next answer.
                return None
        return problem

    def _find_problem(self, env, table, before):
        """Whether this process would answer by the table: each rule is in the map, and each endpoint is found."""
        rules = {rule.rule for rule in env["ir.http"].routing_map().iter_rules()
                 if getattr(rule.endpoint, "routing", {}).get("type") == "fastapi"}
        changed, gone = table.changes_since(before)
        wanted = {rule for route in table.routes.values() for rule in route.get("rules", ())}
        for key in gone:
            for rule in before.routes[key].get("rules", ()):
                if rule in rules and rule not in wanted:
                    return "Odoo still routes %s of %s" % (rule, key)
        by_root_path = compat.endpoint_ids_by_root_path(env) if len(changed) > FEW else None
        for route in changed:
            for rule in route["rules"]:
                if rule not in rules:
                    return "Odoo does not route %s of %s" % (rule, route["key"])
            root_path = route["rules"][0][:-1]
            found = ([by_root_path.get(root_path)] if by_root_path is not None
                     else compat.endpoint_ids_at(env, root_path))
            if endpoint_id(route["key"]) not in found:
                return "Odoo finds no app for %s of %s" % (route["rules"][0], route["key"])
        return None
