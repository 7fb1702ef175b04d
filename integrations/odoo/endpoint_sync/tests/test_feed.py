"""The parts that need no Odoo: python3 -m unittest test_feed, in this folder. Odoo runs none of these."""

import json
import os
import sys
import tempfile
import threading
import time
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

from feed import processes, settings  # noqa: E402
from feed.apps import Apps  # noqa: E402
from feed.asks import Asks  # noqa: E402
from feed.maps import Maps  # noqa: E402
from feed.silos import Refused, Silos  # noqa: E402
from feed.table import EMPTY, Table, endpoint_id, hash_of  # noqa: E402
from feed.worker import FeedWorker, Shared  # noqa: E402

MAX_WAIT = 30


def route(number, path=None, hash_=None):
    path = path or "/p%d" % number
    return {"key": "fastapi.endpoint:%d:/" % number, "rules": [path + "/"], "methods": [], "app": "api",
            "hash": "%064x" % (hash_ or number)}


def until(condition):
    deadline = time.monotonic() + MAX_WAIT
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("waited in vain")
        time.sleep(0.005)


class Silo:
    """A silo that answers as it is told to."""

    def __init__(self):
        self.version, self.routes, self.questions, self.keys, self.reloads = 0, {}, [], [], 0
        self.status, self.held = 200, threading.Event()
        self.held.set()
        silo = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                parts = urlsplit(self.path)
                fields = {name: values[0] for name, values in parse_qs(parts.query).items()}
                silo.keys.append(self.headers.get("Authorization"))
                if parts.path.endswith("/newest"):
                    return self.answer(silo.status, json.dumps({"version": silo.version}))
                silo.questions.append(fields)
                if fields.get("leave"):
                    return self.answer(204, "")
                self.answer(silo.status, silo.lines(int(fields["after"])))

            def do_POST(self):
                silo.reloads += 1
                silo.held.wait(MAX_WAIT)
                self.answer(silo.status, json.dumps({"outcome": "Synced", "version": silo.version}))

            def answer(self, status, text):
                body = text.encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = "http://127.0.0.1:%d" % self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def publish(self, *routes):
        self.version, self.routes = self.version + 1, {one["key"]: one for one in routes}

    def lines(self, after):
        head = {"protocol": 1, "version": self.version, "hash": hash_of(self.routes.values())}
        if after == self.version:
            time.sleep(0.01)
            return json.dumps(head) + "\n"
        head.update({"from": 0, "count": len(self.routes)})
        return "".join(json.dumps(line) + "\n" for line in [head, *self.routes.values()])

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class SettingsTests(unittest.TestCase):
    def read(self, text, environment=None, database="openspp"):
        with tempfile.NamedTemporaryFile("w", suffix=".conf", delete=False) as file:
            file.write(text)
        self.addCleanup(os.unlink, file.name)
        return settings.read([file.name], database, environment or {})

    def test_without_a_section_nothing_is_asked(self):
        read = self.read("[options]\nworkers = 4\n")
        self.assertFalse(read.is_on)
        self.assertIn("no silo is configured", read.describe())

    def test_a_section_for_one_database_and_the_environment_come_first(self):
        text = "[endpoint_sync]\nurl = http://a:1, http://b:2/\n[endpoint_sync.other]\nregistry = second\n"
        self.assertEqual(["http://a:1", "http://b:2"], self.read(text).urls)
        self.assertEqual("openspp", self.read(text).registry)
        self.assertEqual("second", self.read(text, database="other").registry)
        self.assertEqual("third", self.read(text, {"ENDPOINTSYNC_REGISTRY": "third"}, "other").registry)

    def test_each_mistake_is_named(self):
        with self.assertRaises(settings.SettingsError) as raised:
            self.read("[endpoint_sync]\nurl = silo:5080\ntimeout = 0\nfallback = never\nurll = x\n")
        self.assertEqual(4, len(str(raised.exception).splitlines()), raised.exception)

    def test_a_key_is_read_again_and_never_shown(self):
        with tempfile.NamedTemporaryFile("w", delete=False) as file:
            file.write("first\n")
        self.addCleanup(os.unlink, file.name)
        read = self.read("[endpoint_sync]\nurl = http://a\nkey_file = %s\n" % file.name)
        self.assertEqual("first", read.key())
        with open(file.name, "w") as written:
            written.write("second")
        self.assertEqual(("second", "second"), (read.key(), read.reload_key()))
        self.assertNotIn("second", read.describe())


