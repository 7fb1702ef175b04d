"""The routing maps of one process and database, by Odoo's key for them."""

import threading


class Maps:
    """
    Keeps Odoo's maps from being older than the version that this process has acknowledged.

    Odoo caches a map when it has been built. A request that began to build before a version came may store its map
    after the caches were cleared for that version. So maps are built one after the other, and only those of the newest
    generation are handed out.
    """

    def __init__(self):
        self._building = threading.RLock()
        self._builder = None
        self._kept = {}

    @property
    def is_building_here(self):
        """Whether this thread builds a map, so that no other can until it is done."""
        return self._builder is threading.current_thread()

    def get(self, key, token, build):
        """
        The map of a key.

        :param token: what stays the same as long as Odoo has not dropped its own maps for a reason of its own
        :param build: makes a map
        """
        kept = self._kept.get(key)
        if kept and kept[0] is token():
            return kept[1]
        with self._building:
            kept = self._kept.get(key)
            if kept and kept[0] is token():
                return kept[1]
            made_for, built = token(), self._build(build)
            self._kept[key] = (made_for, built)
            return built

    def renew(self, clear, make):
        """
        Starts a generation.

        :param clear: clears Odoo's caches
        :param make: asks for a map and returns what is wrong with it, or None
        """
        with self._building:
            clear()
            self._kept = {}
            return self._build(make)

    def _build(self, build):
        outer, self._builder = self._builder, threading.current_thread()
        try:
            return build()
        finally:
            self._builder = outer
