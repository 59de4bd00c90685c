#!/usr/bin/env bash
# wss over the laboratory's wire: what the network does to TLS.
# Writes tls-bad-record-*.pcap, tls-lost-hello.pcap and wss-lossy-*.pcap; usage in lib.sh: lab-tls.sh [NAME…], as root.
source "$(dirname "$0")/lib.sh"
source "$RECORD/lab-wire.sh"
source "$RECORD/tls-lab.sh"

# A TLS server of Node's at the far end; options are lab-server.mjs's.
serve_tls() {
  make_certificates
  start server echo node "$RECORD/lab-server.mjs" --port 443 --cert "$CERTS/good.pem" --key "$CERTS/good.key" "$@"
  wait_listen server 443
}

# One bit of a record turned on the way, under a TCP checksum that is right: TLS notices.
bad_record() {
  local version=$1 name=tls-bad-record-tls$1
  lab --delay 5 --corrupt server:data:8
  serve_tls --max "${NAME_OF[$version]}"
  watch "$name"
  dial_node "$name" --messages 20 --every 50
  finish "$name"
}
record_tls-bad-record-tls12() { bad_record 12; }
record_tls-bad-record-tls13() { bad_record 13; }

# A browser's ClientHello fills more than one packet; on this path only small ones arrive.
record_tls-lost-hello() {
  lab --delay 10 --drop client:full:1+
  serve_tls
  echo "<!doctype html><script>new WebSocket('$URL')</script>" >"$WORK/page.html"
  watch tls-lost-hello
  dial_chromium tls-lost-hello "file://$WORK/page.html" 20
  finish tls-lost-hello
}

record_wss-lossy() {
  local count
  lab --delay 15 --loss 3 --seed 24
  serve_tls --mute --tick 20 --ticks 100 --size 300
  capture client server "$SAMPLES/wss-lossy-client.pcap" tcp
  capture server client "$SAMPLES/wss-lossy-server.pcap" tcp
  count=$(dial_node wss-lossy-client --messages 100 --every 20 --size 300)
  finish wss-lossy-client
  cp "$SAMPLES/wss-lossy-client.keylog" "$SAMPLES/wss-lossy-server.keylog"
  tell_lab_truth wss-lossy "$count"
}

record_samples "$@"
