#!/usr/bin/env bash
# Takes the linux-x64 archive from nothing to a first reload, in a root with no more than Debian's slim image has and
# OpenSSL: ./test --archive. PostgreSQL is outside, reached by TCP, with an empty database. Needs root, for chroot.
set -euo pipefail
cd "$(dirname "$0")/.."
. eng/prerequisites.sh

[ "$(id -u)" = 0 ] || { echo "tests/archive.sh needs root, for chroot: 0 passed, 0 failed, 1 skipped"; exit 0; }
need_dotnet
need_postgres
work=$(mktemp -d)
root=$work/root
children=()
# The silo and the worker end when the shell in the root does; the server is this script's own child.
trap 'kill "${children[@]}" 2>/dev/null || true; wait || true; umount "$root/proc" 2>/dev/null || true; rm -rf "$work"' EXIT

./publish linux-x64
archive=$(ls artifacts/archives/endpointsync-*-linux-x64.tar.gz)

echo "Making an empty root ..."
command -v debootstrap >/dev/null || apt_install debootstrap
debootstrap --variant=minbase --include=libssl3,ca-certificates bookworm "$root" >"$work/debootstrap.log" \
  || { tail -20 "$work/debootstrap.log"; exit 1; }
mount -t proc proc "$root/proc"

echo "Starting PostgreSQL ..."
dotnet build tools/PrivatePostgres -c Release -v quiet -nologo -clp:NoSummary
mkfifo "$work/said"
dotnet tools/PrivatePostgres/bin/Release/net10.0/EndpointSync.Tools.PrivatePostgres.dll "$work/postgres" >"$work/said" &
children+=($!)
IFS= read -r export_line <"$work/said"
cp "$archive" artifacts/archives/SHA256SUMS "$root/root/"
printf '%s\n' "${export_line/EndpointSync__Cluster__ConnectionString/ConnectionStrings__endpointsync}" \
  >"$root/root/database"

# Each line that a person would type is counted; what only waits or checks is not.
cat >"$root/root/first-reload.sh" <<'STEPS'
set -euo pipefail
cd /root
commands=0
run() { commands=$((commands + 1)); echo "\$ $*"; eval "$*"; }
get() { exec 3<>/dev/tcp/127.0.0.1/"$1"; printf 'GET %s HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n' "$2" >&3; cat <&3; exec 3<&-; }
await() { until "$@" >/dev/null 2>&1; do [ "$SECONDS" -lt 240 ] || { echo "In vain: $*"; exit 1; }; sleep 0.1; done; }
ready() { [[ $(get "$1" /health/ready) == *" 200 "* ]]; }

SECONDS=0
run "sha256sum -c --ignore-missing SHA256SUMS"
run "tar -xzf endpointsync-*-linux-x64.tar.gz"
run "endpointsync-*/install.sh"
run 'export PATH=$PATH:$HOME/.local/bin'
run ". ./database"
run "export EndpointSync__Registries__openspp__CreateTables=true"
run "endpointsync-silo >silo.log 2>&1 &"
silo=$!
await ready 5080
run "EndpointSync__Worker__Silos__0=http://127.0.0.1:5080 endpointsync-sample-worker --urls http://127.0.0.1:5090 >worker.log 2>&1 &"
worker=$!
await get 5090 /
run "endpointsync endpoints add openspp --name API --root-path /api --app api_v2"
run "endpointsync reload openspp --wait workers"
answer=$(get 5090 /api/anything)
echo "$answer"
[[ $answer == *'"app":"api_v2"'* ]] || { cat silo.log worker.log; exit 1; }
echo "First reload from the archive: $SECONDS seconds, $commands commands"

kill "$silo" "$worker"
wait "$silo" || true
wait "$worker" || true
endpointsync-*/install.sh --uninstall
[ -z "$(ls -A ~/.local/bin ~/.local/lib)" ] || [ "$(find ~/.local -type f -o -type l | wc -l)" = 0 ]
# A file that somebody changed is refused.
echo >>"$(ls -d endpointsync-*/)cli/endpointsync.dll"
if endpointsync-*/install.sh; then echo "A changed archive was installed"; exit 1; fi
[ ! -e ~/.local/bin/endpointsync ]
STEPS
env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root chroot "$root" /bin/bash /root/first-reload.sh
echo "1 passed, 0 failed"
