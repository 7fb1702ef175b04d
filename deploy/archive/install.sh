#!/bin/sh
# Installs EndpointSync from the unpacked archive that this file is in. Needs no root for a folder of your own.
#   ./install.sh                         below ~/.local
#   ./install.sh --prefix /usr/local     below another folder
#   ./install.sh --uninstall             removes every version of it again; settings and data stay
# Each version has a folder of its own, and the commands are links: a silo that runs keeps its files until it is
# restarted.
set -eu
prefix=$HOME/.local
action=install
while [ $# -gt 0 ]; do
  case $1 in
    --prefix) prefix=${2:?"--prefix needs a folder"}; shift 2 ;;
    --uninstall) action=uninstall; shift ;;
    *) echo "Usage: ./install.sh [--prefix FOLDER] [--uninstall]" >&2; exit 64 ;;
  esac
done
lib=$prefix/lib/endpointsync
commands="endpointsync:cli/endpointsync endpointsync-silo:silo/EndpointSync.Silo
  endpointsync-sample-worker:worker/EndpointSync.SampleWorker"

if [ "$action" = uninstall ]; then
  for command in $commands; do
    link=$prefix/bin/${command%%:*}
    # Only what points to us.
    case $(readlink "$link" 2>/dev/null || true) in "$lib"/*) rm -f "$link" ;; esac
  done
  rm -rf "$lib"
  echo "EndpointSync is removed from $prefix."
  exit 0
fi

cd "$(dirname "$0")"
version=$(cat VERSION)
echo "Checking the files ..."
if command -v sha256sum >/dev/null; then sums="sha256sum"; else sums="shasum -a 256"; fi
$sums -c --quiet SHA256SUMS || { echo "A file differs from SHA256SUMS: nothing is installed." >&2; exit 65; }

mkdir -p "$prefix/bin" "$lib"
rm -rf "$lib/.new"
mkdir "$lib/.new"
# As an archive, so that files which the programs share stay one file.
tar -cf - silo cli worker LICENSE VERSION | tar -xf - -C "$lib/.new"
rm -rf "${lib:?}/$version"
mv "$lib/.new" "$lib/$version"
for command in $commands; do
  ln -sfn "$lib/$version/${command#*:}" "$prefix/bin/${command%%:*}"
done

echo "EndpointSync $version is installed in $lib/$version."
case :$PATH: in
  *:"$prefix/bin":*) ;;
  *) echo "Add $prefix/bin to PATH." ;;
esac
