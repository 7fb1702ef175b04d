#!/bin/sh
# watch.sh DSN: shows the newest version every two seconds, and with it the notifications that came in meanwhile.
{
  echo "listen endpoint_sync_version;"
  while echo "select 'version ' || endpoint_sync.current_version() || ' found';"; do sleep 2; done
} | psql -qAt "$1"
