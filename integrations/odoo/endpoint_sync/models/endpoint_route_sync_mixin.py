from odoo import models

from .endpoint_sync import MODEL


class EndpointRouteSyncMixin(models.AbstractModel):
    """
    Endpoints of FastAPI are synced by the coordinator; other consumers of the mixin go on as before.

    Each way to sync an endpoint, such as ``action_sync_registry``, sets its flag. The coordinator sets it together with
    the routes, so here it is not written: the request takes its place.
    """

    _inherit = "endpoint.route.sync.mixin"

    def write(self, vals):
        if not vals.get("registry_sync") or not self or self._name != MODEL or self.env.context.get(
                "endpoint_sync_directly") or not self.env["endpoint.sync"]._leaves_sync():
            return super().write(vals)
        impacting = set(self._routing_impacting_fields()) | {"active"}
        others = {name: value for name, value in vals.items() if name != "registry_sync"}
        result = super().write(others) if others else True
        # An edit resets the flag whatever else it writes. While the registry is being loaded nobody is asked.
        if not impacting & set(others) and self.env.registry.ready:
            self.env["endpoint.sync"]._request(self)
        return result

    def _add_after_commit_hook(self, record_ids):
        if self.env.context.get("endpoint_sync_directly"):
            return None
        return super()._add_after_commit_hook(record_ids)

    def _endpoint_sync_directly(self):
        """Flags and routes in one transaction, which has the lock.

        :returns: how many endpoints were synced"""
        endpoints = self.exists().filtered(lambda endpoint: not endpoint.registry_sync)
        if endpoints:
            endpoints.write({"registry_sync": True})
            endpoints._handle_registry_sync(endpoints.ids)
        return len(endpoints)
