"""Servers with threads and with forked workers. The latter have one listening socket for all, and one for each, so that
a test can ask each."""

import json
import logging
import os
import select
import signal
import socket
import sys
import threading
import time

from werkzeug.serving import WSGIRequestHandler, make_server

from .. import sql_db, tools

_logger = logging.getLogger(__name__)

server = None


class QuietHandler(WSGIRequestHandler):
    def log_request(self, *_):
        pass


def listen():
    opened = socket.socket()
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    opened.bind(("127.0.0.1", 0))
    opened.listen(128)
    opened.setblocking(False)
    return opened


def say(**facts):
    # One write, which no other process gets in between.
    os.write(sys.stdout.fileno(), (json.dumps(facts) + "\n").encode())


class ThreadedServer:
    def __init__(self, application):
        self.application, self.pid = application, os.getpid()

    def run(self, preload):
        preload()
        self.socket = listen()
        say(shared=self.socket.getsockname()[1], workers=[self.socket.getsockname()[1]])
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        self.socket.setblocking(True)
        make_server("127.0.0.1", 0, self.application, threaded=True, request_handler=QuietHandler,
                    fd=self.socket.fileno()).serve_forever()


class PreforkServer:
    def __init__(self, application):
        self.application, self.pid = application, os.getpid()
        self.shared = listen()
        self.own = [listen() for _ in range(tools.config["workers"])]
        self.workers, self.stopping = {}, False

    def run(self, preload):
        preload()
        signal.signal(signal.SIGTERM, self._stop)
        say(shared=self.shared.getsockname()[1], workers=[own.getsockname()[1] for own in self.own])
        self._spawn(WorkerCron(self))
        for place in range(len(self.own)):
            self._spawn(WorkerHTTP(self, place))
        while self.workers:
            try:
                pid, _ = os.wait()
            except ChildProcessError:
                return
            gone = self.workers.pop(pid)
            if not self.stopping:
                self._spawn(type(gone)(self, *gone.arguments))

    def _spawn(self, worker):
        pid = os.fork()
        if pid:
            self.workers[pid] = worker
            return
        sql_db.pool.forget()
        worker.run()
        sys.exit(0)

    def _stop(self, *_):
        self.stopping = True
        for pid in self.workers:
            os.kill(pid, signal.SIGINT)


class Worker:
    arguments = ()

    def __init__(self, multi):
        self.multi, self.alive = multi, True

    def start(self):
        self.pid = os.getpid()
        signal.signal(signal.SIGINT, lambda *_: setattr(self, "alive", False))
        signal.signal(signal.SIGTERM, signal.SIG_DFL)

    def run(self):
        self.start()
        loop = threading.Thread(target=self._loop, daemon=True)
        loop.start()
        while loop.is_alive():
            loop.join(0.05)

    def _loop(self):
        while self.alive:
            self.process_work()


class WorkerHTTP(Worker):
    def __init__(self, multi, place):
        super().__init__(multi)
        self.arguments = (place,)

    def start(self):
        super().start()
        say(worker=self.arguments[0], pid=self.pid)
        self.own = self.multi.own[self.arguments[0]]
        self.http = make_server("127.0.0.1", 0, self.multi.application, request_handler=QuietHandler,
                                fd=self.own.fileno())

    def process_work(self):
        for ready in select.select([self.multi.shared, self.own], [], [], 0.05)[0]:
            try:
                client, address = ready.accept()
            except OSError:
                continue  # Another worker was faster.
            client.setblocking(True)
            try:
                self.http.finish_request(client, address)
            finally:
                self.http.shutdown_request(client)


class WorkerCron(Worker):
    def start(self):
        super().start()
        say(cron=self.pid)

    def process_work(self):
        time.sleep(0.05)
