#!/usr/bin/env bash
# Runs the module of integrations/odoo in a real Odoo with OCA's real modules beside two silos, step by step. Each step
# says what it checks, and the first that fails ends the run. CI does not run it: it needs source trees.
#
#   ODOO_PATH   a source tree of Odoo 16 to 19, with odoo-bin
#   OCA_PATH    folders with endpoint_route_handler and fastapi, joined by commas (OCA/web-api, OCA/rest-framework)
#   PYTHON      a Python with Odoo's and fastapi's requirements; python3 by default
#   PGHOST, PGPORT, PGUSER, PGPASSWORD
#               a PostgreSQL where this role may create databases and roles, and is not named postgres
#
#   ODOO_PATH=~/odoo OCA_PATH=~/web-api,~/rest-framework PGHOST=127.0.0.1 PGUSER=odoo PGPASSWORD=... tests/odoo-real.sh
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)

need() { [ -n "${!1:-}" ] || { echo "$1 is not set: see the head of $0" >&2; exit 64; }; }
for name in ODOO_PATH OCA_PATH PGHOST PGUSER PGPASSWORD; do need "$name"; done
export PGPORT=${PGPORT:-5432}
python=${PYTHON:-python3}
workers=${WORKERS:-4}
database=endpointsync_odoo_$$
cluster=${database}_cluster
folder=$(mktemp -d)
port=$((20000 + $$ % 10000))
log=$folder/odoo.log
pids=()

step() { echo "== $*"; }
fail() { echo "FAILED: $*" >&2; tail -n 30 "$log" >&2 || true; exit 1; }
until_true() {
  local what=$1
  shift
  for _ in $(seq 300); do
    if "$@" >/dev/null 2>&1; then return; fi
    sleep 0.2
  done
  fail "waited in vain for $what"
}

cleanup() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
  dropdb --if-exists --force "$database"
  dropdb --if-exists --force "$cluster"
  [ "${KEEP:-}" ] && echo "Logs are in $folder" || rm -rf "$folder"
}
trap cleanup EXIT

addons=$ODOO_PATH/addons,$OCA_PATH,$root/integrations/odoo
cat >"$folder/odoo.conf" <<CONF
[options]
addons_path = $addons
data_dir = $folder/data
db_host = $PGHOST
db_port = $PGPORT
db_user = $PGUSER
db_password = $PGPASSWORD
http_port = $port
http_interface = 127.0.0.1
db_name = $database
max_cron_threads = 1
[endpoint_sync]
url = http://127.0.0.1:$((port + 1)) http://127.0.0.1:$((port + 2))
registry = openspp
role = $PGUSER
CONF
odoo() { "$python" "$ODOO_PATH/odoo-bin" "$@" -c "$folder/odoo.conf"; }
shell() { odoo shell --logfile "$log" >"$folder/shell.out"; }
sql() { psql -X -q -A -t -v ON_ERROR_STOP=1 -d "$database" -c "$1"; }
dump() { pg_dump --schema-only -d "$database" | grep -v '^\\\(un\)\?restrict '; }

start_silo() {
  EndpointSync__Cluster__ConnectionString="Host=$PGHOST;Port=$PGPORT;Username=$PGUSER;Password=$PGPASSWORD;Database=$cluster" \
  EndpointSync__Cluster__SiloName="silo-$1" EndpointSync__Cluster__SiloPort=$((port + 10 + $1)) \
  EndpointSync__Cluster__GatewayPort=$((port + 20 + $1)) EndpointSync__Cluster__MembershipProfile=Fast \
  EndpointSync__Registries__openspp__ConnectionString="Host=$PGHOST;Port=$PGPORT;Username=$PGUSER;Password=$PGPASSWORD;Database=$database" \
  Urls="http://127.0.0.1:$((port + $1))" \
    dotnet "$root/src/Silo/bin/Release/net10.0/EndpointSync.Silo.dll" >"$folder/silo-$1.log" 2>&1 &
  pids+=($!)
  silos+=($!)
  until_true "silo-$1" curl -sf "http://127.0.0.1:$((port + $1))/health/ready"
}
silos=()
api() { curl -sf -X "$1" "http://127.0.0.1:$((port + 1))/api/v1/registries/openspp$2"; }
start_odoo() {
  odoo --workers "$workers" --logfile "$log" &
  odoo_pid=$!
  pids+=("$odoo_pid")
  until_true "Odoo" curl -sf "http://127.0.0.1:$port/web/health"
}
stop_odoo() { kill -INT "$odoo_pid"; wait "$odoo_pid" 2>/dev/null || true; }
counted() { [ "$(api GET /subscribers | grep -o '"kind":"Worker"' | wc -l)" = "$workers" ]; }
# Requests enough that each worker gets some.
all_answer() {
  local wanted=$1 path=$2 status
  for _ in $(seq $((workers * 10))); do
    status=$(curl -s -o /dev/null -w '%{http_code}' "http://127.0.0.1:$port$path")
    [ "$status" = "$wanted" ] || fail "$path answers $status instead of $wanted"
  done
}
converge() {
  local receipt
  receipt=$(api POST "/reload?wait=workers&timeout=30s&lock=wait")
  grep -q '"reached":true' <<<"$receipt" && grep -q "\"workers\":$workers" <<<"$receipt" || fail "not reached: $receipt"
}
move() {
  shell <<PY
endpoint = env["fastapi.endpoint"].search([], limit=1, order="id")
endpoint.write({"root_path": "$1"})
$2
env.cr.commit()
PY
}

