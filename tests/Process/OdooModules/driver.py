"""Drives workers of the model of Odoo beside silos that run already, and ends with an error where a promise fails.

    driver.py --dsn DSN --silo URL --silo-pid PID [--silo ... --silo-pid ...] SCENARIO [--workers 4] [--edits 30]
"""

import argparse
import http.client
import itertools
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg2

HERE = os.path.dirname(os.path.abspath(__file__))
REGISTRY = "openspp"
MAX_WAIT = 60.0
VERSION = "X-Route-Version"


class Failed(Exception):
    pass


waiting = set()


def check(condition, *facts):
    if not condition:
        raise Failed(" ".join(str(fact) for fact in facts))


def until(condition, what):
    """Asks until the answer is yes, for what has no event."""
    deadline = time.monotonic() + MAX_WAIT
    while True:
        found = condition()
        if found:
            return found
        check(time.monotonic() < deadline, "waited in vain for", what)
        time.sleep(0.01)


def ask(port, path, method="GET", body=None, headers=None, host="127.0.0.1"):
    connection = http.client.HTTPConnection(host, port, timeout=MAX_WAIT)
    try:
        connection.request(method, path, body=body, headers=headers or {})
        waiting.add(port)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        waiting.discard(port)
        connection.close()


class Database:
    def __init__(self, dsn):
        self.dsn = dsn
        self._connection = psycopg2.connect(dsn, application_name="driver")
        self._connection.autocommit = True

    def run(self, sql, *values):
        with self._connection.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall() if cursor.description else None

    def value(self, sql, *values):
        return self.run(sql, *values)[0][0]

    def endpoint(self, name, path):
        return self.value(
            "insert into fastapi_endpoint (name, root_path, app, active, registry_sync, save_http_session, create_date,"
            " write_date) values (%s, %s, 'api', true, false, false, now(), now()) returning id", name, path)


class Silos:
    def __init__(self, urls, pids):
        self.urls, self.pids = list(urls), list(pids)

    def call(self, method, path, body=None, place=0):
        port = int(self.urls[place].rstrip("/").rsplit(":", 1)[1])
        headers = {"Content-Type": "application/json"} if body is not None else {}
        status, _, text = ask(
            port, f"/api/v1/registries/{REGISTRY}{path}", method, None if body is None else json.dumps(body), headers)
        check(status < 400, method, path, status, text)
        return json.loads(text) if text else None

    def reload(self, wait="workers", place=0):
        return self.call("POST", "/reload?timeout=30s&lock=wait" + (f"&wait={wait}" if wait else ""), place=place)

    def workers(self, place=0):
        return [one for one in self.call("GET", "/subscribers", place=place)["subscribers"] if one["kind"] == "Worker"]

    def kill(self, place):
        os.kill(self.pids.pop(place), signal.SIGKILL)
        self.urls.pop(place)


