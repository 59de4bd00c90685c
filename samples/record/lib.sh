# Shared by the recorders: network namespaces joined by veth pairs, programs started inside them,
# tcpdump beside them, and everything gone at the end. To be sourced; needs root.
#
#   ns_pair CLIENT SERVER [N]      two namespaces (made when new) and a wire between them:
#                                  CLIENT 10.77.N.1 fd00:77:N::1, SERVER 10.77.N.2 fd00:77:N::2;
#                                  each end of the wire is a device named after the other end
#   name_host NAME ADDRESS         a host name that every namespace knows
#   run NS CMD…                    a program in a namespace, in the foreground, with a bare environment
#   start NS JOB CMD…              the same in the background; its output goes to $WORK/JOB.log
#   wait_listen NS PORT            until something listens there (reads the socket table, sends nothing)
#   wait_log JOB TEXT [SECONDS]    until the job's output contains the text
#   wait_job JOB [SECONDS]         until the job has ended by itself
#   signal JOB SIGNAL              to the job and its children
#   capture NS DEV FILE [ARGS…]    tcpdump, really capturing when this returns
#   stop_captures                  flushed and ended
#   tear_down                      jobs, captures, namespaces: all gone; also run on exit
#   record_samples "$@"            runs the functions record_NAME asked for, or all of them, each in a
#                                  fresh set of namespaces
#
# $WORK is a scratch folder, $SAMPLES the folder of the samples, $TRUTH what the peers themselves counted.

set -euo pipefail

RECORD=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
SAMPLES=$(dirname "$RECORD")
TRUTH=$SAMPLES/truth
WORK=$(mktemp -d)
chmod 755 "$WORK"
mkdir -p "$TRUTH"

# Several recorders may run at once, so the kernel's names carry this one's number.
NS_PREFIX=wscope$$-

# Debian's Python, where the python3-websockets package lives.
PYTHON=/usr/bin/python3

declare -A NAMESPACES=()
declare -A JOBS=()
declare -a CAPTURES=()

ns_pair() {
  local client=$1 server=$2 n=${3:-1}
  ns_make "$client"
  ns_make "$server"
  ip link add "$server" netns "$NS_PREFIX$client" address "02:00:00:77:0$n:01" \
    type veth peer name "$client" netns "$NS_PREFIX$server" address "02:00:00:77:0$n:02"
  ns_wire "$client" "$server" "10.77.$n.1/24" "fd00:77:$n::1/64"
  ns_wire "$server" "$client" "10.77.$n.2/24" "fd00:77:$n::2/64"
}

ns_make() {
  local ns=$1
  [[ -n ${NAMESPACES[$ns]:-} ]] && return
  ip netns add "$NS_PREFIX$ns"
  NAMESPACES[$ns]=1
  mkdir -p "/etc/netns/$NS_PREFIX$ns"
  echo '127.0.0.1 localhost' >"$WORK/hosts.$ns"
  cat "$WORK/hosts.names" >>"$WORK/hosts.$ns" 2>/dev/null || true
  cp "$WORK/hosts.$ns" "/etc/netns/$NS_PREFIX$ns/hosts"
  : >"/etc/netns/$NS_PREFIX$ns/resolv.conf"
  in_ns "$ns" ip link set lo up
  # Plain kernel defaults, whatever the machine around prefers.
  in_ns "$ns" sysctl -qw net.ipv4.tcp_congestion_control=cubic 2>/dev/null || true
}

ns_wire() {
  local ns=$1 dev=$2 v4=$3 v6=$4
  # What stands in the capture is what would be on a wire: no segments of 64 kB, no missing checksums.
  in_ns "$ns" ethtool -K "$dev" tso off gso off gro off tx off >/dev/null 2>&1
  # No router solicitations and no multicast reports into the capture.
  in_ns "$ns" ip link set "$dev" addrgenmode none
  in_ns "$ns" ip link set "$dev" up
  in_ns "$ns" ip addr add "$v4" dev "$dev"
  in_ns "$ns" ip -6 addr add "$v6" dev "$dev" nodad
}

name_host() {
  local ns
  echo "$2 $1" >>"$WORK/hosts.names"
  # Written in place: the namespaces' programs have this very file mounted over /etc/hosts.
  for ns in "${!NAMESPACES[@]}"; do echo "$2 $1" >>"/etc/netns/$NS_PREFIX$ns/hosts"; done
}

