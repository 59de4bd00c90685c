#!/usr/bin/env bash
# Plain WebSocket sessions between libraries, most of them healthy: node ws and Python websockets over one wire.
# Usage: ws.sh [name…], as root.

source "$(dirname "$0")/ws-stage.sh"

# Text, binary, pings both ways, a fragmented message with a ping inside, Close 1000.
HEALTHY_STEPS=(text:hello 'text:grüße, 世界' hear:2 bytes:300 hear:3 letters:2000 hear:4
  ping:are-you-there hear-pong fragments:4:ping hear:5 close:1000:bye)

healthy_session() {
  stage
  node_server --echo ping:and-you
  film "$1"
  node_client "$URL" "${HEALTHY_STEPS[@]}"
  client_left
  keep_truth "$1"
}

record_ws-healthy() { healthy_session ws-healthy; }

# Both wider forms of the payload length: 16 bits and 64.
record_ws-large() {
  stage
  node_server hear:2 letters:126 letters:66000
  film ws-large
  node_client "$URL" bytes:65535 bytes:65536 hear:2 close:1000
  client_left
  keep_truth ws-large
}

# Context takeover both ways: later messages refer to earlier ones.
record_ws-deflate() {
  stage
  python_server --deflate '{}' serve echo
  film ws-deflate
  node_client --deflate '{"threshold":0}' "$URL" \
    letters:200 letters:400 hear:2 text:The-quick-brown-fox letters:3000 hear:4 bytes:600 hear:5 close:1000
  client_left
  keep_truth ws-deflate
}

# Only the server forgets its context after each message; the client keeps its own.
record_ws-deflate-no-takeover() {
  stage
  python_server --deflate '{"server_no_context_takeover":true}' serve echo
  film ws-deflate-no-takeover
  node_client --deflate '{"threshold":0,"serverNoContextTakeover":true}' "$URL" \
    letters:200 letters:400 hear:2 letters:300 letters:3000 hear:4 text:jumps hear:5 close:1000
  client_left
  keep_truth ws-deflate-no-takeover
}

record_ws-ipv6() {
  ns_pair client server
  name_host chat.example.test fd00:77:1::2
  node_server --echo
  film ws-ipv6
  node_client "$URL" text:hello hear:1 letters:2000 hear:2 close:1000
  client_left
  keep_truth ws-ipv6
}

# The server's process is killed: its kernel says FIN, nobody says Close.
record_server-killed() {
  stage
  node_server --echo
  film server-killed
  node_client "$URL" text:hello hear:1 text:still-there hear:2 wait:1500
  sleep 1
  signal server KILL
  client_left
}

# The server resets the connection under an open session (SO_LINGER of zero, as resetAndDestroy has it).
record_ws-reset() {
  stage
  node_server --echo wait:1000 reset
  film ws-reset
  node_client "$URL" text:hello hear:1 text:again hear:2 wait:3000
  client_left
}

# Python's server sends a ping every 2 s and waits 2 s; the client's process is stopped, its kernel still
# acknowledges. The server leaves with 1011, once the stopped client's kernel closes nothing.
record_ping-unanswered() {
  stage
  python_server --ping-interval 2 --ping-timeout 2 serve echo
  film ping-unanswered
  node_client "$URL" text:hello hear:1 wait:60000
  sleep 3
  signal client STOP
  sleep 20
  stop_captures
  signal client KILL
}

# The client goes on sending data and never answers a ping.
record_ping-ignored() {
  stage
  python_server --ping-interval 2 --ping-timeout 2 serve
  film ping-ignored
  node_client --auto-pong no "$URL" text:tick-1 wait:700 text:tick-2 wait:700 text:tick-3 wait:700 text:tick-4 \
    wait:700 text:tick-5 wait:700 text:tick-6 wait:700 text:tick-7 wait:700 text:tick-8 wait:700
  client_left
}

# The server's event loop is blocked for 900 ms at a time: its kernel acknowledges pings at once, its pongs come late.
record_ws-slow-program() {
  stage
  node_server --echo --busy 900
  film ws-slow-program
  node_client "$URL" text:hello hear:1 ping:1 wait:1210 ping:2 wait:1230 ping:3 wait:1270 ping:4 wait:1310 ping:5 wait:1250 ping:6 wait:1190 text:bye hear:2 close
  client_left
  sleep 2 # until the server gets to it
  keep_truth ws-slow-program
}

record_samples "$@"
