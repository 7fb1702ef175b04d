"""All that differs between Odoo 16 and 19."""

import contextlib
import logging
import types

import odoo
from odoo import http, release, tools
from odoo.service import server as service

_logger = logging.getLogger(__name__)

SERIES = release.version_info[0]

# A class method of ir.http in 16, a method of its records since.
routing_map_method = classmethod if SERIES < 17 else lambda method: method

# A cache for each purpose since 17, one for all before.
in_routing_cache = tools.ormcache(cache="routing") if SERIES >= 17 else tools.ormcache()


def clear_caches(registry):
    """Clears what routes and apps are found by, in this process."""
    if SERIES >= 17:
        with unsignalled(registry):
            registry.clear_cache("routing", "default")
    else:
        clear_app_caches(registry)
        registry["ir.http"]._clear_routing_map()


def clear_app_caches(registry):
    """Clears what apps are found by, in this process."""
    with unsignalled(registry):
        if SERIES >= 17:
            registry.clear_cache("default")
        else:
            registry.clear_caches()


@contextlib.contextmanager
def unsignalled(registry):
    """Odoo signals what a thread has cleared to all processes at the end of its request. Each of them clears its caches
    for a version by itself."""
    flags = registry.cache_invalidated
    before = set(flags) if SERIES >= 17 else flags
    yield
    if SERIES >= 17:
        registry.cache_invalidated.intersection_update(before)
    else:
        registry.cache_invalidated = before


def routing_token(ir_http):
    """The same object until Odoo drops its routing maps for a reason of its own."""
    if SERIES < 17:
        return getattr(ir_http, "_routing_map", None)
    return ir_http._endpoint_sync_cached_token()


def drop_apps(env):
    """Drops the apps that OCA's fastapi keeps between requests, where it has a pool, and what they are found by."""
    clear_app_caches(env.registry)
    try:
        from odoo.addons.fastapi.pools import fastapi_app_pool
    except ImportError:
        return
    fastapi_app_pool.invalidate(env)


def endpoint_ids_at(env, root_path):
    """The ids of the endpoints that a request below a root path gets to."""
    model = env["fastapi.endpoint"].sudo()
    if hasattr(model, "_get_endpoint"):  # Since fastapi 17.
        endpoint = model._get_endpoint(root_path)
        return endpoint.ids if endpoint else []
    return model.search([("root_path", "=", root_path)]).ids


def endpoint_ids_by_root_path(env):
    """The same for all root paths at once. The younger of two endpoints wins, as in Odoo's own map."""
    return {endpoint.root_path: endpoint.id for endpoint in env["fastapi.endpoint"].sudo().search([], order="id")}


def map_key(key):
    """The key of a routing map, as the website adds it below other modules."""
    if key or not http.request:
        return key
    return getattr(http.request, "website_routing", None) or key


@contextlib.contextmanager
def as_request(env):
    """Some modules read the environment of the request while they build the routing map. The feed's thread has no
    request, so it gets what those need of one."""
    http._request_stack.push(types.SimpleNamespace(
        env=env, registry=env.registry, db=env.cr.dbname, cr=env.cr, website_routing=None, httprequest=None,
        session={}))
    try:
        yield
    finally:
        http._request_stack.pop()


def configuration_files():
    """The files that this server was configured by."""
    found = getattr(tools.config, "rcfile", None) or tools.config.get("config") or []
    return [found] if isinstance(found, str) else list(found)


def process_kind():
    """What this process serves; None if it serves nothing, or nobody can know yet: a prefork worker says it when it
    starts or gets its first request."""
    if tools.config.get("stop_after_init") or tools.config.get("test_enable") or service.server is None:
        return None
    if getattr(odoo, "evented", False):
        return "gevent"
    if isinstance(service.server, service.ThreadedServer):
        return "threaded"
    return None


def serves_requests():
    """Whether a request that comes to this process makes it a worker."""
    return service.server is not None and not tools.config.get("test_enable")


def on_start_of_http_worker(action):
    """Calls the action in each prefork worker for HTTP when it starts; those for cron jobs start without it. A process
    whose databases do not have this module does nothing more for that."""
    original = service.WorkerHTTP.start
    if getattr(original, "endpoint_sync", False):
        return

    def start(worker):
        original(worker)
        try:
            action()
        except Exception:
            _logger.exception("This worker starts without EndpointSync")

    start.endpoint_sync = True
    service.WorkerHTTP.start = start


def hook_environment(arguments):
    """The environment that a hook was called with: an environment since 17, a cursor and a registry before."""
    if len(arguments) == 1:
        return arguments[0]
    return odoo.api.Environment(arguments[0], odoo.SUPERUSER_ID, {})
