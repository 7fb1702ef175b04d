"""Runs the model of Odoo beside this file with the module of integrations/odoo, or without.

    server.py --dsn DSN [--workers 4] [--threaded] [--openspp] [--odoo16] [--without-signals]
              [--without-module] [--update] [--config odoo.conf]

It writes JSON lines: the ports once it listens, and each worker's process.
"""

import argparse
import logging
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "model"))
INTEGRATIONS = os.path.join(HERE, *[".."] * 3, "integrations", "odoo")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--dsn", required=True)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--threaded", action="store_true")
    parser.add_argument("--openspp", action="store_true")
    parser.add_argument("--without-module", action="store_true")
    parser.add_argument("--update", action="store_true", help="upgrade the modules and end")
    parser.add_argument("--odoo16", action="store_true", help="one cache for everything, and maps on the class")
    parser.add_argument("--without-signals", action="store_true", help="as where silos may not send Odoo's")
    parser.add_argument("--config")
    options = parser.parse_args()
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s")
    logging.getLogger("werkzeug").setLevel(logging.WARNING)

    if options.odoo16:
        os.environ["MODEL_SERIES"] = "16"
    import odoo
    import odoo.addons
    odoo.addons.__path__.append(INTEGRATIONS)
    odoo.sql_db.dsn = options.dsn
    odoo.tools.config.update(
        workers=options.workers, signals=not options.without_signals, stop_after_init=options.update, rcfile=None,
        config=options.config)
    import odoo.addons.base
    import odoo.addons.endpoint_route_handler
    import odoo.addons.fastapi
    if not options.without_module:
        import odoo.addons.endpoint_sync
        odoo.addons.endpoint_sync.post_load()
    if options.openspp:
        import odoo.addons.spp_api_v2
    if options.update:
        upgrade()
        return
    kind = odoo.service.server.ThreadedServer if options.threaded else odoo.service.server.PreforkServer
    odoo.service.server.server = kind(odoo.http.application)

    def preload():
        odoo.modules.registry.Registry(odoo.http.DATABASE)
        # The connections are not shared with forked workers.
        for connection in odoo.sql_db.pool._free:
            connection.close()
        odoo.sql_db.pool.forget()

    odoo.service.server.server.run(preload)


def upgrade():
    """Edits the endpoints as data files do: in one transaction, and again, after a snapshot, in the next."""
    import odoo

    def first(env):
        env["fastapi.endpoint"].search([]).write({"save_http_session": True})

    def second(env):
        endpoints = env["fastapi.endpoint"].search([])
        odoo.service.server.say(upgrading=os.getpid())
        sys.stdin.readline()
        endpoints.write({"save_http_session": False})
        endpoints.action_sync_registry()

    odoo.modules.registry.Registry.new(odoo.http.DATABASE, update_module=[first, second])


if __name__ == "__main__":
    main()