in_ns() {
  local ns=$1
  shift
  ip netns exec "$NS_PREFIX$ns" "$@"
}

BARE_ENVIRONMENT=(env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME="$WORK" LANG=C.UTF-8)

run() {
  local ns=$1
  shift
  in_ns "$ns" "${BARE_ENVIRONMENT[@]}" "$@"
}

start() {
  local ns=$1 job=$2
  shift 2
  # A session of its own, so that a signal reaches the program and its children and nobody else;
  # exec, so that $! is the program and not a shell around it.
  (exec ip netns exec "$NS_PREFIX$ns" "${BARE_ENVIRONMENT[@]}" setsid "$@") >"$WORK/$job.log" 2>&1 </dev/null &
  JOBS[$job]=$!
  disown # or bash reports each one that is killed
}

wait_until() {
  local seconds=$1 what=$2 tries
  shift 2
  for ((tries = seconds * 20; tries > 0; tries--)); do
    "$@" && return
    sleep 0.05
  done
  echo "gave up after $seconds s: $what" >&2
  tail -n 20 "$WORK"/*.log >&2 || true
  return 1
}

wait_listen() {
  wait_until 10 "port $2 in $1" listens "$1" "$2"
}

listens() {
  [[ -n $(in_ns "$1" ss -Hltn "sport = :$2") ]]
}

wait_log() {
  wait_until "${3:-10}" "'$2' in the output of $1" grep -qsF -- "$2" "$WORK/$1.log"
}

wait_job() {
  wait_until "${2:-20}" "the end of $1" has_ended "${JOBS[$1]}"
  unset "JOBS[$1]"
}

has_ended() {
  ! kill -0 "$1" 2>/dev/null
}

signal() {
  kill "-$2" -- "-${JOBS[$1]}" 2>/dev/null || kill "-$2" "${JOBS[$1]}"
}

capture() {
  local ns=$1 dev=$2 file=$3 log
  shift 3
  log=$WORK/tcpdump-${#CAPTURES[@]}.log
  rm -f "$file"
  # In immediate mode every packet takes a slot of the snap length, and of the usual buffer's 2 MiB that leaves 8.
  (exec ip netns exec "$NS_PREFIX$ns" tcpdump -i "$dev" -n -U --immediate-mode -s 65535 -B 16384 -Z root \
    -w "$file" "$@") 2>"$log" &
  CAPTURES+=($!)
  disown
  wait_until 10 "tcpdump on $dev in $ns" grep -qs 'listening on' "$log"
}

stop_captures() {
  local pid
  # The last ACKs and FINs are still on their way when the programs are gone.
  sleep 0.5
  for pid in "${CAPTURES[@]}"; do kill -TERM "$pid"; done
  for pid in "${CAPTURES[@]}"; do wait_until 5 'the end of tcpdump' has_ended "$pid"; done
  # What the kernel dropped would look like loss on the wire.
  if grep -h 'dropped by kernel' "$WORK"/tcpdump-*.log | grep -v '^0 ' >&2; then return 1; fi
  CAPTURES=()
}

tear_down() {
  local ns job pid
  for pid in "${CAPTURES[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
  CAPTURES=()
  for job in "${!JOBS[@]}"; do signal "$job" KILL 2>/dev/null || true; done
  JOBS=()
  for ns in "${!NAMESPACES[@]}"; do
    for pid in $(ip netns pids "$NS_PREFIX$ns"); do kill -KILL "$pid" 2>/dev/null || true; done
    ip netns del "$NS_PREFIX$ns"
    rm -r "/etc/netns/$NS_PREFIX$ns"
  done
  NAMESPACES=()
  rm -rf "${WORK:?}"/*
}

leave() {
  local status=$?
  trap - EXIT
  tear_down 2>/dev/null || true
  rm -rf "$WORK"
  exit "$status"
}
trap leave EXIT
trap 'exit 130' INT TERM

record_samples() {
  local names=("$@") name
  if ((${#names[@]} == 0)); then
    mapfile -t names < <(declare -F | sed -n 's/^declare -f record_\(.*\)$/\1/p' | grep -vx samples)
  fi
  for name in "${names[@]}"; do
    echo "recording $name" >&2
    "record_$name"
    tear_down
  done
}
