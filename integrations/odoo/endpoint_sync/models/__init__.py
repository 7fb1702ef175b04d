from . import endpoint_sync
from . import endpoint_route_sync_mixin
from . import ir_http
