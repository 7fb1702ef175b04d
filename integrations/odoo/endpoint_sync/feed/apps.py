"""The apps that Odoo keeps between requests."""

import threading
import weakref


class Apps:
    """
    Keeps apps of a former version from being used again. A request that was open when a version came may still put into
    a cache what its old snapshot says, and return its app to OCA's pool. So each request drops both until those that
    were open have ended, and once more.
    """

    def __init__(self):
        self._lock = threading.Lock()
        self._open = weakref.WeakKeyDictionary()
        self._dropped_for = None
        self._may_be_stale = False

    def enter(self, request, table, drop):
        """A request begins that is answered by a table."""
        with self._lock:
            has_older = any(other is not table for other in self._open.values())
            if self._dropped_for is not table or has_older or self._may_be_stale:
                drop()
            self._dropped_for, self._may_be_stale = table, has_older
            self._open[request] = table