class Odoo:
    """The server, and what a client of each of its workers sees."""

    started = []

    def __init__(self, dsn, silos, *options, workers=4, timeout=5, not_found=0.5):
        self.folder = tempfile.mkdtemp(prefix="odoo-modules-")
        self.log_file = os.path.join(self.folder, "odoo.log")
        self.config = os.path.join(self.folder, "odoo.conf")
        with open(self.config, "w") as written:
            written.write(f"[options]\n[endpoint_sync]\nurl = {' '.join(silos.urls)}\nregistry = {REGISTRY}\n"
                          f"timeout = {timeout}\nnot_found_timeout = {not_found}\n")
        self.dsn, self.options = dsn, options
        self.pids, self.cron = {}, None
        self.process = self._start("--workers", str(workers), *options)
        facts = self._next("shared")
        self.shared, self.ports = facts["shared"], facts["workers"]
        threading.Thread(target=self._read, daemon=True).start()

    def _start(self, *options):
        process = subprocess.Popen(
            [sys.executable, os.path.join(HERE, "server.py"), "--dsn", self.dsn, "--config", self.config, *options],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=open(self.log_file, "a"), text=True,
            start_new_session=True)
        self.started.append(process)
        return process

    @classmethod
    def kill_all(cls):
        """Ends what a failure has left behind."""
        for process in cls.started:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass  # It has ended, as it should.

    def _next(self, name):
        for line in self.process.stdout:
            facts = json.loads(line)
            if name in facts:
                return facts
        raise Failed(f"the server ended: {self.log()}")

    def _read(self):
        for line in self.process.stdout:
            facts = json.loads(line)
            if "worker" in facts:
                self.pids[facts["worker"]] = facts["pid"]
            self.cron = facts.get("cron", self.cron)

    def update(self):
        return self._start("--update")

    def log(self):
        with open(self.log_file) as opened:
            return opened.read()

    def call(self, method, ids=(), *arguments):
        """A method of records, by a request to whichever worker takes it."""
        status, _, text = ask(self.shared, "/model/call", "POST", json.dumps(
            {"method": method, "ids": list(ids), "arguments": list(arguments)}))
        check(status == 200, method, status, text, self.log()[-3000:])
        return json.loads(text)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(MAX_WAIT)

    def check_log(self):
        log = self.log()
        for bad in ("could not serialize", "Traceback", "deadlock detected"):
            check(bad not in log, bad, "in the log:", log[max(0, log.find(bad) - 3000):][:6000])


class World:
    """The endpoints as they should be served."""

    def __init__(self, database, silos, odoo):
        self.database, self.silos, self.odoo, self.count = database, silos, odoo, 0
        self.paths, self.gone = {}, set()
        self.unversioned = 0
        self.numbers, self.name = itertools.count(), os.urandom(3).hex()

    def add(self, path=None):
        path = path or self.new_path()
        self.paths[self.database.endpoint(path[1:], path)] = path

    def new_path(self):
        return f"/{self.name}/p{next(self.numbers)}"

    def edit(self, kind):
        """One edit; it is published by the reload that follows, or was by the button."""
        one, other = random.sample(sorted(self.paths), 2)
        getattr(self, kind)(one, other)

    def move(self, one, path):
        self.gone.add(self.paths[one])
        self.gone.discard(path)
        self.paths[one] = path

    def by_orm(self, one, _):
        path = self.new_path()
        self.odoo.call("write", [one], {"root_path": path})
        self.move(one, path)

    def by_button(self, one, _):
        self.by_orm(one, _)
        self.odoo.call("action_sync_registry", [one])

    def by_api(self, one, _):
        path = self.new_path()
        self.silos.call("PATCH", f"/endpoints/{one}", {"rootPath": path})
        self.move(one, path)

    def by_sql(self, one, _):
        path = self.new_path()
        self.database.run(
            "update fastapi_endpoint set root_path = %s, registry_sync = false where id = %s", path, one)
        self.move(one, path)

    def swapped(self, one, other):
        self.database.run(
            "update fastapi_endpoint set registry_sync = false, root_path = case id when %s then %s else %s end"
            " where id in (%s, %s)", one, self.paths[other], self.paths[one], one, other)
        self.paths[one], self.paths[other] = self.paths[other], self.paths[one]

    def archived(self, one, _):
        self.odoo.call("write", [one], {"active": False})
        self.gone.add(self.paths.pop(one))
        self.add()

    def unlinked(self, one, _):
        self.odoo.call("unlink", [one])
        self.gone.add(self.paths.pop(one))
        self.add()

    def added(self, one, other):
        self.unlinked(one, other)

    KINDS = ["by_orm", "by_button", "by_api", "by_sql", "swapped", "archived", "unlinked"]

    def verify(self, version, everything=False):
        """Each worker answers by the version or a later one, with the right app, and not at the paths that are gone."""
        wanted = list(self.paths.items()) if everything else random.sample(sorted(self.paths.items()), 4)
        gone = [] if version is None else random.sample(sorted(self.gone), min(2, len(self.gone)))
        with ThreadPoolExecutor(len(self.odoo.ports)) as pool:
            list(pool.map(lambda port: self._verify(port, version, wanted, gone), self.odoo.ports))

    def _verify(self, port, version, wanted, gone):
        for endpoint, path in wanted:
            status, headers, text = ask(port, path + "/items")
            check(status == 200, "worker", port, "answers", status, "for", path, text, "after version", version)
            answer = json.loads(text)
            check((answer["endpoint"], answer["routed"]) == (endpoint, endpoint),
                  "worker", port, "answers", path, "of", endpoint, "with", answer)
            if VERSION not in headers:
                self.unversioned += 1  # No silo answered this worker in time, so it went by Odoo's own signals.
            elif version is not None:
                check(int(headers[VERSION]) >= version, "an older table:", headers[VERSION], version)
        for path in gone:
            status, _, text = ask(port, path + "/items")
            check(status == 404, "worker", port, "answers", status, "at", path, "which is gone", text)

    def wait_until_served(self, endpoint):
        """Waits until each worker routes an endpoint, by whatever way it learns of it."""
        answers = {}

        def all_serve():
            for port in self.odoo.ports:
                answers[port] = ask(port, self.paths[endpoint] + "/x")
            return all(status == 200 for status, _, _ in answers.values())

        try:
            until(all_serve, "every worker to serve " + self.paths[endpoint])
        except Failed as failed:
            raise Failed(failed, [(port, status, text[:200]) for port, (status, _, text) in answers.items()])

    def converge(self, workers, place=0):
        receipt = self.silos.reload(place=place)
        while receipt["outcome"] == "Skipped" or receipt["endpointsDeferred"]:
            # The worker that edited is in its next transaction already, so its edit is left for the next sync.
            receipt = self.silos.reload(place=place)
        convergence = receipt["convergence"]
        check(convergence and convergence["reached"] and convergence["workers"] == workers, receipt)
        return receipt["version"]


