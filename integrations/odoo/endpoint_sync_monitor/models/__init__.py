from . import endpoint_sync_monitor
from . import fastapi_endpoint
