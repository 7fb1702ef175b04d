from functools import partial
from itertools import chain

from odoo import http, models, tools

from odoo.addons.base import class_method_in_16
from odoo.release import SERIES

from .registry import EndpointRegistry


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _endpoint_route_registry(cls, env):
        return EndpointRegistry.registry_for(env.cr)

    @class_method_in_16
    def _generate_routing_rules(cls, modules, converters):
        return chain(super()._generate_routing_rules(modules, converters), cls._endpoint_routing_rules())

    @classmethod
    def _endpoint_routing_rules(cls):
        for rule in cls._endpoint_route_registry(http.request.env).get_rules():
            for url in rule.routing["routes"]:
                yield url, rule.endpoint

    if SERIES > 16:
        @tools.ormcache("key", "cls._endpoint_route_last_version()", cache="routing")
        def routing_map(cls, key=None):
            return super().routing_map(key=key)

    else:
        @classmethod
        def routing_map(cls, key=None):
            version = cls._endpoint_route_last_version()
            if getattr(cls, "_endpoint_route_version", version) != version:
                cls._routing_map = {}
            cls._endpoint_route_version = version
            return super().routing_map(key=key)

    @classmethod
    def _endpoint_route_last_version(cls):
        return cls._endpoint_route_registry(http.request.env).last_version()


class EndpointRouteSyncMixin(models.AbstractModel):
    _name = "endpoint.route.sync.mixin"

    def create(self, vals):
        return super().create({"active": True, "registry_sync": False, **vals})

    def write(self, vals):
        if any(name in vals for name in (*self._routing_impacting_fields(), "active")):
            vals["registry_sync"] = False
        result = super().write(vals)
        if vals.get("registry_sync"):
            self._add_after_commit_hook(self.ids)
        return result

    def _add_after_commit_hook(self, record_ids):
        self.env.cr.postcommit.add(partial(self._handle_registry_sync_post_commit, record_ids))

    def _handle_registry_sync(self, record_ids=None):
        records = self.browse(record_ids or self.ids).exists()
        records.filtered(lambda one: one.active)._register_controllers()
        records.filtered(lambda one: not one.active)._unregister_controllers()

    def _handle_registry_sync_post_commit(self, record_ids=None):
        self._handle_registry_sync(record_ids)
        self.env.cr.commit()

    def unlink(self):
        self._unregister_controllers()
        return super().unlink()

    def _register_controllers(self):
        if self:
            EndpointRegistry.registry_for(self.env.cr).update_rules(self._prepare_endpoint_rules())
            self.env.registry.invalidate(["routing"])

    def _unregister_controllers(self):
        if self:
            EndpointRegistry.registry_for(self.env.cr).drop_rules(self._registered_endpoint_rule_keys())
            self.env.registry.invalidate(["routing"])
