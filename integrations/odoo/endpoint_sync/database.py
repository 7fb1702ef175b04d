"""The SQL: requests, the sync of Odoo's own under the lock, and what the silos' role needs."""

import hashlib
import logging
import struct
import time

import psycopg2
from psycopg2 import sql

_logger = logging.getLogger(__name__)

REQUEST = "endpoint_sync.request_sync(text,text)"
WAIT = "endpoint_sync.wait_for_version(bigint,interval,text)"
INSTALL = "endpoint_sync.install_triggers(text)"
SLICE_SECONDS = 0.5
LOCK_RETRY_SECONDS = 0.05

# Rights of the silos' role on what there is of these.
GRANTS = [
    ("table", "fastapi_endpoint", "SELECT, INSERT, UPDATE, DELETE, TRIGGER"),
    ("table", "endpoint_route", "SELECT, INSERT, UPDATE, DELETE, TRIGGER"),
    ("sequence", "fastapi_endpoint_id_seq", "USAGE"),
    ("sequence", "endpoint_route_id_seq", "USAGE"),
    ("sequence", "endpoint_route_version", "USAGE"),
    ("table", "ir_module_module", "SELECT"),
    ("table", "ir_model_data", "SELECT (module, name, res_id)"),
    ("table", "res_users", "SELECT (id, company_id)"),
    ("sequence", "base_cache_signaling", "USAGE"),
    ("sequence", "base_cache_signaling_routing", "USAGE"),
    ("sequence", "base_cache_signaling_default", "USAGE"),
    ("table", "orm_signaling_routing", "INSERT"),
    ("table", "orm_signaling_default", "INSERT"),
    ("sequence", "orm_signaling_routing_id_seq", "USAGE"),
    ("sequence", "orm_signaling_default_id_seq", "USAGE"),
]


def lock_key(name):
    """The key of the lock that every writer takes: the first 8 bytes of the SHA-256 of its name."""
    return struct.unpack(">q", hashlib.sha256(name.encode()).digest()[:8])[0]


def may_call(cr, function):
    """Whether the database has a function of EndpointSync's that this role may call."""
    cr.execute(
        "select coalesce(has_function_privilege(to_regprocedure(%s), 'execute'), false)"
        " and coalesce(has_schema_privilege(to_regnamespace('endpoint_sync'), 'usage'), false)",
        (function,))
    return cr.fetchone()[0]


def request_sync(cr, reason):
    """Requests a sync of what this transaction has written. It only inserts a row, so it causes no serialization
    failure.

    :returns: the newest version; None where the database has no such function, or no registry"""
    if not may_call(cr, REQUEST):
        return None
    try:
        with cr.savepoint(flush=False):
            cr.execute("select endpoint_sync.request_sync(%s, current_schema())", (reason,))
            return cr.fetchone()[0]
    except psycopg2.Error as failure:
        _logger.info("No sync could be requested by SQL: %s", failure)
        return None


def is_neutralized(cr):
    """Whether the database is a copy that must reach nothing outside."""
    cr.execute("select to_regclass('ir_config_parameter') is not null")
    if not cr.fetchone()[0]:
        return False
    cr.execute("select lower(value) from ir_config_parameter where key = 'database.is_neutralized'")
    return (cr.fetchone() or ("false",))[0] in ("true", "1")


def newest_version(registry):
    """The newest version, in a snapshot of its own; None where the database does not tell it."""
    with registry.cursor() as cr:
        if not may_call(cr, "endpoint_sync.current_version(text)"):
            return None
        cr.execute("select endpoint_sync.current_version(current_schema())")
        return cr.fetchone()[0]


