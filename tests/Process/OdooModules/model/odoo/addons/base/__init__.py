import json
import logging

import werkzeug.routing

from odoo import http, models, tools
from odoo.http import request
from odoo.release import SERIES

_logger = logging.getLogger(__name__)


class_method_in_16 = classmethod if SERIES == 16 else lambda method: method


class IrHttp(models.AbstractModel):
    _name = "ir.http"

    @classmethod
    def _get_converters(cls):
        return {}

    @classmethod
    def _match(cls, path_info):
        adapter = request.env["ir.http"].routing_map().bind_to_environ(request.httprequest.environ)
        return adapter.match(path_info=path_info, return_rule=True)

    @classmethod
    def _post_dispatch(cls, response):
        pass

    @class_method_in_16
    def _generate_routing_rules(cls, modules, converters):
        yield "/model/call", http.Endpoint(call)
        yield "/web/health", http.Endpoint(lambda served: {"status": "pass"})

    if SERIES > 16:
        @tools.ormcache("key", cache="routing")
        def routing_map(self, key=None):
            _logger.info("Generating routing map for key %s", key)
            return build(self)

    else:
        @classmethod
        def routing_map(cls, key=None):
            if not hasattr(cls, "_routing_map"):
                cls._routing_map = {}
            if key not in cls._routing_map:
                _logger.info("Generating routing map for key %s", key)
                cls._routing_map[key] = build(cls)
            return cls._routing_map[key]

        @classmethod
        def _clear_routing_map(cls):
            if hasattr(cls, "_routing_map"):
                cls._routing_map = {}


def build(ir_http):
    routing_map = werkzeug.routing.Map(strict_slashes=False, converters=ir_http._get_converters())
    for url, endpoint in ir_http._generate_routing_rules([], converters=ir_http._get_converters()):
        endpoint.routing["readonly"]  # Read since Odoo 18.
        rule = werkzeug.routing.Rule(url, endpoint=endpoint, methods=endpoint.routing["methods"])
        rule.merge_slashes = False
        routing_map.add(rule)
    return routing_map


def call(served):
    """A method of records, as a form or a button calls it."""
    asked = json.loads(served.httprequest.get_data())
    records = served.env["fastapi.endpoint"].browse(asked.get("ids", []))
    result = getattr(records, asked["method"])(*asked.get("arguments", []))
    return result.ids if isinstance(result, models.BaseModel) else result
