# Holds one lease of a private PostgreSQL for the process that started it, and ends the lease when that process ends.
# Arguments: the server's folder, the owner's process id, the server's log, and the command of pg_ctl.
# The owner keeps the other end of the standard input open, sends commands on it, and reads one word in answer to each.
#
# A stop must not hit a new owner. A new owner writes its lease and then checks for marks in stopping/; a stop writes
# its mark and then checks for leases. In any order, one of them sees the other: the stop gives way, or the new owner
# waits until the stop is over and then starts the server again. The owners' lock keeps starts apart.

# A Ctrl-C reaches every process of the terminal's group, and the others still need the server for their own end.
trap '' INT QUIT TERM HUP PIPE

folder=$1 owner=$2 log=$3
shift 3
data=$folder/data lease=$folder/leases/$owner-$$ mark=$folder/stopping/$$
cd "$folder" || exit 1
exec 2>/dev/null

# Prints what distinguishes a live process from a later one with the same id; nothing for one that has ended.
identity() {
  if [ -e /proc/self/stat ]; then
    read -r stat <"/proc/$1/stat" || return 1
    set -- ${stat##*) }
    [ "$1" = Z ] || echo "${20}"
  else
    echo $(ps -o lstart= -p "$1")
  fi
}

# Written aside and renamed, because a file without its content would be taken for that of a dead process.
record() {
  identity "$2" >"$folder/new-$$" && mv "$folder/new-$$" "$1" && return
  rm -f "$folder/new-$$"
  return 1
}

# Whether a process named by a file in folder $1 lives; removes the files of those that do not.
any() {
  for file in "$1"/*; do
    [ -e "$file" ] || continue
    name=${file##*/} born=
    now=$(identity "${name%%-*}")
    read -r born <"$file"
    [ -n "$now" ] && [ "$now" = "$born" ] && return 0
    rm -f "$file"
  done
  return 1
}

# Whether the server runs. Its working directory is its data, which distinguishes it from a process that reused its id.
running() {
  pid= state=
  [ -r "$data/postmaster.pid" ] || return 1
  { read -r pid; for line in 2 3 4 5 6 7 8; do read -r state; done; } <"$data/postmaster.pid"
  [ -n "$pid" ] || return 1
  if [ -e /proc/self/stat ]; then
    [ "/proc/$pid/cwd" -ef "$data" ]
  else
    case $(ps -o comm= -p "$pid") in *postgres*) ;; *) return 1 ;; esac
  fi
}

# Whether the server runs, once it is neither starting nor stopping.
steady() {
  while running && [ "$state" != ready ]; do sleep 0.05; done
  running
}

quietly() {
  "$@" </dev/null >>"$log" 2>&1
}

record "$lease" "$owner" || exit 1
while any "$folder/stopping"; do sleep 0.05; done
echo leased

while read -r command; do
  case $command in
    status)
      if steady; then echo running; else echo stopped; fi
      ;;
    start)
      # The server refuses to start while any process has the id in the file.
      running || { [ -n "$pid" ] && kill -0 "$pid" && rm -f "$data/postmaster.pid"; }
      # A start fails while an earlier one, of a killed or gone owner, still runs; its server will do.
      if quietly "$@" start -s -w -t 60 -l "$log" || steady; then echo started; else echo failed; fi
      ;;
  esac
done

rm -f "$lease"
record "$mark" $$
if ! any "$folder/leases" && running; then
  quietly "$@" stop -s -w -t 60 -m fast || quietly "$@" stop -s -w -t 10 -m immediate
fi
rm -f "$mark"
