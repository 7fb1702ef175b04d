"""Asks the coordinator for a sync: one request per process and database at a time, which all callers share."""

import logging
import time

from .silos import Refused
from .worker import Shared

_logger = logging.getLogger(__name__)


REFUSED_PAUSE = 300.0  # seconds until a key that may not reload is tried again


class Asks:
    """The requests of one process for one registry."""

    def __init__(self, silos):
        self._silos = silos
        self._shared = Shared()
        self._refused_at = None

    def reload(self, timeout):
        """
        :returns: the version that has everything that was committed before this call, or None if no silo made one in
            time; and whether a silo answered, or None if none was asked
        """
        if self._refused_at is not None and time.monotonic() - self._refused_at < REFUSED_PAUSE:
            return None, None
        try:
            receipt = self._shared.get(lambda: self._reload(timeout), 2 * timeout)
        except Refused as refused:
            if refused.status in (401, 403):
                self._refused_at = time.monotonic()
                _logger.info("Syncs are requested by SQL, because this server's key may not reload: %s", refused)
            else:
                _logger.warning("The coordinator refuses a sync: %s", refused)
            return None, True
        except Exception as failure:
            _logger.warning("No silo could be asked for a sync: %s", failure)
            return None, False
        if receipt is None or receipt["outcome"] not in ("Synced", "UpToDate", "Pinned"):
            _logger.info("A sync was asked for and is not done yet: %s", receipt and receipt["outcome"])
            return None, receipt is not None
        return receipt["version"], True

    def _reload(self, timeout):
        asked = self._silos.current
        try:
            return self._silos.reload(timeout)
        except (OSError, ValueError):
            # Another silo answers at once if it lives.
            self._silos.move(asked)
            if self._silos.current == asked:
                raise
            return self._silos.reload(timeout)