class TableTests(unittest.TestCase):
    def test_a_change_leads_to_the_next_table_only_if_the_hash_agrees(self):
        first = EMPTY.next({"from": 0, "version": 1, "hash": "%064x" % 3}, [route(1), route(2)])
        self.assertEqual(2, len(first.routes))
        removed = [{"key": route(2)["key"], "removed": True}]
        self.assertEqual(["fastapi.endpoint:1:/"],
                         list(first.next({"from": 1, "version": 2, "hash": "%064x" % 1}, removed).routes))
        self.assertIsNone(first.next({"from": 1, "version": 2, "hash": "%064x" % 2}, removed))

    def test_changes_are_those_of_endpoints(self):
        shop = dict(route(9), key="shop:9")
        before = Table(1, "", {one["key"]: one for one in (route(1), route(2))})
        after = Table(2, "", {one["key"]: one for one in (route(1), dict(route(3), key="fastapi.endpoint:30:/"), shop)})
        changed, gone = after.changes_since(before)
        self.assertEqual([30], [endpoint_id(one["key"]) for one in changed])
        self.assertEqual(["fastapi.endpoint:2:/"], gone)


class SharedTests(unittest.TestCase):
    def test_callers_share_the_next_call_and_never_the_running_one(self):
        shared, gates, started = Shared(), [threading.Event() for _ in range(3)], []

        def call():
            number = len(started)
            started.append(number)
            gates[number].wait(MAX_WAIT)
            return number

        results = []
        first = threading.Thread(target=lambda: results.append(shared.get(call, MAX_WAIT)))
        first.start()
        until(lambda: started == [0])
        others = [threading.Thread(target=lambda: results.append(shared.get(call, MAX_WAIT))) for _ in range(8)]
        for other in others:
            other.start()
        until(lambda: len(shared._changed._waiters) == 8)
        gates[0].set()
        gates[1].set()
        for thread in [first, *others]:
            thread.join(MAX_WAIT)
        self.assertEqual([0] + [1] * 8, sorted(results))

    def test_a_failure_is_everybodys_and_ends(self):
        shared = Shared()
        with self.assertRaises(OSError):
            shared.get(lambda: open("/no such file"), MAX_WAIT)
        self.assertEqual(1, shared.get(lambda: 1, MAX_WAIT))

    def test_a_caller_waits_no_longer_than_it_said(self):
        shared, gate = Shared(), threading.Event()
        threading.Thread(target=lambda: shared.get(lambda: gate.wait(MAX_WAIT), MAX_WAIT), daemon=True).start()
        until(lambda: shared._running)
        self.assertIsNone(shared.get(lambda: 1, 0.01))
        gate.set()


class MapsTests(unittest.TestCase):
    def test_a_map_whose_building_began_before_a_version_is_not_handed_out_after_it(self):
        maps, cache, gate, building = Maps(), {}, threading.Event(), threading.Event()
        token = object()

        def slow():
            building.set()
            gate.wait(MAX_WAIT)
            cache["map"] = "old"
            return "old"

        request = threading.Thread(target=lambda: maps.get(None, lambda: token, slow))
        request.start()
        building.wait(MAX_WAIT)
        renewed = threading.Thread(target=lambda: maps.renew(cache.clear, lambda: None))
        renewed.start()
        gate.set()
        request.join(MAX_WAIT)
        renewed.join(MAX_WAIT)
        self.assertEqual("new", maps.get(None, lambda: token, lambda: cache.setdefault("map", "new")))

    def test_a_map_that_Odoo_has_dropped_is_built_again(self):
        maps, tokens = Maps(), ["a"]
        self.assertEqual(1, maps.get(None, lambda: tokens[0], lambda: 1))
        self.assertEqual(1, maps.get(None, lambda: tokens[0], lambda: 2))
        tokens[0] = "b"
        self.assertEqual(2, maps.get(None, lambda: tokens[0], lambda: 2))
        self.assertEqual(3, maps.get("website", lambda: tokens[0], lambda: 3))


class AppsTests(unittest.TestCase):
    class Request:
        pass

    def test_apps_are_dropped_until_the_requests_of_a_former_version_have_ended_and_once_more(self):
        apps, dropped, first, second = Apps(), [], object(), object()
        drop = lambda: dropped.append(True)  # noqa: E731
        slow = self.Request()
        apps.enter(slow, first, drop)
        apps.enter(self.Request(), first, drop)
        self.assertEqual(1, len(dropped))
        apps.enter(self.Request(), second, drop)
        apps.enter(self.Request(), second, drop)
        self.assertEqual(3, len(dropped))
        del slow  # It returns the app that it took before.
        apps.enter(self.Request(), second, drop)
        apps.enter(self.Request(), second, drop)
        self.assertEqual(4, len(dropped))