step "1. Odoo with endpoint_route_handler and fastapi, in an empty database"
createdb "$database"
createdb "$cluster"
odoo -i fastapi --stop-after-init --logfile "$log" || fail "Odoo could not be installed"
[ "$(sql "select count(*) from fastapi_endpoint")" -gt 0 ] || fail "fastapi has no demo endpoint: install demo data"
before=$(dump)

step "2. The module, and two silos on Odoo's database"
odoo -i endpoint_sync --stop-after-init --logfile "$log" || fail "the module could not be installed"
start_silo 1
start_silo 2
api POST "/reload?attach=true" >/dev/null || fail "the first sync"

step "3. Each of $workers workers counts"
start_odoo
until_true "all workers to count" counted
move /odoo_real_1 ""
converge
all_answer 200 /odoo_real_1/docs

step "4. An edit is served by every worker after the receipt, and the old path by none"
move /odoo_real_2 ""
converge
all_answer 200 /odoo_real_2/docs
all_answer 404 /odoo_real_1/docs

step "5. The button"
move /odoo_real_3 "env.cr.commit(); endpoint.action_sync_registry()"
until_true "the flag" test "$(sql "select bool_and(registry_sync) from fastapi_endpoint where active")" = t
converge
all_answer 200 /odoo_real_3/docs

step "6. A storm: every worker reloads its registry while everything is unsynced"
sql "update fastapi_endpoint set registry_sync = false"
signal=$(sql "select coalesce(to_regclass('base_registry_signaling')::text, '')")
if [ -n "$signal" ]; then
  sql "select nextval('$signal')" >/dev/null
else
  sql "insert into orm_signaling_registry default values"
fi
for _ in $(seq $((workers * 5))); do curl -s -o /dev/null "http://127.0.0.1:$port/web/health" & done
wait $(jobs -p | grep -v -F "$(printf '%s\n' "${pids[@]}")") 2>/dev/null || true
converge
all_answer 200 /odoo_real_3/docs

step "7. An upgrade beside reloads"
(for _ in $(seq 30); do api POST /reload >/dev/null || true; sleep 0.3; done) &
reloads=$!
odoo -u fastapi --stop-after-init --no-http --logfile "$log" || fail "the upgrade"
wait "$reloads"
until_true "all workers to count" counted
converge

step "8. Without silos Odoo syncs by itself"
kill "${silos[@]}"
wait "${silos[@]}" 2>/dev/null || true
move /odoo_real_4 "env.cr.commit(); endpoint.action_sync_registry()"
until_true "Odoo's own sync" grep -q "endpoints for $database without silos" "$log"
until_true "every worker" curl -sf "http://127.0.0.1:$port/odoo_real_4/docs"

step "9. The log"
! grep -n "could not serialize" "$log" || fail "a serialization error"

step "10. Uninstall: Odoo's own sync, and the schema from before"
stop_odoo
shell <<PY
env["ir.module.module"].search([("name", "=", "endpoint_sync")]).button_immediate_uninstall()
PY
dotnet "$root/src/Cli/bin/Release/net10.0/endpointsync.dll" sql remove --database "$database" \
  | psql -X -q -v ON_ERROR_STOP=1 -d "$database"
start_odoo
move /odoo_real_5 "env.cr.commit(); endpoint.action_sync_registry()"
until_true "Odoo's own sync" curl -sf "http://127.0.0.1:$port/odoo_real_5/docs"
stop_odoo
diff <(echo "$before") <(dump) >"$folder/dump.diff" || { cat "$folder/dump.diff"; fail "the dumps differ"; }
echo "All steps passed"
