#!/usr/bin/env python3
"""A worker of an EndpointSync registry in one file: Python's standard library and Werkzeug.

    python3 worker.py --registry openspp --port 5095 --silo http://127.0.0.1:5080

It follows docs/worker-protocol.md: it serves the registry's routes, acknowledges every version after it has answered a
request to itself by it, and counts for reloads with wait=workers. A key is read from the file that --key-file names, or
from the environment variable ENDPOINTSYNC_KEY.
"""

import argparse
import gzip
import http.client
import json
import os
import random
import secrets
import signal
import socket
import sys
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote, unquote, urlsplit, urlencode

from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.routing import Map, RequestRedirect, Rule
from werkzeug.routing.converters import BaseConverter, IntegerConverter

PROTOCOL = 1
LONG_POLL = 1.5          # seconds; a silo may hold a question so long
GRACE = 1.0              # a live silo answers within this time after it
NOT_FOUND_TIMEOUT = 0.5  # a miss waits so long for a newer version
MIN_VERSION_TIMEOUT = 2.0
PROBE = "/endpoint-sync/probe"


class ModelConverter(IntegerConverter):
    """Odoo's <model("x"):name>: the id of a record."""

    def __init__(self, url_map, model=None):
        super().__init__(url_map, signed=True)


class ModelsConverter(BaseConverter):
    """Odoo's <models("x"):name>: several ids."""

    regex = r"-?\d+(?:,-?\d+)*"

    def __init__(self, url_map, model=None):
        super().__init__(url_map)


class Table:
    """One version's routes, ready for matching. It never changes."""

    def __init__(self, version, hash_, routes):
        self.version, self.hash, self.routes = version, hash_, routes
        self.map = Map(
            converters={"model": ModelConverter, "models": ModelsConverter}, strict_slashes=False)
        self.left_out = []
        self.counts = [0, 0, 0]  # Requests, misses, errors.
        for route in routes.values():
            for text in [] if route.get("problem") else route["rules"]:
                try:
                    rule = Rule(
                        text, endpoint=(route["key"], text), methods=route["methods"] or None, merge_slashes=False)
                    self.map.add(rule)
                except Exception as failure:  # A rule that Werkzeug refuses takes no other route with it.
                    self.left_out.append(f"{text}: {failure}")

    def match(self, path, method):
        return self.map.bind("worker").match(path, method=method)


def sum_of(routes):
    """The exclusive or of the routes' hashes: the hash of a table with these routes."""
    total = 0
    for route in routes:
        total ^= int(route["hash"], 16)
    return f"{total:064x}"


class Refused(Exception):
    """A silo answered with another status than 200."""


class Silos:
    """The silos that may be asked; one of them is asked until it fails."""

    def __init__(self, urls, registry, ring, key):
        self.ring = ring
        self.configured = [url.rstrip("/") for url in urls]
        self.all = list(self.configured)
        self.current = random.choice(self.all)
        self.registry, self.key = registry, key
        self.connection = None

    def learn(self, urls):
        """The key goes to any of them: no unencrypted silo of an encrypted one, and no loopback of another machine."""
        now = urlsplit(self.current)
        named = [url.rstrip("/") for url in urls]
        named = [url for url in named if now.scheme == "http" or url.startswith("https:")]
        named = [url for url in named if is_loopback(now.hostname) or not is_loopback(urlsplit(url).hostname)]
        self.all = list(dict.fromkeys(named + self.configured))

    def move(self):
        self.close()
        place = self.all.index(self.current) if self.current in self.all else -1
        self.current = self.all[(place + 1) % len(self.all)]

    def close(self):
        if self.connection:
            self.connection.close()
            self.connection = None

    def ask(self, path, timeout):
        """Asks the current silo over a connection that is kept."""
        if self.connection is None:
            self.connection = connect(self.current, timeout)
        self.connection.timeout = timeout
        if self.connection.sock:
            self.connection.sock.settimeout(timeout)
        try:
            return read(self.connection, self.current, f"/api/v1/registries/{self.registry}/feed{path}", self.key())
        except Exception:
            self.close()
            raise

    def newest(self, timeout):
        """The number of the newest version, over a connection of its own."""
        connection = connect(self.current, timeout)
        try:
            path = f"/api/v1/registries/{self.registry}/feed/newest?ring={quote(self.ring)}"
            return json.loads(read(connection, self.current, path, self.key())[0])["version"]
        finally:
            connection.close()


def is_loopback(host):
    return host in ("localhost", "::1") or (host or "").startswith("127.")


