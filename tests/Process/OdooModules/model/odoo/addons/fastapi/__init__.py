import json

from werkzeug.wrappers import Response

from odoo import http, models, tools

from .pools import fastapi_app_pool


class FastapiEndpoint(models.Model):
    _name = "fastapi.endpoint"
    _inherit = "endpoint.route.sync.mixin"
    _columns = ("id", "name", "root_path", "app", "active", "registry_sync", "save_http_session")

    def _routing_impacting_fields(self):
        return ("root_path", "save_http_session")

    def write(self, vals):
        result = super().write(vals)
        if any(name in vals for name in self._routing_impacting_fields()):
            self.env.registry.invalidate(["default"])
        return result

    def action_sync_registry(self):
        return self.filtered(lambda one: not one.registry_sync).write({"registry_sync": True})

    def _prepare_endpoint_rules(self):
        return [one._rule() for one in self]

    def _registered_endpoint_rule_keys(self):
        return [one._rule()[0] for one in self]

    def _rule(self):
        root_path = self.root_path
        routes = [f"{root_path}/", f"{root_path}/<path:application_path>"]
        handler = {
            "klass_dotted_path": "odoo.addons.endpoint_route_handler.controllers.main.EndpointNotFoundController",
            "method_name": "auto_not_found",
        }
        return f"fastapi.endpoint:{self.id}:/|/<path:application_path>", "|".join(routes), {"handler": handler}, {
            "type": "fastapi", "auth": "public",
            "methods": ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"], "routes": routes,
            "save_session": self.save_http_session, "readonly": False,
        }

    @tools.ormcache()
    def _get_id_by_root_path_map(self):
        return {one.root_path: one.id for one in self.search([])}

    @tools.ormcache("path")
    def _get_id_for_path(self, path):
        found = self._get_id_by_root_path_map()
        parts = path.rstrip("/").split("/")
        for length in range(len(parts), 1, -1):
            if "/".join(parts[:length]) in found:
                return found["/".join(parts[:length])]
        return None

    def _get_endpoint(self, path):
        found = self._get_id_for_path(path)
        return self.browse(found) if found else None

    def get_app(self, path):
        record = self._get_endpoint(path)
        return (record.id, record.root_path, record.app) if record else None


def dispatch(served, rule, values):
    path = served.httprequest.path
    with fastapi_app_pool.get_app(served.env, path) as app:
        if app is None:
            raise TypeError("'NoneType' object is not callable")
        endpoint, root_path, name = app
        return Response(json.dumps({
            "endpoint": endpoint, "mounted_at": root_path, "app": name,
            "routed": int(rule.endpoint.key.split(":")[1]),
        }), content_type="application/json")


http.dispatchers["fastapi"] = dispatch
