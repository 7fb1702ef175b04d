import functools
import inspect

from .release import SERIES

config = {"workers": 2, "signals": True, "stop_after_init": False, "test_enable": False, "config": None}


class ormcache:
    """Keeps a method's results in one of the registry's caches. The arguments of the decorator are expressions over the
    method's own, which make the key."""

    def __init__(self, *expressions, cache="default"):
        self.expressions, self.cache = expressions, cache

    def __call__(self, method):
        signature = inspect.signature(method)

        @functools.wraps(method)
        def lookup(model, *args, **kwargs):
            bound = signature.bind(model, *args, **kwargs)
            bound.apply_defaults()
            values = tuple(eval(text, {}, dict(bound.arguments)) for text in self.expressions)
            key, cache = (model._name, method, *values), model.pool._caches[self.cache if SERIES > 16 else "default"]
            try:
                return cache[key]
            except KeyError:
                value = cache[key] = method(model, *args, **kwargs)
                return value

        return lookup
