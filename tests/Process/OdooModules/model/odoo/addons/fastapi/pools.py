import collections
import contextlib


class Pool:
    """Apps by path, used by one request at a time and given back. It is dropped when a signal has come."""

    def __init__(self):
        self._free, self._sequences = collections.defaultdict(list), None

    @contextlib.contextmanager
    def get_app(self, env, path):
        sequences = dict(env.registry.cache_sequences)
        if sequences != self._sequences:
            self.invalidate(env)
            self._sequences = sequences
        app = self._free[path].pop() if self._free[path] else env["fastapi.endpoint"].get_app(path)
        try:
            yield app
        finally:
            self._free[path].append(app)

    def invalidate(self, env, root_path=None):
        self._free.clear()


fastapi_app_pool = Pool()
