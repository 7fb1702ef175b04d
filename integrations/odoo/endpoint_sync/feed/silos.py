"""HTTP to the silos: one of them is asked until it fails, then the next one."""

import gzip
import http.client
import json
import random
import socket
import ssl
import threading
from urllib.parse import quote, urlencode, urlsplit


class Refused(Exception):
    """A silo answered, and not as hoped."""

    def __init__(self, url, status, text):
        super().__init__("%s answers %d: %s" % (url, status, text[:300]))
        self.status = status


class Silos:
    """The silos that may be asked, for one process. Any thread may ask; each call has a connection of its own, except
    that of the feed, which is kept."""

    def __init__(self, settings):
        self._settings = settings
        self._configured = list(settings.urls)
        self._known = list(settings.urls)
        self._current = random.choice(self._known)
        self._kept = None
        self._lock = threading.Lock()

    @property
    def current(self):
        return self._current

    def learn(self, urls):
        """Takes up the silos that an answer names. The key goes to any of them, so none is accepted that is less
        protected than the one that names it."""
        now = urlsplit(self._current)
        named = [url.rstrip("/") for url in urls]
        named = [url for url in named if now.scheme == "http" or url.startswith("https:")]
        named = [url for url in named if _is_loopback(now.hostname) or not _is_loopback(urlsplit(url).hostname)]
        with self._lock:
            self._known = list(dict.fromkeys(named + self._configured))

    def move(self, failed=None):
        """Goes on to the next silo, unless somebody else has moved on from this one already."""
        with self._lock:
            if failed is None or failed == self._current:
                place = self._known.index(self._current) if self._current in self._known else -1
                self._current = self._known[(place + 1) % len(self._known)]

    def close(self):
        if self._kept:
            self._kept[1].close()
            self._kept = None

    def feed(self, fields, timeout):
        """One question of the feed, over the connection that is kept.

        :returns: the lines of the answer"""
        url = self._current
        if self._kept and self._kept[0] != url:
            self.close()
        if self._kept is None:
            self._kept = (url, self._connect(url, timeout))
        connection = self._kept[1]
        connection.timeout = timeout
        if connection.sock:
            connection.sock.settimeout(timeout)
        try:
            path = self._path("feed?" + urlencode(fields, quote_via=quote))
            return self._send(connection, url, "GET", path, self._settings.key()).splitlines()
        except Exception:
            self.close()
            raise

    def newest(self, timeout):
        """The number of the registry's newest version, as the database has it."""
        return json.loads(self._call("GET", "feed/newest", timeout, self._settings.key()))["version"]

    def get(self, path, timeout):
        """Reads something else about the registry: its status, or what is below it."""
        return json.loads(self._call("GET", path, timeout, self._settings.viewer_key()))

    def reload(self, timeout, wait=None):
        """Reloads the registry.

        :returns: the receipt"""
        query = {"timeout": "%dms" % max(1, int(timeout * 1000))}
        if wait:
            query["wait"] = wait
        # Time for the sync besides the waits that the parameter bounds.
        return json.loads(self._call(
            "POST", "reload?" + urlencode(query), timeout + 1, self._settings.reload_key()))

    def leave(self, worker, timeout):
        """Says that this worker stops."""
        self.close()
        self._call("GET", "feed?" + urlencode({"worker": worker, "leave": "true"}), timeout, self._settings.key())

    def _call(self, method, path, timeout, key):
        url = self._current
        connection = self._connect(url, timeout)
        try:
            return self._send(connection, url, method, self._path(path), key)
        finally:
            connection.close()

    def _path(self, rest):
        return ("/api/v1/registries/%s/%s" % (quote(self._settings.registry, safe=""), rest)).rstrip("/")

    def _connect(self, url, timeout):
        parts = urlsplit(url)
        if parts.scheme == "https":
            context = ssl.create_default_context(cafile=self._settings.ca_file or None)
            connection = http.client.HTTPSConnection(parts.hostname, parts.port, timeout=timeout, context=context)
        else:
            connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout)
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    @staticmethod
    def _send(connection, url, method, path, key):
        headers = {"Accept-Encoding": "gzip"}
        if key:
            headers["Authorization"] = "Bearer " + key
        if method == "POST":
            headers["Content-Length"] = "0"
        connection.request(method, urlsplit(url).path + path, headers=headers)
        response = connection.getresponse()
        body = response.read()
        if response.getheader("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        text = body.decode("utf-8", "replace")
        if response.status not in (200, 202, 204):
            raise Refused(url, response.status, text)
        return text


def _is_loopback(host):
    return host in ("localhost", "::1") or (host or "").startswith("127.")
