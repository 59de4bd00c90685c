#!/usr/bin/env bash
# Opening handshakes that servers, libraries and clients end themselves, without a proxy in between.
# Usage: ws-upgrade.sh [name…], as root.

source "$(dirname "$0")/ws-stage.sh"

ORIGIN=https://app.example.test
STRANGER=https://elsewhere.example.test

# A verifyClient of ws that lets one Origin in: 403 to the others, and 101 to the right one afterwards.
record_upgrade-origin() {
  stage
  node_server --origin "$ORIGIN" --echo
  film upgrade-origin
  node_client --origin "$STRANGER" "$URL"
  wait_job client
  node_client --origin "$ORIGIN" "$URL" text:hello hear:1 close:1000
  client_left
}

# The same refusal by Python's websockets (origins=), with its explanation in the body, and no second try.
record_upgrade-origin-alone() {
  stage
  python_server --origin "$ORIGIN" serve echo
  film upgrade-origin-alone
  node_client --origin "$STRANGER" "$URL"
  client_left
}

record_upgrade-401() {
  stage
  python_server --password correct-horse serve echo
  film upgrade-401
  node_client "$URL"
  client_left
}

# A plain GET to a WebSocket server.
record_upgrade-426() {
  stage
  node_server --echo
  film upgrade-426
  run client curl -sS -o /dev/null "http://chat.example.test:8080/room"
  stop_captures
}

# Sec-WebSocket-Version 8 to a server that speaks 13 only and does not say so.
record_upgrade-version() {
  stage
  python_server serve echo
  film upgrade-version
  node_client --version 8 "$URL"
  client_left
}

# A version nobody speaks; the answer lists the versions the server knows.
record_upgrade-version-listed() {
  stage
  node_server --echo
  film upgrade-version-listed
  curl_upgrade -H 'Sec-WebSocket-Version: 7'
  stop_captures
}

# A key that is not 16 octets in base64.
record_upgrade-key-invalid() {
  stage
  node_server --echo
  film upgrade-key-invalid
  curl_upgrade -H 'Sec-WebSocket-Version: 13' -H 'Sec-WebSocket-Key: c2hvcnQ='
  stop_captures
}

# Node's own limit of 16 KiB for a head: 431.
record_upgrade-431() {
  stage
  node_server --echo
  film upgrade-431
  node_client --header "Cookie: basket=$(printf 'x%.0s' {1..20000})" "$URL"
  client_left
}

# A program that never reads: the kernel acknowledges the request, nobody answers, and the client gives up after 6 s.
record_upgrade-unanswered() {
  stage
  start server server ncat -l 8080 --exec "/usr/bin/sleep 60"
  wait_listen server 8080
  film upgrade-unanswered
  node_client --patience 6000 "$URL"
  client_left
}

# A server that takes the connection and leaves when it has read something.
record_upgrade-closed() {
  stage
  start server server ncat -l 8080 --exec /usr/bin/true
  wait_listen server 8080
  film upgrade-closed
  node_client "$URL"
  client_left
}

# A request without its end: the client stops in the middle of its head and leaves.
record_upgrade-request-incomplete() {
  stage
  node_server --echo
  film upgrade-request-incomplete
  run client sh -c '{ printf "GET /room HTTP/1.1\r\nHost: chat.example.test:8080\r\nUpgrade: websocket\r\nConn"; sleep 1; } |
    ncat -i 2 chat.example.test 8080' >"$WORK/client.log" 2>&1 || true
  stop_captures
}

# Not HTTP at all: an SSH-like greeting in answer to the request.
record_upgrade-response-malformed() {
  stage
  start server server ncat -l 8080 --sh-exec 'read line; printf "220 mail.example.test ESMTP ready\r\n"'
  wait_listen server 8080
  film upgrade-response-malformed
  node_client "$URL"
  client_left
}

# Answers no library gives; the scripted server writes them to a real socket.
for case in accept-mismatch response-invalid subprotocol-not-offered extension-not-offered response-incomplete; do
  eval "record_upgrade-$case() { scripted_answer $case; }"
done

scripted_answer() {
  stage
  start server server "$PYTHON" "$RECORD/ws-scripted.py" answer "$1"
  wait_listen server 8080
  film "upgrade-$1"
  node_client --subprotocol chat.v1 "$URL" wait:500
  client_left
}

curl_upgrade() {
  run client curl -sS -o /dev/null --max-time 5 -H 'Upgrade: websocket' -H 'Connection: Upgrade' \
    -H 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==' "$@" "http://chat.example.test:8080/room" || true
}

record_samples "$@"
