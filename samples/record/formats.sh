#!/usr/bin/env bash
# The same kind of healthy session in the forms captures come in: other link types, nanoseconds, pcapng, gzip, and
# captures that miss something: the beginning, a direction, the ends of packets, one packet.
# Usage: formats.sh [name…], as root.

source "$(dirname "$0")/ws-stage.sh"

STEPS=(text:hello hear:1 letters:300 hear:2 ping:still-there hear-pong bytes:40 hear:3 close:1000)

# session NS DEV FILE [TCPDUMP ARGUMENT…]
session() {
  stage
  node_server --echo
  capture "${@:1:3}" "${@:4}" tcp
  node_client "$URL" "${STEPS[@]}"
  client_left
}

# -i any: Linux cooked v2, and v1 as older tcpdumps have it.
record_ws-cooked() {
  session client any "$SAMPLES/ws-cooked.pcap"
  keep_truth ws-cooked
}

record_ws-cooked-v1() {
  session client any "$SAMPLES/ws-cooked-v1.pcap" -y LINUX_SLL
  keep_truth ws-cooked-v1
}

record_ws-nano() {
  session client server "$SAMPLES/ws-nano.pcap" --time-stamp-precision=nano
  keep_truth ws-nano
}

record_ws-gzip() {
  session client server "$WORK/ws-gzip.pcap"
  gzip -9n <"$WORK/ws-gzip.pcap" >"$SAMPLES/ws-gzip.pcap.gz"
  keep_truth ws-gzip
}

# A recording on the loopback device, both ends on one machine.
record_ws-loopback() {
  stage
  start server server node "$RECORD/ws-server.mjs" --echo --truth "$WORK/server.json"
  wait_listen server 8080
  capture server lo "$SAMPLES/ws-loopback.pcap" tcp
  start server client node "$RECORD/ws-client.mjs" --truth "$WORK/client.json" ws://localhost:8080/room "${STEPS[@]}"
  client_left
  keep_truth ws-loopback
}

# One pcapng with two interfaces: dumpcap on both wires of a proxy, a session over each.
record_ws-pcapng() {
  ns_pair client middle 1
  ns_pair middle server 2
  start middle server node "$RECORD/ws-server.mjs" --echo --truth "$WORK/server.json"
  wait_listen middle 8080
  start middle dumpcap dumpcap -q -f tcp -i client -i server -w "$WORK/two.pcapng"
  wait_log dumpcap 'File:'
  sleep 0.5
  node_client ws://10.77.1.2:8080/room "${STEPS[@]}"
  wait_job client
  start server client node "$RECORD/ws-client.mjs" ws://10.77.2.1:8080/room "${STEPS[@]}"
  wait_job client
  sleep 1
  signal dumpcap TERM
  wait_job dumpcap
  # Without the options in which dumpcap names the machine it ran on.
  "$PYTHON" "$RECORD/formats-pcapng.py" "$WORK/two.pcapng" "$SAMPLES/ws-pcapng.pcapng"
}

# tcpdump came late: the upgrade is not in the capture.
record_ws-midstream() {
  stage
  node_server --echo
  node_client "$URL" text:before hear:1 wait:1500 text:hello hear:2 letters:300 hear:3 ping:hi hear-pong close:1000
  sleep 0.8
  film ws-midstream
  client_left
}

# Only what the client sends, as a mirror port of one direction has it.
record_ws-one-sided() {
  session client server "$SAMPLES/ws-one-sided.pcap" src 10.77.1.1 and
  keep_truth ws-one-sided
}

record_ws-one-sided-server() {
  session client server "$SAMPLES/ws-one-sided-server.pcap" src 10.77.1.2 and
  keep_truth ws-one-sided-server
}

# 96 octets of each packet.
record_ws-truncated() {
  session client server "$SAMPLES/ws-truncated.pcap" -s 96
  keep_truth ws-truncated
}

# A packet with data that the capture lost and the peers did not: one record taken out of a complete capture. The
# same hole once more in a compressed session, where what follows cannot be inflated any more.
record_ws-capture-gap() {
  session client server "$WORK/whole.pcap"
  without_packet "$WORK/whole.pcap" 'ip.src == 10.77.1.2 && websocket.payload_length > 100' "$SAMPLES/ws-capture-gap.pcap"
  keep_truth ws-capture-gap
}

record_ws-deflate-gap() {
  stage
  python_server --deflate '{}' serve echo
  capture client server "$WORK/whole.pcap" tcp
  node_client --deflate '{"threshold":0}' "$URL" letters:200 hear:1 letters:300 hear:2 letters:250 hear:3 \
    letters:350 hear:4 close:1000
  client_left
  without_packet "$WORK/whole.pcap" 'ip.src == 10.77.1.2 && websocket.fin' "$SAMPLES/ws-deflate-gap.pcap" 2
  keep_truth ws-deflate-gap
}

# without_packet FROM FILTER TO [N]: FROM without the N-th packet that FILTER finds.
without_packet() {
  local number
  number=$(tshark -r "$1" -Y "$2" -T fields -e frame.number 2>/dev/null | sed -n "${4:-1}p")
  [[ -n $number ]]
  editcap -F pcap "$1" "$3" "$number"
}

# Nothing but the header of a capture file.
record_empty() {
  stage
  capture client server "$SAMPLES/empty.pcap" tcp
  stop_captures
}

record_samples "$@"