def connect(url, timeout):
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname, parts.port, timeout=timeout)
    connection.connect()
    connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def read(connection, url, path, key):
    headers = {"Accept-Encoding": "gzip"}
    if key:
        headers["Authorization"] = f"Bearer {key}"
    connection.request("GET", urlsplit(url).path + path, headers=headers)
    response = connection.getresponse()
    body = response.read()
    if response.getheader("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    if response.status not in (200, 204):
        raise Refused(f"{url} answers {response.status}: {body.decode(errors='replace')[:300]}")
    return body.decode().splitlines()


class Worker:
    """Keeps the newest table, and tells the silo which one is served."""

    def __init__(self, registry, name, silos):
        self.registry, self.name, self.silos = registry, name, silos
        self.id = uuid.uuid4()
        self.secret = secrets.token_hex(32)
        self.table = self.previous = None
        self.is_watched = False  # A rollout runs: the silo wants to know what the tables have decided.
        self.needs_all = False  # The table does not follow from the one before: all of it is asked for.
        self.changed = threading.Condition()
        self.confirmed = 0
        self.problem = None
        self.address = None
        self.stopping = threading.Event()

    def follow_forever(self):
        failures = 0
        while not self.stopping.is_set():
            try:
                failures = 0 if self.step() else failures + 1
            except Exception as failure:
                failures += 1
                log(f"gets no routes: {failure}; it keeps serving version {self.version()}")
                self.silos.move()
            if failures:
                # Jitter, so that workers which lost one silo do not all come to the next one together.
                self.stopping.wait(min(1.0, 0.05 * 2 ** min(failures, 5)) * random.uniform(0.5, 1))

    def step(self):
        """One question; true if its answer was worth the next one at once."""
        before, asked = self.table, time.monotonic()
        lines = self.silos.ask("?" + self.question(), LONG_POLL + GRACE)
        head = json.loads(lines[0])
        if head["protocol"] != PROTOCOL:
            raise Refused(f"the silo speaks protocol {head['protocol']}, this worker {PROTOCOL}")
        self.silos.learn(head.get("silos", []))
        self.is_watched = head.get("watch", False)
        if head.get("stopping"):
            self.silos.move()
        self.take(head, [json.loads(line) for line in lines[1:]])
        self.confirm()
        return self.table is not before or (not head.get("stopping") and time.monotonic() - asked > LONG_POLL / 3)

    def question(self):
        table = self.table
        wait = 0 if table is None else LONG_POLL if self.confirmed == table.version else 0.2
        fields = {
            "worker": self.id, "name": self.name, "serves": self.confirmed,
            "after": 0, "timeout": f"{int(wait * 1000)}ms", "ring": self.silos.ring,
        }
        if table and table.version and not self.needs_all:
            fields.update(after=table.version, hash=table.hash)
        problem = self.problem or (f"cannot route {table.left_out[0]}" if table and table.left_out else None)
        if problem:
            fields["problem"] = problem[:500]
        if self.is_watched:
            tables = [one for one in (table, self.previous) if one]
            fields["answers"] = ";".join("%d:%d,%d,%d" % (one.version, *one.counts) for one in tables)
        return urlencode(fields, quote_via=quote)

    def take(self, head, lines):
        """Makes the next table from the answer. A version never goes back."""
        if "from" not in head or head["version"] < self.version():
            return
        if len(lines) != head.get("count", 0):
            raise Refused("the answer ends too early")
        routes = dict(self.table.routes) if head["from"] and self.table else {}
        for line in lines:
            if line.get("removed"):
                routes.pop(line["key"], None)
            else:
                routes[line["key"]] = line
        if sum_of(routes.values()) != head["hash"]:
            self.problem = f"the routes of version {head['version']} do not have its hash"
            self.needs_all = True  # The table from before goes on serving.
            return
        self.needs_all = False
        if self.table and (self.table.version, self.table.hash) == (head["version"], head["hash"]):
            return
        table = Table(head["version"], head["hash"], routes)
        with self.changed:
            self.table, self.previous, self.problem = table, self.table, None
            self.changed.notify_all()
        log(f"serves version {table.version} of {self.registry}: {len(routes)} routes")

    def confirm(self):
        """A version is acknowledged once it has answered a request over the network."""
        table = self.table
        if table is None or self.address is None or self.confirmed == table.version:
            return
        connection = http.client.HTTPConnection(*self.address, timeout=2)
        try:
            connection.request("GET", PROBE, headers={"X-EndpointSync-Probe": self.secret})
            answered = connection.getresponse().getheader("X-Route-Version")
            if answered == str(table.version):
                self.confirmed = table.version
        finally:
            connection.close()

    def version(self):
        return self.table.version if self.table else 0

    def at_least(self, version, timeout):
        with self.changed:
            self.changed.wait_for(lambda: self.version() >= version, timeout)
            return self.table

    def newer_than(self, table):
        """Before a path is denied: the newest version if there is one, as soon as it is here."""
        begun = time.monotonic()
        try:
            newest = self.silos.newest(NOT_FOUND_TIMEOUT)
        except Exception:
            return table
        left = NOT_FOUND_TIMEOUT - (time.monotonic() - begun)
        return self.at_least(newest, max(0, left)) if newest > table.version else table

    def leave(self):
        self.stopping.set()
        try:
            self.silos.close()
            self.silos.ask(f"?worker={self.id}&leave=true", GRACE)
        except Exception:
            pass  # Its lease ends by itself.


class Handler(BaseHTTPRequestHandler):
    """Answers every request by the newest table."""

    protocol_version = "HTTP/1.1"
    worker = None

    def handle_request(self):
        length = int(self.headers.get("Content-Length") or 0)
        self.rfile.read(length)
        worker, path = self.worker, self.path.split("?")[0]
        if path == "/health/ready":
            return self.answer(200 if worker.table else 503, {"version": worker.version()})
        oldest = self.headers.get("X-Min-Route-Version") or "0"
        if not oldest.isdigit():
            return self.answer(400, {"detail": "X-Min-Route-Version must be a non-negative whole number."})
        table = worker.at_least(int(oldest), MIN_VERSION_TIMEOUT) if int(oldest) > worker.version() else worker.table
        if table is None or table.version < int(oldest):
            detail = "The worker does not have that version yet."
            return self.answer(503, {"detail": detail}, table, {"Retry-After": "1"})
        if secrets.compare_digest(self.headers.get("X-EndpointSync-Probe", ""), worker.secret):
            return self.answer(204, None, table)
        self.route(table, unquote(path))

    def route(self, table, path, is_last=False):
        try:
            (key, rule), values = table.match(path, self.command)
            self.count(table, 200)
            self.answer(200, {
                "app": table.routes[key].get("app"), "rule": rule, "values": values, "version": table.version,
                "worker": self.worker.name,
            }, table)
        except RequestRedirect as redirect:
            self.count(table, 308)
            self.answer(308, None, table, {"Location": urlsplit(redirect.new_url).path})
        except HTTPException as refused:
            if not is_last:
                return self.route(self.worker.newer_than(table), path, is_last=True)
            headers = {"Allow": ", ".join(sorted(refused.valid_methods or []))} if isinstance(
                refused, MethodNotAllowed) else {}
            status = 404 if isinstance(refused, NotFound) else refused.code
            self.count(table, status, is_missed=True)
            self.answer(status, {"detail": str(refused)}, table, headers)

    def count(self, table, status, is_missed=False):
        with self.worker.changed:
            table.counts = [one + bool(more) for one, more in zip(table.counts, (1, is_missed, status >= 500))]

    def answer(self, status, body, table=None, headers=None):
        content = b"" if body is None else json.dumps(body, default=str).encode()
        self.send_response(status)
        if table:
            self.send_header("X-Route-Version", str(table.version))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, *_):
        pass

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = handle_request


