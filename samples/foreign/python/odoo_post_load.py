"""For an Odoo module that leaves the syncing to EndpointSync: its manifest names 'post_load': 'post_load', its __init__.py imports it.

Workers then ask instead of racing each other. The request is part of the transaction that edits, so it is never lost; the call after the commit
only makes it quick, and whatever becomes of it, a silo's poll finds the request.
"""

import logging
import os
import urllib.parse
import urllib.request

_logger = logging.getLogger(__name__)

# The address of any silo, or of what stands in front of them; empty for the request in the database alone.
SILO = os.environ.get("ENDPOINTSYNC_URL", "")
REGISTRY = os.environ.get("ENDPOINTSYNC_REGISTRY", "openspp")
PATIENCE_SECONDS = 2


def post_load():
    from odoo.addons.endpoint_route_handler.models.endpoint_route_sync_mixin import EndpointRouteSyncMixin

    EndpointRouteSyncMixin.action_sync_registry = lambda self: ask(self.env.cr)


def ask(cr):
    """Asks for a sync that has what this transaction has written, when it is committed."""
    # Odoo's transactions are REPEATABLE READ; request_sync writes a new row only, so it never makes one fail to be serialized.
    cr.execute("select endpoint_sync.request_sync('asked by Odoo')")
    if SILO:
        cr.postcommit.add(reload)


def reload():
    address = f"{SILO}/api/registries/{urllib.parse.quote(REGISTRY)}/reload"
    try:
        with urllib.request.urlopen(urllib.request.Request(address, data=b"", method="POST"), timeout=PATIENCE_SECONDS):
            pass
    except OSError as failure:
        _logger.warning("%s could not be asked: %s. A silo's poll finds the request.", address, failure)