class WorkerTests(unittest.TestCase):
    def setUp(self):
        self.silo = Silo()
        self.addCleanup(self.silo.close)
        self.tables, self.problems = [], []

    def worker(self, *urls, key="k"):
        read = settings.Settings(
            "openspp", {"url": " ".join(urls or (self.silo.url,))}, {"ENDPOINTSYNC_KEY": key})
        made = FeedWorker(read, "a worker", Silos(read), self.take_up)
        made.start()
        self.addCleanup(made.stop)
        return made

    def take_up(self, table, before):
        self.tables.append(table)
        return self.problems.pop(0) if self.problems else None

    def test_a_version_is_acknowledged_only_after_it_was_taken_up(self):
        self.silo.publish(route(1))
        self.problems = ["no app for /p1"] * 2
        worker = self.worker()
        self.assertTrue(worker.wait_for(1, MAX_WAIT))
        until(lambda: self.silo.questions[-1]["serves"] == "1")
        self.assertEqual({"0"}, {asked["serves"] for asked in self.silo.questions if "problem" in asked})
        self.assertIn("no app for /p1", [asked.get("problem") for asked in self.silo.questions])
        self.assertEqual({"Bearer k"}, set(self.silo.keys))
        self.assertTrue(worker.is_following)

    def test_after_an_outage_what_is_served_is_taken_up_again(self):
        self.silo.publish(route(1))
        worker = self.worker()
        self.assertTrue(worker.wait_for(1, MAX_WAIT))
        self.silo.status = 503
        until(lambda: not worker.is_following)
        count = len(self.tables)
        self.silo.status = 200
        until(lambda: worker.is_following)
        self.assertEqual((count + 1, 1), (len(self.tables), self.tables[-1].version))

    def test_another_silo_is_asked_and_leaving_is_said(self):
        gone, other = Silo(), self.silo
        gone.close()
        other.publish(route(1))
        worker = self.worker(gone.url, other.url)
        self.assertTrue(worker.wait_for(1, MAX_WAIT))
        worker.stop()
        until(lambda: any(asked.get("leave") for asked in other.questions))

    def test_before_a_path_is_denied_the_newest_version_is_waited_for(self):
        self.silo.publish(route(1))
        worker = self.worker()
        self.assertTrue(worker.wait_for(1, MAX_WAIT))
        self.assertTrue(worker.is_newest(MAX_WAIT))
        self.silo.publish(route(1), route(2))
        self.assertFalse(worker.is_newest(MAX_WAIT))
        self.assertEqual(2, worker.served.version)

    def test_silos_of_an_answer_get_the_key_only_if_they_are_as_protected(self):
        read = settings.Settings("openspp", {"url": "https://silo.example"}, {})
        silos = Silos(read)
        silos.learn(["http://other.example", "https://127.0.0.1", "https://other.example/"])
        self.assertEqual(["https://other.example", "https://silo.example"], silos._known)


class AskTests(unittest.TestCase):
    def setUp(self):
        self.silo = Silo()
        self.addCleanup(self.silo.close)
        read = settings.Settings("openspp", {"url": self.silo.url}, {})
        self.asks = Asks(Silos(read))

    def test_the_requests_of_a_process_are_one_at_a_time(self):
        self.silo.publish(route(1))
        self.silo.held.clear()
        results = []
        threads = [threading.Thread(target=lambda: results.append(self.asks.reload(MAX_WAIT))) for _ in range(9)]
        threads[0].start()
        until(lambda: self.silo.reloads == 1)
        for thread in threads[1:]:
            thread.start()
        until(lambda: len(self.asks._shared._changed._waiters) == 8)
        self.silo.held.set()
        for thread in threads:
            thread.join(MAX_WAIT)
        self.assertEqual(([(1, True)] * 9, 2), (results, self.silo.reloads))

    def test_an_absence_is_no_version(self):
        self.silo.close()
        self.assertEqual((None, False), self.asks.reload(1))

    def test_a_key_that_may_not_reload_is_not_tried_with_each_button(self):
        self.silo.status = 403
        self.assertEqual([(None, True), (None, None)], [self.asks.reload(1), self.asks.reload(1)])
        self.assertEqual(1, self.silo.reloads)

    def test_a_refusal_says_what_was_answered(self):
        self.silo.status = 404
        with self.assertRaises(Refused) as raised:
            self.asks._silos.newest(MAX_WAIT)
        self.assertEqual(404, raised.exception.status)


class ProcessTests(unittest.TestCase):
    def test_a_forked_process_begins_without_the_workers_of_its_parent(self):
        class Worker:
            def start(self):
                self.pid = os.getpid()

            def stop(self):
                pass

        mine = processes.start_worker("openspp", Worker)
        self.assertIs(mine, processes.start_worker("openspp", Worker))
        child = os.fork()
        if child == 0:
            made = processes.start_worker("openspp", Worker)
            os._exit(0 if made is not mine and made.pid == os.getpid() else 1)
        self.assertEqual(0, os.waitpid(child, 0)[1])
        processes.stop_worker("openspp")
        self.assertIsNone(processes.worker_of("openspp"))


if __name__ == "__main__":
    unittest.main()
