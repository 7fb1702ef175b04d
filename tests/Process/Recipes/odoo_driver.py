"""Edits an endpoint as an Odoo worker does, with the hook of samples/foreign/python.

That is a REPEATABLE READ cursor, callbacks behind its commit, and a record of the class that the hook patches, whose
button then asks for a sync.
"""

import sys
import types

import psycopg2

sys.path.insert(0, sys.argv[1])
import odoo_post_load


class EndpointRouteSyncMixin:
    """The mixin of OCA's endpoint_route_handler, whose own button must not run any more."""

    def __init__(self, env):
        self.env = env

    def action_sync_registry(self):
        raise AssertionError("the hook has not replaced the button")


def install_mixin():
    """Puts the mixin where Odoo has it, so that the hook finds it by its own import."""
    path = "odoo.addons.endpoint_route_handler.models.endpoint_route_sync_mixin"
    parts = path.split(".")
    for length in range(1, len(parts) + 1):
        sys.modules[".".join(parts[:length])] = types.ModuleType(parts[length - 1])
    sys.modules[path].EndpointRouteSyncMixin = EndpointRouteSyncMixin


class Cursor:
    def __init__(self, connection):
        self.connection = connection
        self.execute = connection.cursor().execute
        self.callbacks = []
        self.postcommit = self

    def add(self, callback):
        self.callbacks.append(callback)

    def commit(self):
        self.connection.commit()
        for callback in self.callbacks:
            callback()


connection = psycopg2.connect(sys.argv[2])
connection.set_session(isolation_level="REPEATABLE READ")
cursor = Cursor(connection)
cursor.execute("update fastapi_endpoint set root_path = %s, registry_sync = false", (sys.argv[3],))
install_mixin()
odoo_post_load.post_load()
EndpointRouteSyncMixin(types.SimpleNamespace(cr=cursor)).action_sync_registry()
cursor.commit()
