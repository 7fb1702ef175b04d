"""For an Odoo module that leaves the syncing to EndpointSync.

Its manifest names 'post_load': 'post_load', and its __init__.py imports it.

Workers then request a sync instead of racing each other. The request is part of the editing transaction, so it is never
lost. The call after the commit only makes it fast: if it fails, a silo's poll finds the request.
"""

import logging
import os
import urllib.parse
import urllib.request

_logger = logging.getLogger(__name__)

# The address of any silo, or of a load balancer in front of them; empty for the request in the database alone.
SILO = os.environ.get("ENDPOINTSYNC_URL", "")
REGISTRY = os.environ.get("ENDPOINTSYNC_REGISTRY", "openspp")
MAX_WAIT_SECONDS = 2


def post_load():
    from odoo.addons.endpoint_route_handler.models.endpoint_route_sync_mixin import EndpointRouteSyncMixin

    EndpointRouteSyncMixin.action_sync_registry = lambda self: ask(self.env.cr)


def ask(cr):
    """Requests a sync of what this transaction has written, once it is committed."""
    # Odoo's transactions are REPEATABLE READ. request_sync only inserts a row, so it causes no serialization failure.
    cr.execute("select endpoint_sync.request_sync('asked by Odoo')")
    if SILO:
        cr.postcommit.add(reload)


def reload():
    address = f"{SILO}/api/v1/registries/{urllib.parse.quote(REGISTRY)}/reload"
    try:
        with urllib.request.urlopen(urllib.request.Request(address, data=b"", method="POST"), timeout=MAX_WAIT_SECONDS):
            pass
    except OSError as failure:
        _logger.warning("%s could not be asked: %s. A silo's poll finds the request.", address, failure)
