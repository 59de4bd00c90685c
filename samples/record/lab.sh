#!/usr/bin/env bash
# Sessions over a wire that delays, loses, reorders or lies: lab-forwarder.py stands between client and server.
# Writes the samples ws-lossy-*, ws-delay and the like, each with the kernels' counters and the forwarder's log as
# truth; usage in lib.sh: lab.sh [NAME…], as root.
source "$(dirname "$0")/lib.sh"
source "$RECORD/lab-wire.sh"

URL=ws://chat.example.test:8080/socket

# The server that echoes; options are lab-server.mjs's.
serve() {
  start server echo node "$RECORD/lab-server.mjs" --port 8080 "$@"
  wait_listen server 8080
}

dial() {
  run client node "$RECORD/lab-client.mjs" "$@"
}

record_ws-delay() {
  local count
  lab --delay 20
  serve
  capture client server "$SAMPLES/ws-delay.pcap" tcp
  count=$(dial $URL --messages 5 --every 100)
  stop_captures
  tell_lab_truth ws-delay "$count"
}

record_ws-lossy() {
  local count
  lab --delay 20 --loss 2 --seed 1
  # Both sides talk of their own: no echo waits for a lost message.
  serve --mute --tick 25 --ticks 200 --size 200
  watch_both ws-lossy
  count=$(dial $URL --messages 200 --every 25 --size 200 --await 200)
  stop_captures
  tell_lab_truth ws-lossy "$count"
}

record_ws-rough() {
  local count
  lab --delay 15 --loss 3 --reorder 3 --duplicate 3 --seed 7
  serve --mute --tick 15 --ticks 200 --size 400
  watch_both ws-rough
  count=$(dial $URL --messages 200 --every 15 --size 400 --await 200)
  stop_captures
  tell_lab_truth ws-rough "$count"
}

# mishap NAME SIDE TALK WIRE…: something happens to one packet of an otherwise healthy session; seen at that side, with
# the client's options in TALK and the forwarder's after it.
mishap() {
  local name=$1 side=$2 talk=$3 count
  shift 3
  lab --delay 20 "$@"
  serve
  capture "$side" "$([[ $side == client ]] && echo server || echo client)" "$SAMPLES/$name.pcap" tcp
  # shellcheck disable=SC2086 # words are wanted
  count=$(dial $URL $talk --linger 1000)
  stop_captures
  tell_lab_truth "$name" "$count"
}

# The last of a burst is lost: a tail loss probe brings it (RFC 8985 7).
record_ws-tail-loss() { mishap ws-tail-loss client '--messages 6 --every 1' --drop client:data:7; }
# A message and the probe after it are lost: only the timer brings it (RFC 6298).
record_ws-timeout() { mishap ws-timeout client '--messages 5 --every 900' --drop client:data:4 --drop client:data:5; }
# A message is late, so that the probe was not needed, as the server says by D-SACK (RFC 2883).
record_ws-spurious() { mishap ws-spurious client '--messages 5 --every 1200' --late client:data:4; }
# The SYN, or the SYN-ACK, is lost once.
record_ws-syn-lost() { mishap ws-syn-lost client '--messages 2' --drop client:syn:1; }
record_ws-syn-ack-lost() { mishap ws-syn-ack-lost server '--messages 2' --drop server:syn:1; }

# A client that goes on in the background: `dial_on` returns when it is open and has talked for a while.
dial_on() {
  start client client node "$RECORD/lab-client.mjs" $URL --messages 1000 --every 500 "$@"
  sleep 3
}

record_ws-peer-vanished() {
  lab --delay 10
  serve
  capture client server "$SAMPLES/ws-peer-vanished.pcap" tcp
  dial_on
  # As when a cable is pulled: nothing arrives any more, in either direction, and nobody says so.
  signal forwarder USR1
  sleep 18
  stop_captures
  tell_lab_truth ws-peer-vanished
}

record_ws-half-open() {
  lab --delay 10 --drop client:data:8+
  serve --mute --tick 700
  capture client server "$SAMPLES/ws-half-open.pcap" tcp
  dial_on
  sleep 17
  stop_captures
  tell_lab_truth ws-half-open
}

record_ws-reset-injected() {
  lab --delay 10 --reset server:data:6
  serve
  watch_both ws-reset-injected
  dial_on
  stop_captures
  tell_lab_truth ws-reset-injected
}

record_ws-slow-consumer() {
  ns_pair client server 1
  name_host chat.example.test 10.77.1.2
  # A small receive buffer, so that the story takes little room.
  in_ns client sysctl -qw net.ipv4.tcp_rmem='4096 8192 16384'
  serve --tick 60 --size 800
  capture client server "$SAMPLES/ws-slow-consumer.pcap" tcp
  dial_on --every 2000
  signal client STOP
  sleep 15
  signal echo KILL
  sleep 1
  signal client CONT
  sleep 2
  stop_captures
}

record_tcp-path-mtu-blackhole() {
  lab --delay 10 --drop client:full:1+
  serve
  capture client server "$SAMPLES/tcp-path-mtu-blackhole.pcap" 'tcp or icmp'
  dial $URL --cookie 3200 --timeout 12000
  stop_captures
  tell_lab_truth tcp-path-mtu-blackhole
}

record_tcp-handshake-incomplete() {
  lab --delay 10 --drop client:ack:1+ --drop client:data:1+
  serve
  capture server client "$SAMPLES/tcp-handshake-incomplete.pcap" tcp
  dial $URL --timeout 10000
  stop_captures
  tell_lab_truth tcp-handshake-incomplete
}

record_upgrade-request-lost() {
  lab --delay 10 --drop client:data:1+
  serve
  capture client server "$SAMPLES/upgrade-request-lost.pcap" tcp
  dial $URL --timeout 12000
  stop_captures
  tell_lab_truth upgrade-request-lost
}

record_samples "$@"