class Load:
    """Steady requests for one endpoint that nobody edits. None may fail."""

    def __init__(self, port, path, threads=2):
        self.count, self.bad, self._port, self._path = 0, [], port, path
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(threads)]
        for thread in self._threads:
            thread.start()

    def _run(self):
        while not self._stopping.wait(0.01):
            try:
                status, _, text = ask(self._port, self._path)
                self.count += 1
                if status != 200:
                    self.bad.append((status, text))
            except OSError as failure:
                self.bad.append(failure)

    def stop(self):
        self._stopping.set()
        for thread in self._threads:
            thread.join()
        check(not self.bad, len(self.bad), "of", self.count, "steady requests failed:", self.bad[:3])


def scene(options, *server, endpoints=8, **settings):
    database, silos = Database(options.dsn), Silos(options.silo, options.silo_pid)
    world = World(database, silos, None)
    for _ in range(endpoints):
        world.add()
    silos.reload(wait="silos")
    world.odoo = Odoo(options.dsn, silos, *server, workers=options.workers, **settings)
    world.count = len(world.odoo.ports)
    until(lambda: [one["lag"] for one in silos.workers()] == [0] * world.count, "all workers to serve")
    return world


def edits(options):
    """Edits of every kind under steady requests: after each receipt all workers serve it, with the right apps."""
    world = scene(options, *(f"--{kind}" for kind in KINDS_OF_SERVERS if getattr(options, kind.replace("-", "_"))))
    count = world.count
    names = {one["name"].split("@")[0] for one in world.silos.workers()}
    check(names == {"odoo-threaded" if options.threaded else "odoo-http"}, names)
    steady = f"/{world.name}/steady"
    world.database.endpoint("steady", steady)
    world.converge(count)
    load, took = Load(world.odoo.shared, steady + "/x"), []
    for number in range(options.edits):
        kind = World.KINDS[number % len(World.KINDS)]
        begun = time.monotonic()
        world.edit(kind)
        version = world.converge(count)
        took.append(time.monotonic() - begun)
        world.verify(version)
    world.verify(version, everything=True)
    load.stop()
    world.odoo.stop()
    until(lambda: not world.silos.workers(), "the workers to leave")
    world.odoo.check_log()
    print(f"{len(took)} edits on {count} workers, {load.count} steady requests, {world.unversioned} answers without a"
          f" silo: edit to all workers {percentiles(took)}; 0 stale, 0 without an app, 0 serialization errors", flush=True)


