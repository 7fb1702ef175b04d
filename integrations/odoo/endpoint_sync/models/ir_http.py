import logging

from werkzeug.exceptions import BadRequest, MethodNotAllowed, NotFound, ServiceUnavailable

from odoo import SUPERUSER_ID, api, models
from odoo.http import request
from odoo.modules.registry import Registry

from odoo.addons.endpoint_route_handler.registry import EndpointRule

from .. import compat, following

_logger = logging.getLogger(__name__)

VERSION = "X-Route-Version"
MIN_VERSION = "X-Min-Route-Version"
ROUTING_TYPE = "fastapi"


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @compat.routing_map_method
    def routing_map(model, key=None):
        known = following.of(model.pool.db_name)
        parent = super()
        if known.served is None:
            return parent.routing_map(key=key)
        return known.maps.get(
            compat.map_key(key), lambda: compat.routing_token(model), lambda: parent.routing_map(key=key))

    @compat.in_routing_cache
    def _endpoint_sync_cached_token(self):
        return object()

    @classmethod
    def _endpoint_routing_rules(cls):
        """The rows are read in a snapshot that is taken now. The one of the request may be from before a version that
        this process has acknowledged since."""
        with Registry(cls.pool.db_name).cursor() as cr:
            registry = cls._endpoint_route_registry(api.Environment(cr, SUPERUSER_ID, {}))
            rows = registry._get_rules()
        return [rule for row in rows for rule in _rules_of(cls.pool.db_name, row)]

    @classmethod
    def _match(cls, path_info, *args, **kwargs):
        known = following.of(request.env.cr.dbname)
        if known.asks_silos and known.worker is None and compat.serves_requests():
            known.follow("http")
        table = known.served
        if table is None:
            return super()._match(path_info, *args, **kwargs)
        known.apps.enter(request._get_current_object(), table, lambda: compat.drop_apps(request.env))
        try:
            rule, values = super()._match(path_info, *args, **kwargs)
        except (NotFound, MethodNotAllowed):
            timeout = known.settings.not_found_timeout
            if not timeout or _comes_from_browser() or known.worker.is_newest(timeout):
                raise
            table = known.worker.served
            rule, values = super()._match(path_info, *args, **kwargs)
        if rule.endpoint.routing.get("type") != ROUTING_TYPE:
            return rule, values
        oldest = _oldest_accepted()
        if oldest > table.version:
            if not known.worker.wait_for(oldest, known.settings.min_version_timeout):
                raise ServiceUnavailable("This worker does not have that version yet.", retry_after=1)
            table = known.worker.served
            rule, values = super()._match(path_info, *args, **kwargs)
        request.endpoint_sync_version = table.version
        return rule, values

    @classmethod
    def _post_dispatch(cls, response):
        super()._post_dispatch(response)
        version = getattr(request, "endpoint_sync_version", None)
        if version is not None:
            response.headers[VERSION] = str(version)


def _rules_of(database, row):
    """The rules of a row, each with what answers it. A row that cannot be read takes no other with it."""
    try:
        rule = EndpointRule.from_row(database, row)
        endpoint = rule.endpoint
        # Rows of a former Odoo have no such key, and Odoo reads it since 18.
        endpoint.routing.setdefault("readonly", False)
        return [(url, endpoint) for url in endpoint.routing["routes"]]
    except Exception as failure:
        _logger.warning("Row '%s' of endpoint_route cannot be read and is not routed: %s", row[1], failure)
        return []


def _comes_from_browser():
    """Pages and their parts are no calls of an API, and Odoo looks for many of them only after a miss."""
    return request.httprequest.headers.get("Sec-Fetch-Mode") in ("navigate", "no-cors")


def _oldest_accepted():
    text = request.httprequest.headers.get(MIN_VERSION, "0")
    if not text.isdigit():
        raise BadRequest("%s must be a non-negative whole number." % MIN_VERSION)
    return int(text)
