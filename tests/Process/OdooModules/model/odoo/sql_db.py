import contextlib
import logging
import threading

import psycopg2
from psycopg2.extensions import ISOLATION_LEVEL_REPEATABLE_READ

_logger = logging.getLogger(__name__)

dsn = ""


class Callbacks:
    def __init__(self):
        self._callbacks, self.data = [], {}

    def add(self, callback):
        self._callbacks.append(callback)

    def run(self):
        callbacks, self._callbacks, self.data = self._callbacks, [], {}
        for callback in callbacks:
            callback()


class Pool:
    """Connections stay open between uses."""

    def __init__(self):
        self._lock, self._free, self.opened = threading.Lock(), [], 0

    def borrow(self):
        with self._lock:
            if self._free:
                return self._free.pop()
            self.opened += 1
        connection = psycopg2.connect(dsn, application_name="odoo")
        connection.set_session(isolation_level=ISOLATION_LEVEL_REPEATABLE_READ)
        return connection

    def give_back(self, connection):
        with self._lock:
            if not connection.closed:
                self._free.append(connection)

    def forget(self):
        """In a forked process: the parent's connections are the parent's."""
        self.__init__()


pool = Pool()


class Cursor:
    dbname = "model"

    def __init__(self):
        self._cnx = pool.borrow()
        self._obj = self._cnx.cursor()
        self.postcommit = Callbacks()

    def execute(self, query, params=None, log_exceptions=True):
        try:
            self._obj.execute(query, params)
        except psycopg2.Error as failure:
            if log_exceptions:
                _logger.error("bad query: %s\nERROR: %s", query, failure)
            raise

    def fetchone(self):
        return self._obj.fetchone()

    def fetchall(self):
        return self._obj.fetchall()

    @property
    def rowcount(self):
        return self._obj.rowcount

    @contextlib.contextmanager
    def savepoint(self, flush=True):
        self._obj.execute("savepoint s")
        try:
            yield
        except Exception:
            self._obj.execute("rollback to savepoint s")
            raise
        self._obj.execute("release savepoint s")

    def commit(self):
        self._cnx.commit()
        self.postcommit.run()

    def rollback(self):
        self.postcommit = Callbacks()
        self._cnx.rollback()

    def close(self):
        if self._cnx:
            self._obj.close()
            if not self._cnx.closed:
                self._cnx.rollback()
            pool.give_back(self._cnx)
            self._cnx = None

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        try:
            if kind is None:
                self.commit()
        finally:
            self.close()
