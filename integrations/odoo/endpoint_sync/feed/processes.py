"""Which workers this process has. A thread does not live on in a forked process, so what a parent had counts for
nothing there."""

import atexit
import os
import socket
import threading

_lock = threading.Lock()
_pid = None
_workers = {}


def after_fork():
    """A lock that another thread of the parent held would never be released here."""
    global _lock, _pid, _workers
    _lock, _pid, _workers = threading.Lock(), None, {}


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=after_fork)


def name_of_process(kind):
    return "odoo-%s@%s:%d" % (kind, socket.gethostname(), os.getpid())


def worker_of(database):
    """The worker of a database in this process, or None."""
    return _workers.get(database) if _pid == os.getpid() else None


def start_worker(database, make):
    """
    Starts the worker of a database, once in this process.

    :param make: makes the worker
    """
    global _pid
    with _lock:
        if _pid != os.getpid():
            _pid = os.getpid()
            _workers.clear()
            # Not inherited from the parent, which has no worker of its own.
            atexit.register(_stop_those_of, _pid)
        worker = _workers.get(database)
        if worker is None:
            worker = _workers[database] = make()
            worker.start()
        return worker


def stop_worker(database):
    """Stops the worker of a database, as when the module is uninstalled."""
    with _lock:
        worker = _workers.pop(database, None) if _pid == os.getpid() else None
    if worker:
        worker.stop()


def _stop_those_of(pid):
    if pid == os.getpid():
        for database in list(_workers):
            stop_worker(database)
