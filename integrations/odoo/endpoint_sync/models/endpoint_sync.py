import logging

from odoo import api, models

from .. import database, following

_logger = logging.getLogger(__name__)

MODEL = "fastapi.endpoint"


class EndpointSync(models.AbstractModel):
    """The coordinator of this database, for other models."""

    _name = "endpoint.sync"
    _description = "Endpoint sync coordinator"

    def init(self):
        """With each installation and update: the silos' role gets its rights."""
        super().init()
        settings = following.of(self.env.cr.dbname).settings
        if settings:
            database.prepare(self.env.cr, settings.role)

    def _register_hook(self):
        super()._register_hook()
        following.loaded(self.env)
        # An installation or update changes endpoints in one transaction after the other, and a sync in between could
        # make it fail. So it asks once, when all of that is committed.
        if MODEL in self.env:
            unsynced = self.env[MODEL].with_context(active_test=False).search([("registry_sync", "=", False)])
            if unsynced:
                self._request(unsynced)

    @api.model
    def _leaves_sync(self):
        """Whether a coordinator syncs the endpoints of this database."""
        known = following.of(self.env.cr.dbname)
        return known.is_on and (
            known.asks_silos or database.may_call(self.env.cr, database.REQUEST))

    @api.model
    def _request(self, endpoints):
        """Has endpoints synced by the coordinator once this transaction is committed. The request is part of the
        transaction, so it is never lost; what follows the commit only makes it quick."""
        known = following.of(self.env.cr.dbname)
        if not self._leaves_sync():
            return
        pending = self.env.cr.postcommit.data.setdefault("endpoint_sync", {})
        if not pending:
            pending["requested"] = database.request_sync(self.env.cr, "asked by Odoo")
            pending["ids"] = set()
            registry = self.env.registry
            self.env.cr.postcommit.add(
                lambda: known.complete(registry, sorted(pending["ids"]), pending["requested"]))
        pending["ids"].update(endpoints.ids)