def wait_until_synced(registry, ids, version, timeout):
    """Waits until the endpoints are synced: a version came after the one of the request, or every flag is set.

    :returns: whether they are"""
    deadline = time.monotonic() + timeout
    while True:
        left = deadline - time.monotonic()
        with registry.cursor() as cr:
            # A wait in a snapshot would never end.
            cr.execute("set transaction isolation level read committed")
            cr.execute("select not exists (select from fastapi_endpoint where id = any(%s) and active"
                       " and registry_sync is not true)", (list(ids),))
            if cr.fetchone()[0]:
                return True
            if left <= 0 or not may_call(cr, WAIT):
                return False
            cr.execute("select endpoint_sync.wait_for_version(%s, make_interval(secs => %s), current_schema())",
                       (version + 1, min(left, SLICE_SECONDS)))
            if cr.fetchone()[0]:
                return True


def under_lock(registry, name, timeout, write):
    """Writes in one transaction that has the lock of every writer, and then draws the sequence by which Odoo's workers
    notice.

    :param write: called with the cursor
    :returns: what it returns; None if the lock was busy all the time"""
    deadline = time.monotonic() + timeout
    while True:
        with registry.cursor() as cr:
            # In its own statement and in READ COMMITTED, so that what follows sees the last holder's commit.
            cr.execute("set transaction isolation level read committed")
            cr.execute("select pg_try_advisory_xact_lock(%s)", (lock_key(name),))
            if cr.fetchone()[0]:
                result = write(cr)
                cr.commit()
                # A worker that read the sequence before the commit keeps the old routes under its value.
                cr.execute("select nextval('endpoint_route_version')")
                return result
        if time.monotonic() >= deadline:
            return None
        time.sleep(LOCK_RETRY_SECONDS)


def prepare(cr, role):
    """Grants the silos' role what it needs in this database, and installs the triggers where silos may not. What is
    beyond Odoo's own role is logged with its cure."""
    cr.execute("select current_user, current_database(), exists (select from pg_roles where rolname = %s),"
               " to_regnamespace('endpoint_sync') is not null", (role,))
    odoo_role, database, exists, has_schema = cr.fetchone()
    if exists and role != odoo_role:
        _grant(cr, role, odoo_role, database)
    elif not exists and not has_schema:
        _logger.info(
            "The silos have no role '%s' in this PostgreSQL yet. As a superuser: CREATE ROLE %s LOGIN PASSWORD '...'; "
            "GRANT %s TO %s; and update the module endpoint_sync afterwards.", role, role, role, odoo_role)
    if has_schema:
        _install_triggers(cr)


def _grant(cr, role, odoo_role, database):
    cr.execute("select current_schema()")
    statements = [
        sql.SQL("GRANT {} ON {} {} TO {}").format(
            sql.SQL(right), sql.SQL(kind), sql.Identifier(name), sql.Identifier(role))
        for right, kind, name in (("CREATE", "DATABASE", database), ("USAGE", "SCHEMA", cr.fetchone()[0]))]
    for kind, name, rights in GRANTS:
        cr.execute("select to_regclass(quote_ident(%s)) is not null", (name,))
        if cr.fetchone()[0]:
            statements.append(sql.SQL("GRANT {} ON {} {} TO {}").format(
                sql.SQL(rights), sql.SQL(kind), sql.Identifier(name), sql.Identifier(role)))
    for statement in statements:
        _try(cr, statement)
    cr.execute("select pg_has_role(current_user, %s, 'member')", (role,))
    if not cr.fetchone()[0]:
        _logger.warning("Odoo's backups of this database will fail, because they read the silos' tables. As a "
                        "superuser: GRANT %s TO %s;", role, odoo_role)


def _install_triggers(cr):
    cr.execute("select endpoint_sync.is_tracked(current_schema())"
               " from pg_class where oid = to_regclass('endpoint_route')"
               " and has_function_privilege('endpoint_sync.is_tracked(text)', 'execute')")
    if cr.fetchone() == (False,) and may_call(cr, INSTALL):
        _try(cr, "select endpoint_sync.install_triggers(current_schema())")


def _try(cr, statement):
    try:
        with cr.savepoint(flush=False):
            cr.execute(statement)
    except psycopg2.Error as failure:
        text = statement if isinstance(statement, str) else statement.as_string(cr._cnx)
        _logger.warning("Somebody with more rights has to run in this database: %s; (%s)", text, str(failure).strip())
