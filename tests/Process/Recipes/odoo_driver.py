"""Edits an endpoint as an Odoo worker does, with the hook of samples/foreign/python.

That is a REPEATABLE READ cursor, and callbacks behind its commit.
"""

import sys

import psycopg2

sys.path.insert(0, sys.argv[1])
import odoo_post_load


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
odoo_post_load.ask(cursor)
cursor.commit()
