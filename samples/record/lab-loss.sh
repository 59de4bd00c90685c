#!/usr/bin/env bash
# Loss, reordering and duplication, each alone and all together, over IPv4 and IPv6, seen at both ends: what the TCP
# part's judgement of every repeated or late packet is held against. Usage in lib.sh: lab-loss.sh [NAME…], as root.
source "$(dirname "$0")/lib.sh"
source "$RECORD/lab-wire.sh"

# Kernel settings of both ends, where a recorder wants others than the defaults.
SETTINGS=()
tune() {
  if ((${#SETTINGS[@]})); then in_ns "$1" sysctl -qw "${SETTINGS[@]}"; fi
}

V4=ws://chat.example.test:8080/socket
V6='ws://[fd00:77:1::2]:8080/socket'

# both_ends NAME URL TALK TICKS WIRE…: client and server talk of their own while the wire does what its options say.
both_ends() {
  local name=$1 url=$2 talk=$3 ticks=$4 count
  shift 4
  lab "$@"
  tune client
  tune server
  # shellcheck disable=SC2086 # words are wanted
  start server echo node "$RECORD/lab-server.mjs" --port 8080 --mute $ticks
  wait_listen server 8080
  watch_both "$name"
  # shellcheck disable=SC2086
  count=$(run client node "$RECORD/lab-client.mjs" $url $talk)
  stop_captures
  tell_lab_truth "$name" "$count"
}

SMALL='--messages 150 --every 20 --size 150 --await 150'
TICKS='--tick 20 --ticks 150 --size 150'

record_ws-loss-8() { both_ends ws-loss-8 $V4 "$SMALL" "$TICKS" --delay 20 --loss 8 --seed 11; }
# Close together, so that 15 ms are enough to be overtaken.
record_ws-reorder() {
  both_ends ws-reorder $V4 '--messages 250 --every 4 --size 60 --await 250' '--tick 4 --ticks 250 --size 60' \
    --delay 20 --reorder 5 --seed 12
}
record_ws-duplicate() { both_ends ws-duplicate $V4 "$SMALL" "$TICKS" --delay 20 --duplicate 3 --seed 13; }
record_ws-rough-ipv6() {
  both_ends ws-rough-ipv6 $V6 "$SMALL" "$TICKS" --delay 20 --loss 4 --reorder 4 --duplicate 3 --seed 14
}
# Messages of many packets: windows of data in flight, losses in their midst.
record_ws-bulk-lossy() {
  both_ends ws-bulk-lossy $V4 '--messages 8 --every 150 --size 12000 --await 8' '--tick 150 --ticks 8 --size 12000' \
    --delay 15 --loss 5 --reorder 2 --seed 15
}
# Without SACK only the third duplicate ACK and timers tell the sender.
record_ws-no-sack() {
  SETTINGS=(net.ipv4.tcp_sack=0)
  both_ends ws-no-sack $V4 '--messages 120 --every 12 --size 900 --await 120' '--tick 12 --ticks 120 --size 900' \
    --delay 10 --loss 4 --reorder 3 --seed 103
  SETTINGS=()
}
# IPv6 without timestamps: nothing in a packet tells it from another one with the same bytes.
record_ws-no-timestamps() {
  SETTINGS=(net.ipv4.tcp_timestamps=0)
  both_ends ws-no-timestamps $V6 '--messages 150 --every 4 --size 100 --await 150' '--tick 4 --ticks 150 --size 100' \
    --delay 20 --loss 3 --reorder 5 --duplicate 3 --seed 102
  SETTINGS=()
}
# The Close is lost once: the probe or the timer brings it.
record_ws-close-lost() {
  both_ends ws-close-lost $V4 '--messages 3 --every 60 --await 0' '' --delay 20 --drop client:data:5
}

record_samples "$@"
