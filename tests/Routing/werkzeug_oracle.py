"""Answers for the tests what Werkzeug's routing does. Reads a JSON document a line, writes one a line.

{"entries": [{"key", "rules", "methods"}], "requests": [{"path", "method"}]} asks how a map of these rules, made as Odoo
makes its own, answers the requests; entries are added in the order given. {"targets": [...]} asks what a WSGI server
and Werkzeug make of targets of requests.
"""

import json
import re
import struct
import sys
import uuid

from werkzeug._internal import _wsgi_encoding_dance
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import BaseConverter, Map, RequestRedirect, Rule
from werkzeug.routing.converters import NumberConverter
from werkzeug.urls import url_parse, url_unquote


class RecordConverter(BaseConverter):
    regex = "[0-9]+"

    def __init__(self, url_map, model=False):
        super().__init__(url_map)

    def to_python(self, value):
        return int(value)


class RecordsConverter(RecordConverter):
    regex = "[0-9,]+"

    def to_python(self, value):
        return [int(record) for record in value.split(",")]


class SignedConverter(NumberConverter):
    regex = r"-?\d+"


CONVERTERS = {"model": RecordConverter, "models": RecordsConverter, "int": SignedConverter}


def with_options(methods):
    return methods + ["OPTIONS"] if methods and "OPTIONS" not in methods else methods or None


def check_matchable(rule):
    """Raises for what Werkzeug takes but cannot match: it would raise for each request that gets there."""
    for part in rule._parts:
        if not part.static:
            re.compile(part.content)
            if re.search(r"\[\^/\]\{-|\{\d+,-", part.content):
                raise ValueError("a negative length")
    for converter in rule._converters.values():
        if isinstance(getattr(converter, "min", None), str) or isinstance(getattr(converter, "max", None), str):
            raise ValueError("a limit that is no number")


def bound_rules(entry, url_map):
    rules = []
    for index, text in enumerate(entry["rules"]):
        rule = Rule(text, methods=with_options(entry["methods"]), endpoint=(entry["key"], index))
        # As Odoo makes its rules: merging stays on in the map.
        rule.merge_slashes = False
        rule.bind(url_map)
        check_matchable(rule)
        rules.append(rule)
    return rules


def build(entries):
    url_map = Map(strict_slashes=False, converters=CONVERTERS)
    refused = {}
    for entry in entries:
        try:
            rules = bound_rules(entry, url_map)
        except Exception as error:
            refused[entry["key"]] = f"{type(error).__name__}: {error}"
            continue
        for rule in rules:
            url_map._matcher.add(rule)
            url_map._rules_by_endpoint.setdefault(rule.endpoint, []).append(rule)
    return url_map, refused


def plain(value):
    if isinstance(value, float):
        return ["real", struct.pack(">d", value).hex()]
    if isinstance(value, int):
        return ["whole", str(value)]
    if isinstance(value, uuid.UUID):
        return ["uuid", str(value)]
    if isinstance(value, list):
        return ["ids", ",".join(map(str, value))]
    return ["text", value]


def answer(adapter, request):
    try:
        (key, index), values = adapter.match(request["path"], method=request["method"])
    except RequestRedirect as error:
        return {"outcome": "Redirect", "path": url_unquote(url_parse(error.new_url).path)}
    except NotFound:
        return {"outcome": "NotFound"}
    except MethodNotAllowed as error:
        return {"outcome": "MethodNotAllowed", "allowed": sorted(error.valid_methods)}
    except (ValueError, TypeError) as error:
        return {"outcome": "Error", "error": f"{type(error).__name__}: {error}"}
    return {
        "outcome": "Found", "key": key, "rule": index, "values": {name: plain(value) for name, value in values.items()}
    }


def path_info(target):
    url = url_parse(target)
    path = url_unquote(f"/{url.netloc}{url.path}" if url.netloc else url.path)
    environ = {
        "wsgi.url_scheme": "http", "REQUEST_METHOD": "GET", "SERVER_NAME": "localhost", "SERVER_PORT": "80",
        "SCRIPT_NAME": "", "PATH_INFO": _wsgi_encoding_dance(path), "QUERY_STRING": "",
    }
    return Map().bind_to_environ(environ).path_info


def reply(question):
    if "targets" in question:
        return {"paths": [path_info(target) for target in question["targets"]]}
    url_map, refused = build(question["entries"])
    adapter = url_map.bind("localhost")
    return {"refused": refused, "answers": [answer(adapter, request) for request in question["requests"]]}


for line in sys.stdin:
    print(json.dumps(reply(json.loads(line))), flush=True)
