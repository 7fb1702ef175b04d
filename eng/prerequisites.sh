# Sourced by run, test and bench: installs what is missing where it may, and says exactly what to install where it may
# not.

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 TESTINGPLATFORM_TELEMETRY_OPTOUT=1

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then sudo "$@"
  else return 1
  fi
}

# apt_install PACKAGE: true if apt installed it.
apt_install() {
  command -v apt-get >/dev/null || return 1
  echo "Installing $1 with apt ..." >&2
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q "$1" >/dev/null 2>&1 && return
  as_root apt-get update -q >/dev/null 2>&1 || return 1
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q "$1" >/dev/null
}

has_dotnet() { command -v dotnet >/dev/null && dotnet --list-sdks 2>/dev/null | grep -q '^10\.'; }

need_dotnet() {
  has_dotnet || apt_install dotnet-sdk-10.0 || true
  has_dotnet && return
  cat >&2 <<'TEXT'
The .NET SDK 10 is missing. Install it, then start this again:
  Debian, Ubuntu   apt-get install dotnet-sdk-10.0   (from Microsoft's package feed where the distribution has none)
  Fedora           dnf install dotnet-sdk-10.0
  macOS            brew install dotnet
  Windows          winget install Microsoft.DotNet.SDK.10
TEXT
  exit 69
}

has_postgres() {
  local folder
  IFS=: read -ra folders <<<"$PATH"
  for folder in "${folders[@]}" /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql*/bin \
    /usr/local/opt/postgresql*/bin "/c/Program Files/PostgreSQL"/*/bin; do
    [ -x "$folder/initdb" ] || [ -x "$folder/initdb.exe" ] && return 0
  done
  return 1
}

# The route table is compared with Werkzeug itself; without it those tests say that they were skipped.
want_werkzeug() {
  /usr/bin/python3 -c 'import werkzeug' 2>/dev/null || apt_install python3-werkzeug || true
}

# The demonstration shows a writer in Python; without its client it says that it left that out.
want_psycopg2() {
  /usr/bin/python3 -c 'import psycopg2' 2>/dev/null || apt_install python3-psycopg2 2>/dev/null || true
}

# want_client NAME PROBE PACKAGE...: the recipes for foreign writers are run with their own clients; those of an absent
# one say that they were skipped.
want_client() {
  local name=$1 probe=$2 package
  shift 2
  eval "$probe" >/dev/null 2>&1 && return
  for package in "$@"; do apt_install "$package" 2>/dev/null || true; done
  eval "$probe" >/dev/null 2>&1 \
    || echo "The recipes for $name are not tested. On Debian or Ubuntu: apt-get install $*" >&2
}

want_clients() {
  want_client psql 'psql --version' postgresql-client
  want_client psycopg2 '/usr/bin/python3 -c "import psycopg2"' python3-psycopg2
  want_client 'psycopg 3' '/usr/bin/python3 -c "import psycopg"' python3-psycopg
  want_client Java 'javap -cp /usr/share/java/postgresql.jar org.postgresql.Driver' \
    openjdk-17-jdk-headless libpostgresql-jdbc-java
  has_node_pg \
    || npm install --prefix samples/foreign/node --no-package-lock --no-audit --no-fund >/dev/null 2>&1 || true
  want_client Node has_node_pg nodejs node-pg
}

has_node_pg() {
  NODE_PATH="$PWD/samples/foreign/node/node_modules:/usr/share/nodejs" node -e 'require("pg")' 2>/dev/null
}

need_postgres() {
  has_postgres || apt_install postgresql || true
  has_postgres && return
  cat >&2 <<'TEXT'
PostgreSQL's server programs (initdb, pg_ctl, postgres) are missing. Install them, then start this again:
  Debian, Ubuntu   apt-get install postgresql
  Fedora           dnf install postgresql-server
  macOS            brew install postgresql@17
  Windows          winget install PostgreSQL.PostgreSQL.17
Or set EndpointSync__Cluster__ConnectionString to a database that runs already.
TEXT
  exit 69
}

# What routes are compared with: unpacked, for an installed package would start its server. What is absent is left out,
# and ./bench says so.
want_rivals() {
  want_rival caddy caddy
  want_rival nginx nginx
  want_rival etcd etcd-server
}

# want_rival PROGRAM PACKAGE
want_rival() {
  local folder=.data/rivals
  command -v "$1" >/dev/null || [ -x "/usr/sbin/$1" ] || [ -x "$folder/usr/bin/$1" ] || [ -x "$folder/usr/sbin/$1" ] && return
  command -v apt-get >/dev/null || return 0
  mkdir -p "$folder"
  (cd "$folder" && { apt-get download -q "$2" || { as_root apt-get update -q && apt-get download -q "$2"; }; } \
    && dpkg -x "$2"_*.deb .) >/dev/null 2>&1 || true
}

# A registry behind a pooler is tried with PgBouncer itself; without it those tests say that they were skipped.
want_pgbouncer() {
  command -v pgbouncer >/dev/null || [ -x /usr/sbin/pgbouncer ] || apt_install pgbouncer || true
}

# A worker behind NAT is tried with the kernel's own, where network namespaces are allowed; without nft that test says
# that it was skipped.
want_nftables() {
  command -v nft >/dev/null || [ -x /usr/sbin/nft ] || apt_install nftables || true
}
