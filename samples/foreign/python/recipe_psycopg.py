"""A foreign writer in Python with psycopg 3.

    python3 recipe_psycopg.py move DSN NAME PATH    moves an endpoint and waits until a version has it
    python3 recipe_psycopg.py watch DSN             prints every version that it learns of
"""

import select
import sys
import time

import psycopg

MOVE = "update fastapi_endpoint set root_path = %s, registry_sync = false where name = %s and root_path <> %s"
POLL_SECONDS = 2


def move(dsn, name, path):
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
        version = try_move(connection, name, path)
        while version is None:
            print("locked by another writer", file=sys.stderr, flush=True)
            time.sleep(0.1)
            version = try_move(connection, name, path)
        # Outside any transaction: an open transaction sees its own edit, and no one else does.
        wait = "select endpoint_sync.wait_for_version(%s, '30 seconds')"
        if not connection.execute(wait, (version,)).fetchone()[0]:
            raise TimeoutError(f"version {version} was not made in 30 seconds; the sync stays pending")
    print(f"version {version} live", flush=True)


def try_move(connection, name, path):
    """The version that has the edit; None while another writer has the lock."""
    with connection.transaction():
        # A statement of its own, so that what follows sees the last holder's commit.
        if not connection.execute("select endpoint_sync.try_lock()").fetchone()[0]:
            return None
        moved = connection.execute(MOVE, (path, name, path)).rowcount
        # No version is made while the lock is held, so the next one has the edit.
        newest = connection.execute("select endpoint_sync.request_sync('moved from Python')").fetchone()[0]
    return newest + 1 if moved else newest


def watch(dsn):
    known = -1

    def on_notification(notification):
        nonlocal known
        version, _, schema = notification.payload.partition(" ")
        if schema == "public":
            print(f"version {version} notified", flush=True)
            known = max(known, int(version))

    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.add_notify_handler(on_notification)
        connection.execute("listen endpoint_sync_version")
        while True:
            # This poll also receives pending notifications, and finds what no notification brought.
            newest = connection.execute("select endpoint_sync.current_version()").fetchone()[0]
            if newest > known:
                print(f"version {newest} found", flush=True)
                known = newest
            select.select([connection.fileno()], [], [], POLL_SECONDS)


if __name__ == "__main__":
    {"move": move, "watch": watch}[sys.argv[1]](*sys.argv[2:])