def percentiles(took):
    took = sorted(took)
    return f"p50 {statistics.median(took) * 1000:.0f} ms, p99 {took[int(len(took) * 0.99)] * 1000:.0f} ms"


def storms(options):
    """OpenSPP's workers in deploys as they come: with silos and the module if silos are named, or else alone with
    OpenSPP's own sync under its advisory lock."""
    if options.silo:
        world = scene(options, "--openspp")
    else:
        world = World(Database(options.dsn), Silos([], []), None)
        for _ in range(8):
            world.add()
        world.odoo = Odoo(options.dsn, world.silos, "--openspp", "--without-module", workers=options.workers)
    odoo, database = world.odoo, world.database
    took, stuck = [], 0
    for _ in range(options.edits):
        # One endpoint moves, everything is unsynced, and every worker reloads its registry.
        begun, moved = time.monotonic(), random.choice(sorted(world.paths))
        world.by_sql(moved, None)
        database.run("update fastapi_endpoint set registry_sync = false")
        database.run("select nextval('base_registry_signaling')")
        with ThreadPoolExecutor(len(odoo.ports)) as pool:
            list(pool.map(lambda port: ask(port, "/web/health"), odoo.ports))
        left = set(odoo.ports)
        while left and time.monotonic() - begun < STORM_WAIT:
            left = {port for port in left if ask(port, world.paths[moved] + "/x")[0] != 200}
        took.append(time.monotonic() - begun)
        stuck += bool(left)
    odoo.stop()
    print(f"{options.edits} storms on {options.workers} workers: edit to all workers {percentiles(took)}; {stuck} with"
          f" a worker that still did not serve it after {STORM_WAIT:g} s,"
          f" {odoo.log().count('could not serialize')} serialization errors", flush=True)


STORM_WAIT = 3.0


def faults(options):
    """What may happen to a fleet, one after the other."""
    world = scene(options, timeout=1)
    try:
        for part in options.part or PARTS:
            globals()[part](world)
    except Failed:
        print(world.odoo.log()[-6000:])
        raise


def storm(world):
    """Every worker reloads its registry at once, and everything is unsynced."""
    odoo, database = world.odoo, world.database
    for _ in range(3):
        world.by_sql(*sorted(world.paths)[:2])
        database.run("update fastapi_endpoint set registry_sync = false")
        database.run("select nextval('base_registry_signaling')")
        with ThreadPoolExecutor(3 * world.count) as pool:
            list(pool.map(lambda port: ask(port, "/web/health"), odoo.ports * 3))
        until(lambda: database.value("select bool_and(registry_sync) from fastapi_endpoint"), "the storm's sync")
        world.verify(world.converge(world.count), everything=True)


def recycling(world):
    """A worker that ends leaves at once, and another takes its place."""
    odoo, silos = world.odoo, world.silos
    ended = odoo.pids[0]
    os.kill(ended, signal.SIGINT)
    until(lambda: odoo.pids[0] != ended, "the next worker")
    until(lambda: len(silos.workers()) == world.count, "the next worker to count")
    check(not any(one["name"].endswith(f":{ended}") for one in silos.workers()), silos.workers())
    world.edit("by_sql")
    world.verify(world.converge(world.count))
    check(not any(one["name"].endswith(f":{odoo.cron}") for one in silos.workers()), "the cron worker counts")


def upgrade(world):
    """An upgrade beside reloads does not fail, and what it edited is served without anybody's reload."""
    odoo, silos, database = world.odoo, world.silos, world.database
    process = odoo.update()
    check("upgrading" in json.loads(process.stdout.readline()), "no upgrade")
    for _ in range(3):
        silos.reload(wait=None)
    process.stdin.write("go on\n")
    process.stdin.close()
    check(process.wait(MAX_WAIT) == 0, odoo.log()[-3000:])
    until(lambda: database.value("select bool_and(registry_sync) from fastapi_endpoint"), "the ask after the upgrade")
    for port in odoo.ports:
        ask(port, "/web/health")  # Each worker loads the registry again.
    until(lambda: len(silos.workers()) == world.count, "the workers to count")
    world.verify(world.converge(world.count), everything=True)


