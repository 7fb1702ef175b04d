from odoo import fields, models

from .. import report


class FastapiEndpoint(models.Model):
    _inherit = "fastapi.endpoint"

    # A text that is empty where nothing is wrong, so that the view needs no condition, whose syntax Odoo changed in 17.
    endpoint_sync_banner = fields.Html(compute="_compute_endpoint_sync_banner", sanitize=False)

    def _compute_endpoint_sync_banner(self):
        try:
            status = self.env["endpoint.sync.monitor"]._read("")
            reasons = {one["id"]: one["reason"] for one in status.get("quarantine") or ()}
        except Exception:  # A form opens without silos too.
            reasons = {}
        for endpoint in self:
            endpoint.endpoint_sync_banner = report.banner(
                endpoint.name, endpoint.active, endpoint.registry_sync, reasons.get(endpoint.id))
