"""What the modules in integrations/odoo see of Odoo 18, or 16, made again for tests: transactions in REPEATABLE READ,
caches per registry with their signals in the database, and worker processes that are forked. No code of Odoo's is in
it."""

SUPERUSER_ID = 1
evented = False

from . import release, sql_db, tools  # noqa: E402
from . import api, models, modules, http, service  # noqa: E402
