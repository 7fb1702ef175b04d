import json
import logging
from html import escape

from odoo import _, api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.endpoint_sync import following

from .. import report

_logger = logging.getLogger(__name__)

OPERATORS = "endpoint_sync_monitor.group_operator"
BEHIND_BEFORE = "endpoint_sync_monitor.behind"
TIMEOUT = 3.0
RELOAD_TIMEOUT = 30.0


class EndpointSyncMonitor(models.TransientModel):
    """One look at the cluster. The page reads anew each time it is opened."""

    _name = "endpoint.sync.monitor"
    _description = "Endpoint sync monitor"

    name = fields.Char(default=lambda self: _("Endpoint Sync"), readonly=True)
    fleet = fields.Html(compute="_compute_pages", sanitize=False)
    quarantine = fields.Html(compute="_compute_pages", sanitize=False)
    writers = fields.Html(compute="_compute_pages", sanitize=False)
    receipts = fields.Html(compute="_compute_pages", sanitize=False)
    receipt = fields.Html(readonly=True, sanitize=False)

    def _compute_pages(self):
        known = following.of(self.env.cr.dbname)
        worker = known.worker
        pages = {
            "fleet": ("subscribers", lambda answer: report.fleet(
                answer, worker.name if worker else None, worker.served.version if worker else None)),
            "quarantine": ("", report.quarantine),
            "writers": ("writers", report.writers),
            "receipts": ("versions?limit=20", report.receipts),
        }
        for monitor in self:
            for field, (path, make) in pages.items():
                monitor[field] = self._page(path, make)

    @api.model
    def _page(self, path, make):
        try:
            return make(self._read(path))
        except Exception as failure:  # The other parts of the page are shown all the same.
            _logger.info("EndpointSync: %s could not be read: %s", path or "the status", failure)
            return '<p class="text-danger">%s</p>' % escape(_("It could not be read: %s") % failure)

    @api.model
    def _read(self, path):
        known = following.of(self.env.cr.dbname)
        if not known.asks_silos:
            raise UserError(_("No silo is configured in the section [endpoint_sync] of odoo.conf."))
        return known.silos.get(path, TIMEOUT)

    @api.model
    def action_open(self):
        return {
            "type": "ir.actions.act_window", "res_model": self._name, "res_id": self.create({}).id,
            "view_mode": "form", "name": _("Endpoint Sync"), "target": "current",
        }

    def action_refresh(self):
        return self.action_open()

    def action_reload(self):
        """Reloads the registry, waits for all workers, and shows the receipt."""
        self.ensure_one()
        if not self.env.user.has_group(OPERATORS):
            raise AccessError(_("Only operators of Endpoint Sync may reload the registry."))
        known = following.of(self.env.cr.dbname)
        if not known.asks_silos:
            raise UserError(_("No silo is configured in the section [endpoint_sync] of odoo.conf."))
        try:
            self.receipt = report.receipt(known.silos.reload(RELOAD_TIMEOUT, wait="workers"))
        except Exception as failure:
            raise UserError(_("The registry could not be reloaded: %s") % failure) from failure
        return {
            "type": "ir.actions.act_window", "res_model": self._name, "res_id": self.id, "view_mode": "form",
            "name": _("Endpoint Sync"), "target": "current",
        }

    @api.model
    def _mail_workers_behind(self):
        """Mails the operators when silos or workers are behind in two checks one after the other."""
        parameters = self.env["ir.config_parameter"].sudo()
        before = set(json.loads(parameters.get_param(BEHIND_BEFORE) or "[]"))
        try:
            behind = report.behind(self._read("subscribers"))
        except Exception as failure:
            _logger.warning("EndpointSync: who is behind could not be read: %s", failure)
            return
        parameters.set_param(BEHIND_BEFORE, json.dumps(sorted(behind)))
        lasting = [text for one, text in sorted(behind.items()) if one in before]
        receivers = self.env.ref(OPERATORS).sudo()[self._users_field()].mapped("partner_id").filtered("email")
        if lasting and receivers:
            self.env["mail.mail"].sudo().create({
                "subject": _("Endpoint Sync: %d silos or workers stay behind") % len(lasting),
                "body_html": "<ul>%s</ul>" % "".join("<li>%s</li>" % escape(text) for text in lasting),
                "recipient_ids": [(6, 0, receivers.ids)],
                "auto_delete": True,
            }).send()

    @api.model
    def _users_field(self):
        """The users of a group have another name since 19."""
        return "user_ids" if "user_ids" in self.env["res.groups"]._fields else "users"
