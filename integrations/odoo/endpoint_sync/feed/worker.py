"""A process of Odoo as a worker of the feed: a thread that asks, takes up what is new, and acknowledges it."""

import json
import logging
import random
import threading
import time
import uuid

from .table import EMPTY

_logger = logging.getLogger(__name__)

PROTOCOL = 1
LONG_POLL = 1.5           # seconds; a silo may hold a question so long
GRACE = 1.0               # a live silo answers within this time after it
UNCONFIRMED_POLL = 0.2    # while the version is not served yet
FOLLOWED = 5.0            # a worker follows a silent silo so long
LEAVE_TIMEOUT = 1.0


class Refusal(Exception):
    """An answer that cannot be taken up."""


class FeedWorker:
    """
    Follows a registry until it is stopped.

    :param silos: the silos that are asked
    :param take_up: called in the worker's thread with a table and the one before it. It makes the process answer by the
        new table, and returns what keeps it from that, or None
    """

    def __init__(self, settings, name, silos, take_up):
        self.id = str(uuid.uuid4())
        self.name = name
        self.silos = silos
        self.served = EMPTY
        self.problem = None
        self._registry = settings.registry
        self._take_up = take_up
        self._table = EMPTY
        self._needs_all = False
        self._is_stale = False  # Odoo's own signals decided meanwhile, so what is served may be older than that.
        self._answered_at = None
        self._changed = threading.Condition()
        self._stopping = threading.Event()
        self._failure = None
        self._newest = Shared()
        self._thread = threading.Thread(target=self._follow, name="endpoint_sync." + settings.database, daemon=True)

    def start(self):
        self._thread.start()

    def stop(self):
        """Stops, and tells the silo, so that nobody waits for this worker."""
        self._stopping.set()
        try:
            self.silos.leave(self.id, LEAVE_TIMEOUT)
        except Exception as failure:  # The lease ends by itself.
            _logger.debug("%s could not say that it stops: %s", self.name, failure)

    @property
    def is_following(self):
        """Whether a silo has answered lately. Otherwise Odoo's own signals decide what this process serves."""
        answered = self._answered_at
        return (self.served.version > 0 and not self._is_stale and answered is not None
                and time.monotonic() - answered < FOLLOWED)

    def wait_for(self, version, timeout):
        """Waits until this process serves a version or a later one.

        :returns: whether it does"""
        with self._changed:
            return self._changed.wait_for(lambda: self.served.version >= version, timeout)

    def is_newest(self, timeout):
        """Asks, once for all concurrent callers, whether there is a newer version, and if so waits for it a little.

        :returns: False if a newer version came meanwhile, so that looking again is worth it"""
        begun, version = time.monotonic(), self.served.version
        try:
            newest = self._newest.get(lambda: self.silos.newest(timeout), timeout)
        except Exception as failure:
            _logger.debug("The newest version is unknown: %s", failure)
            return self.served.version == version
        if newest is not None and newest > version:
            self.wait_for(newest, max(0.0, timeout - (time.monotonic() - begun)))
        return self.served.version == version

    def _follow(self):
        failures = 0
        while not self._stopping.is_set():
            asked = self.silos.current
            try:
                failures = 0 if self._step() else failures + 1
                self._report(None)
            except Exception as failure:
                if self._stopping.is_set():
                    break  # The connection was closed by the one who stops this worker.
                failures += 1
                self._is_stale = True
                self._report(failure)
                self.silos.move(asked)
            if failures:
                # Jitter, so that the processes which lost one silo do not come to the next one together.
                self._stopping.wait(min(1.0, 0.05 * 2 ** min(failures, 5)) * random.uniform(0.5, 1))
        self.silos.close()

    def _step(self):
        """One question; true if its answer was worth the next one at once."""
        before, asked = self.served, time.monotonic()
        if self._answered_at is not None and asked - self._answered_at >= FOLLOWED:
            self._is_stale = True
        wait = self._poll()
        lines = self.silos.feed(self._question(wait), wait + GRACE)
        head = json.loads(lines[0])
        if head["protocol"] != PROTOCOL:
            raise Refusal("the silo speaks protocol %s and this worker %d" % (head["protocol"], PROTOCOL))
        self._answered_at = time.monotonic()
        self.silos.learn(head.get("silos", []))
        if head.get("stopping"):
            self.silos.move()
        self._take(head, [json.loads(line) for line in lines[1:]])
        self._serve()
        held = time.monotonic() - asked > wait / 3 and wait > 0
        return self.served is not before or (held and not head.get("stopping"))

    def _poll(self):
        if self._table is EMPTY:
            return 0.0
        return LONG_POLL if self.served is self._table and not self._needs_all else UNCONFIRMED_POLL

    def _question(self, wait):
        fields = {
            "worker": self.id, "name": self.name, "serves": self.served.version, "after": 0,
            "timeout": "%dms" % (wait * 1000),
        }
        if self._table.version and not self._needs_all:
            fields.update(after=self._table.version, hash=self._table.hash)
        if self.problem:
            fields["problem"] = self.problem[:500]
        return fields

    def _take(self, head, lines):
        """A version never goes back; the same one with another hash is another table."""
        if "from" not in head or head["version"] < self._table.version:
            return
        if len(lines) != head.get("count", 0):
            raise Refusal("the answer ends too early")
        table = self._table.next(head, lines)
        self._needs_all = table is None
        if table is None:
            self.problem = "the routes of version %d do not have its hash" % head["version"]
        elif (table.version, table.hash) != (self._table.version, self._table.hash):
            self._table = table

    def _serve(self):
        """Serves the newest table, if it is not served already."""
        table, before = self._table, self.served
        if table is before and not self._is_stale:
            return
        problem = self._take_up(table, before)
        if problem:
            if problem != self.problem:
                _logger.warning("%s keeps serving version %d of %s instead of %d: %s",
                                self.name, before.version, self._registry, table.version, problem)
            self.problem = problem
            return
        with self._changed:
            self.served, self.problem, self._is_stale = table, None, False
            self._changed.notify_all()
        if table is not before:
            _logger.info("%s serves version %d of %s: %d routes",
                         self.name, table.version, self._registry, len(table.routes))

    def _report(self, failure):
        """Logs that silos are away, once, and that they are back."""
        if failure is not None and self._failure is None:
            _logger.warning("%s gets no routes of %s: %s. Until it does, Odoo's own signals decide what it serves.",
                            self.name, self._registry, failure)
        elif failure is None and self._failure is not None:
            _logger.info("%s follows %s again", self.name, self._registry)
        self._failure = failure


class Shared:
    """One call under way at a time. Who comes while it runs shares the next one: an answer that began before the
    question may be too old."""

    def __init__(self):
        self._changed = threading.Condition()
        self._started = self._ended = 0
        self._running = False
        self._result = self._error = None

    def get(self, call, timeout):
        """
        :returns: the result of a call that began after this one; None if there was none in time
        """
        deadline = time.monotonic() + timeout
        with self._changed:
            # The running call began before this question, so the one after it counts.
            wanted = self._started + 1
            while self._ended < wanted and self._running:
                if not self._changed.wait(deadline - time.monotonic()) and time.monotonic() >= deadline:
                    return None
            if self._ended >= wanted:
                return self._outcome()
            self._running = True
            self._started += 1
        return self._run(call)

    def _run(self, call):
        result = error = None
        try:
            result = call()
        except Exception as failure:
            error = failure
        with self._changed:
            self._running = False
            self._ended = self._started
            self._result, self._error = result, error
            self._changed.notify_all()
            return self._outcome()

    def _outcome(self):
        if self._error is not None:
            raise self._error
        return self._result
