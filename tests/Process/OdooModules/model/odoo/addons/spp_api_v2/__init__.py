import logging

from odoo import SUPERUSER_ID, api, models
from odoo.addons import base
from odoo.modules.registry import Registry

_logger = logging.getLogger(__name__)

LOCK = 3827055375235039567


class IrHttp(models.AbstractModel):
    """OpenSPP's: a cache of its own by the sequence, and a sync of all that is unsynced before each map, under a
    lock."""

    _inherit = "ir.http"

    def routing_map(self, key=None):
        registry = Registry(self.pool.db_name)
        with registry.cursor() as cr:
            cr.execute("select last_value from endpoint_route_version")
            version = cr.fetchone()[0]
        cache, place = registry._caches["routing"], ("spp", key, version)
        if place in cache:
            return cache[place]
        try:
            with registry.cursor() as cr:
                cr.execute("select pg_try_advisory_xact_lock(%s)", (LOCK,))
                if cr.fetchone()[0]:
                    unsynced = api.Environment(cr, SUPERUSER_ID, {})["fastapi.endpoint"].search(
                        [("registry_sync", "=", False)])
                    if unsynced:
                        unsynced.action_sync_registry()
                        _logger.info("Synced %d FastAPI endpoints for database %s", len(unsynced), registry.db_name)
                        cr.commit()
                else:
                    _logger.info("FastAPI endpoint sync skipped for %s", registry.db_name)
        except Exception as failure:
            _logger.debug("Could not sync FastAPI endpoints: %s", failure)
        cache[place] = base.build(self)
        return cache[place]
