import json
import logging
import threading

import psycopg2
from werkzeug.exceptions import HTTPException
from werkzeug.local import LocalStack
from werkzeug.wrappers import Request as WerkzeugRequest, Response

from . import SUPERUSER_ID, api
from .modules.registry import Registry

_logger = logging.getLogger(__name__)
_request_stack = LocalStack()
request = _request_stack()

MAX_TRIES = 5
DATABASE = "model"
dispatchers = {}


class Request:
    def __init__(self, httprequest):
        self.httprequest = httprequest
        self.registry = self.env = None

    def serve(self):
        threading.current_thread().dbname = DATABASE
        self.registry = Registry(DATABASE).check_signaling()
        for attempt in range(1, MAX_TRIES + 1):
            cr = self.registry.cursor()
            try:
                self.env = api.Environment(cr, SUPERUSER_ID, {})
                response = self._serve_ir_http()
                cr.commit()
                self.registry.signal_changes()
                return response
            except psycopg2.errors.SerializationFailure:
                self.registry.invalidated.clear()
                if attempt == MAX_TRIES:
                    raise
            finally:
                cr.close()

    def _serve_ir_http(self):
        ir_http = self.registry["ir.http"]
        rule, values = ir_http._match(self.httprequest.path)
        response = dispatchers[rule.endpoint.routing["type"]](self, rule, values)
        ir_http._post_dispatch(response)
        return response


def application(environ, start_response):
    served = Request(WerkzeugRequest(environ))
    _request_stack.push(served)
    try:
        response = served.serve()
    except HTTPException as refused:
        response = refused.get_response(environ)
    except Exception as failure:
        _logger.exception("Exception during request handling.")
        response = Response(json.dumps({"error": str(failure)}), status=500)
    finally:
        _request_stack.pop()
    return response(environ, start_response)


def dispatch_http(served, rule, values):
    return Response(json.dumps(rule.endpoint(served), default=str), content_type="application/json")


dispatchers["http"] = dispatch_http


class Endpoint:
    """What a rule leads to: something to call, and what its route was declared with."""

    def __init__(self, function, **routing):
        self.function = function
        self.routing = {"type": "http", "methods": None, "readonly": False, **routing}

    def __call__(self, served):
        return self.function(served)
