"""A foreign writer in Python with psycopg2.

    python3 recipe_psycopg2.py move DSN NAME PATH    moves an endpoint and waits until a version has it
    python3 recipe_psycopg2.py watch DSN             prints every version that it learns of
"""

import select
import sys
import time

import psycopg2

MOVE = "update fastapi_endpoint set root_path = %s, registry_sync = false where name = %s and root_path <> %s"
POLL_SECONDS = 2


def move(dsn, name, path):
    connection = psycopg2.connect(dsn)
    connection.set_session(isolation_level="READ COMMITTED")
    version = try_move(connection, name, path)
    while version is None:
        print("locked by another writer", file=sys.stderr, flush=True)
        time.sleep(0.1)
        version = try_move(connection, name, path)
    # Outside any transaction: an open transaction sees its own edit, and no one else does.
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("select endpoint_sync.wait_for_version(%s, '30 seconds')", (version,))
        if not cursor.fetchone()[0]:
            raise TimeoutError(f"version {version} was not made in 30 seconds; the sync stays pending")
    print(f"version {version} live", flush=True)


def try_move(connection, name, path):
    """The version that has the edit; None while another writer has the lock."""
    with connection, connection.cursor() as cursor:
        # A statement of its own, so that what follows sees the last holder's commit.
        cursor.execute("select endpoint_sync.try_lock()")
        if not cursor.fetchone()[0]:
            return None
        cursor.execute(MOVE, (path, name, path))
        moved = cursor.rowcount
        # No version is made while the lock is held, so the next one has the edit.
        cursor.execute("select endpoint_sync.request_sync('moved from Python')")
        newest = cursor.fetchone()[0]
    return newest + 1 if moved else newest


def watch(dsn):
    connection = psycopg2.connect(dsn)
    connection.autocommit = True
    known = -1
    with connection.cursor() as cursor:
        cursor.execute("listen endpoint_sync_version")
        while True:
            # This poll also receives pending notifications, and finds what no notification brought.
            cursor.execute("select endpoint_sync.current_version()")
            newest = cursor.fetchone()[0]
            while connection.notifies:
                version, _, schema = connection.notifies.pop(0).payload.partition(" ")
                if schema == "public":
                    print(f"version {version} notified", flush=True)
                    known = max(known, int(version))
            if newest > known:
                print(f"version {newest} found", flush=True)
                known = newest
            select.select([connection], [], [], POLL_SECONDS)


if __name__ == "__main__":
    {"move": move, "watch": watch}[sys.argv[1]](*sys.argv[2:])
