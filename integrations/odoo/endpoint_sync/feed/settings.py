"""The settings: the section [endpoint_sync] of odoo.conf, and the environment, which wins."""

import configparser
import os
from urllib.parse import urlsplit

SECTION = "endpoint_sync"
PREFIX = "ENDPOINTSYNC_"
FALLBACKS = ("odoo", "wait")
DEFAULTS = {
    "url": "",
    "key_file": "",
    "reload_key_file": "",
    "viewer_key_file": "",
    "ca_file": "",
    "registry": "",
    "timeout": "5",
    "not_found_timeout": "0.5",
    "min_version_timeout": "2",
    "fallback": "odoo",
    "lock": "spp_api_v2.fastapi_endpoint_sync",
    "role": "endpointsync",
}


class SettingsError(Exception):
    """The settings cannot be used; the text has one line for each mistake."""


class Settings:
    """What one database of this server is told about its coordinator."""

    def __init__(self, database, values, environment):
        mistakes = []
        unknown = sorted(set(values) - set(DEFAULTS))
        if unknown:
            mistakes.append("[%s] has %s. It knows %s." % (SECTION, ", ".join(unknown), ", ".join(sorted(DEFAULTS))))
        read = {name: environment.get(PREFIX + name.upper(), values.get(name, default)).strip()
                for name, default in DEFAULTS.items()}
        self.database = database
        self.urls = [url.rstrip("/") for url in read["url"].replace(",", " ").split()]
        self.registry = read["registry"] or database
        self.key_file = read["key_file"]
        self.reload_key_file = read["reload_key_file"] or read["key_file"]
        self.viewer_key_file = read["viewer_key_file"] or self.reload_key_file
        self.ca_file = read["ca_file"]
        self.fallback = read["fallback"]
        self.lock = read["lock"]
        self.role = read["role"]
        self._key = environment.get(PREFIX + "KEY")
        for url in self.urls:
            if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
                mistakes.append("url: '%s' is no http or https URL." % url)
        if self.fallback not in FALLBACKS:
            mistakes.append("fallback: '%s' is neither 'odoo' nor 'wait'." % self.fallback)
        self.timeout = _seconds(read, "timeout", 0.1, 60, mistakes)
        self.not_found_timeout = _seconds(read, "not_found_timeout", 0, 10, mistakes)
        self.min_version_timeout = _seconds(read, "min_version_timeout", 0, 10, mistakes)
        if mistakes:
            raise SettingsError("\n".join(mistakes))

    @property
    def is_on(self):
        """Whether silos are asked over HTTP, and this process follows the feed."""
        return bool(self.urls)

    def key(self):
        """The key for the feed. A file is read each time, so that a key can be replaced while the server runs."""
        return self._read(self.key_file)

    def reload_key(self):
        """The key for reloads, which needs the role operator."""
        return self._read(self.reload_key_file)

    def viewer_key(self):
        """The key for pages about the fleet, which needs the role viewer."""
        return self._read(self.viewer_key_file)

    def _read(self, file):
        if not file:
            return self._key
        with open(file, encoding="utf-8") as opened:
            return opened.read().strip()

    def describe(self):
        """One line for the log, without a secret."""
        if not self.is_on:
            return ("no silo is configured: syncs of '%s' are requested by SQL, and this process does not count as a "
                    "worker. Set url in the section [%s] of odoo.conf." % (self.database, SECTION))
        return ("registry '%s' of database '%s' at %s, key %s, timeout %g s, without silos %s" % (
            self.registry, self.database, ", ".join(self.urls),
            "from %s" % self.key_file if self.key_file else "from the environment" if self._key else "none",
            self.timeout,
            "Odoo syncs under the lock" if self.fallback == "odoo" else "the request waits in the database"))


def _seconds(read, name, least, most, mistakes):
    try:
        seconds = float(read[name])
    except ValueError:
        seconds = -1.0
    if not least <= seconds <= most:
        mistakes.append("%s: '%s' is not between %g and %g seconds." % (name, read[name], least, most))
    return seconds


def read(files, database, environment=None):
    """
    The settings of a database: of [endpoint_sync], and of [endpoint_sync.<database>] where they differ.

    :param files: the configuration files of Odoo; those that do not exist are ignored
    :raises SettingsError: if they cannot be used
    """
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read(files, encoding="utf-8")
    except configparser.Error as failure:
        raise SettingsError("The configuration cannot be read: %s" % failure) from failure
    values = {}
    for section in (SECTION, "%s.%s" % (SECTION, database)):
        if parser.has_section(section):
            values.update((name, value or "") for name, value in parser.items(section) if name not in parser.defaults())
    return Settings(database, values, os.environ if environment is None else environment)
