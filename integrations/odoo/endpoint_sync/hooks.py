import logging

from . import compat, following
from .feed import processes

_logger = logging.getLogger(__name__)


def post_load():
    """Each prefork worker for HTTP follows its databases from its start, not only from its first request."""
    compat.on_start_of_http_worker(following.start_of_http_worker)


def uninstall_hook(*arguments):
    """Odoo's own sync works again as soon as the registry is loaded without this module."""
    env = compat.hook_environment(arguments)
    processes.stop_worker(env.cr.dbname)
    _logger.info("EndpointSync's schema and triggers stay in '%s' until they are removed: "
                 "endpointsync sql remove --database %s | psql -d %s", *[env.cr.dbname] * 3)
