"""A writer that overwrites an endpoint's route without taking the lock.

    python3 unlocked_writer.py DSN NAME ROUTE    prints its backend's process id
"""

import sys

import psycopg2

WRITE = """
update endpoint_route set route = %s
where key = (select 'fastapi.endpoint:' || id || ':/|/<path:application_path>' from fastapi_endpoint where name = %s)
"""


def write(dsn, name, route):
    connection = psycopg2.connect(dsn)
    with connection, connection.cursor() as cursor:
        cursor.execute(WRITE, (route, name))
    print(connection.get_backend_pid())
    connection.close()


if __name__ == "__main__":
    write(*sys.argv[1:])