def killed(world):
    """A silo is killed."""
    world.silos.kill(0)
    for _ in range(3):
        world.edit(random.choice(World.KINDS))
        world.verify(world.converge(world.count))


def away(world):
    """No silo answers: Odoo syncs by itself, and workers follow its own signals. Then silos are back."""
    odoo, silos = world.odoo, world.silos
    for pid in silos.pids:
        os.kill(pid, signal.SIGSTOP)
    moved = sorted(world.paths)[0]
    world.by_button(moved, None)
    check("endpoints for model without silos" in odoo.log(), "Odoo did not sync")
    world.wait_until_served(moved)
    world.verify(None)
    for pid in silos.pids:
        os.kill(pid, signal.SIGCONT)
    until(lambda: len(silos.workers()) == world.count, "the silo to be followed again")
    world.edit("by_sql")
    world.verify(world.converge(world.count), everything=True)
    sessions = world.database.run(
        "select state, count(*) from pg_stat_activity where application_name = 'odoo' group by state")
    check({state for state, _ in sessions} == {"idle"}, sessions)
    odoo.stop()
    odoo.check_log()
    until(lambda: not silos.workers(), "the workers to leave")


def without_module(world):
    """Without the module, Odoo's own sync works as it did."""
    while world.silos.pids:
        world.silos.kill(0)
    world.odoo = Odoo(world.database.dsn, world.silos, "--without-module", workers=world.count)
    moved = sorted(world.paths)[0]
    world.by_button(moved, None)
    world.wait_until_served(moved)
    world.odoo.stop()


PARTS = ["storm", "recycling", "upgrade", "killed", "away", "without_module"]


def guard(options):
    """Before a receipt reaches a worker: the 404 guard, and requests for a version that has to be served."""
    world = scene(options, "--without-signals", not_found=10)
    for _ in range(10):
        # What a frozen worker gets meanwhile it finds together: the version and the requests.
        for pid in world.odoo.pids.values():
            os.kill(pid, signal.SIGSTOP)
        world.by_sql(*sorted(world.paths)[:2])
        version = world.silos.reload(wait=None)["version"]
        with ThreadPoolExecutor(1) as pool:
            verified = pool.submit(world.verify, None, everything=True)
            until(lambda: waiting >= set(world.odoo.ports), "the requests")
            for pid in world.odoo.pids.values():
                os.kill(pid, signal.SIGCONT)
            verified.result()
    port, path = world.odoo.ports[0], next(iter(world.paths.values()))
    status, headers, _ = ask(port, path + "/", headers={"X-Min-Route-Version": str(version)})
    check((status, headers[VERSION]) == (200, str(version)), status, headers)
    status, headers, _ = ask(port, path + "/", headers={"X-Min-Route-Version": str(version + 1)})
    check((status, headers["Retry-After"]) == (503, "1"), status, headers)
    status, _, _ = ask(port, path + "/", headers={"X-Min-Route-Version": "new"})
    check(status == 400, status)
    status, headers, _ = ask(port, "/web/health", headers={"X-Min-Route-Version": str(version + 1)})
    check(status == 200 and VERSION not in headers, status, headers)
    world.odoo.stop()
    world.odoo.check_log()


KINDS_OF_SERVERS = ["openspp", "threaded", "odoo16", "without-signals"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--dsn", required=True)
    parser.add_argument("--silo", action="append", default=[])
    parser.add_argument("--silo-pid", action="append", default=[], type=int)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--edits", type=int, default=28)
    for kind in KINDS_OF_SERVERS:
        parser.add_argument("--" + kind, action="store_true")
    parser.add_argument("--part", action="append", choices=PARTS, help="of the faults; all if none is named")
    parser.add_argument("scenario", choices=["edits", "faults", "guard", "storms"])
    options = parser.parse_args()
    random.seed(20)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        globals()[options.scenario](options)
    finally:
        Odoo.kill_all()


if __name__ == "__main__":
    main()