def log(text):
    print(f"{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())} {text}", flush=True)


def key_reader(file):
    """Reads the file again each time, so that a key can be replaced while the worker runs."""
    if file is None:
        return lambda: os.environ.get("ENDPOINTSYNC_KEY")

    def current():
        with open(file, encoding="utf-8") as opened:
            return opened.read().strip()

    return current


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--silo", action="append", required=True, help="a silo's URL; may be repeated")
    parser.add_argument("--registry", required=True)
    parser.add_argument("--name", default=f"{socket.gethostname()}:{os.getpid()}")
    parser.add_argument("--port", type=int, default=0, help="on 127.0.0.1; 0 picks a free one")
    parser.add_argument("--ring", default="rest", help="the ring by which a rollout tells workers apart")
    parser.add_argument("--key-file")
    options = parser.parse_args()

    worker = Worker(
        options.registry, options.name,
        Silos(options.silo, options.registry, options.ring, key_reader(options.key_file)))
    Handler.worker = worker
    server = ThreadingHTTPServer(("127.0.0.1", options.port), Handler)
    server.daemon_threads = True
    worker.address = server.server_address
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    log(f"listens on http://{server.server_address[0]}:{server.server_address[1]}")
    threading.Thread(target=worker.follow_forever, daemon=True).start()
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    worker.leave()
    return 0


if __name__ == "__main__":
    sys.exit(main())
