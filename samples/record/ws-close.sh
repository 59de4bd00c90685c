#!/usr/bin/env bash
# How open sessions end: close codes of real libraries, broken rules and the answer to them, ends without a Close.
# Usage: ws-close.sh [name…], as root.

source "$(dirname "$0")/ws-stage.sh"

# The server goes down in an orderly way: SIGTERM, 1001 to everybody.
record_close-1001() {
  stage
  node_server --echo
  film close-1001
  node_client "$URL" text:hello hear:1 wait:5000
  sleep 1
  signal server TERM
  client_left
}

# server_closes NAME CODE REASON STEP…: a code that the server's application gives after the client's step.
server_closes() {
  local name=$1 code=$2 reason=$3
  shift 3
  stage
  python_server serve hear:1 "close:$code:$reason"
  film "$name"
  node_client "$URL" "$@" wait:5000
  client_left
  keep_truth "$name"
}

record_close-1003() { server_closes close-1003 1003 'text only, please' bytes:40; }
record_close-1008() { server_closes close-1008 1008 'token expired' text:'{"token":"expired"}'; }
record_close-1012() { server_closes close-1012 1012 'service restart' text:hello; }
record_close-1013() { server_closes close-1013 1013 'try again later' text:hello; }
record_close-1014() { server_closes close-1014 1014 'upstream is gone' text:hello; }
record_close-4001() { server_closes close-4001 4001 'session taken over' text:hello; }

# A Close without a body, which is as good as any.
record_close-empty() {
  stage
  node_server --echo
  film close-empty
  node_client "$URL" text:hello hear:1 close
  client_left
  keep_truth close-empty
}

# The server says goodbye first.
record_close-by-server() { server_closes close-by-server 1000 'all done' text:quit; }

# Octets that are no UTF-8 in a text message; Python answers 1007.
record_close-1007() {
  stage
  python_server serve echo
  film close-1007
  node_client "$URL" text:hello hear:1 latin-1:'Käse' wait:5000
  client_left
}

# A message beyond the reader's limit: Python's max_size, and maxPayload of ws.
record_close-1009() {
  stage
  python_server --max-size 1000 serve echo
  film close-1009
  node_client "$URL" letters:900 hear:1 letters:1001 wait:5000
  client_left
}

record_close-1009-ws() {
  stage
  node_server --echo --max-payload 1000
  film close-1009-ws
  node_client "$URL" letters:900 hear:1 letters:1001 wait:5000
  client_left
}

# The client misses an extension it needs.
record_close-1010() {
  stage
  node_server --echo
  film close-1010
  node_client "$URL" text:hello hear:1 close:1010:permessage-deflate
  client_left
}

# An exception in the handler.
record_close-1011() {
  stage
  python_server serve hear:1 fail
  film close-1011
  node_client "$URL" text:hello wait:5000
  client_left
}

# Broken rules of RFC 6455, one each: the client is scripted, what follows is the answer of the server's library.
broken_by_client() {
  stage
  "$2"_server "${@:3}"
  film "violation-$1"
  start client client "$PYTHON" "$RECORD/ws-scripted.py" client "$1" chat.example.test 8080
  client_left
}

record_violation-unmasked() { broken_by_client unmasked node --echo; }
record_violation-rsv1() { broken_by_client rsv1 node --echo; }
record_violation-reserved-opcode() { broken_by_client reserved-opcode node --echo; }
record_violation-close-invalid() { broken_by_client close-invalid node --echo; }
record_violation-ping-too-long() { broken_by_client ping-too-long python serve echo; }
record_violation-continuation-first() { broken_by_client continuation-first python serve echo; }
record_violation-text-inside-message() { broken_by_client text-inside-message python serve echo; }
record_violation-deflate-corrupt() { broken_by_client deflate-corrupt node --echo --deflate '{}'; }

# The same from a scripted server, against the library of the client.
broken_by_server() {
  stage
  start server server "$PYTHON" "$RECORD/ws-scripted.py" server "$1"
  wait_listen server 8080
  film "violation-$1"
  node_client "$URL" text:hello wait:3000
  client_left
}

record_violation-masked() { broken_by_server masked; }
record_violation-http-inside() { broken_by_server http-inside; }

# The client leaves without a word: FIN, no Close.
record_client-vanished() {
  stage
  node_server --echo
  film client-vanished
  node_client "$URL" text:hello hear:1 wait:500 vanish
  client_left
}

# A Close to a process that is stopped: its kernel acknowledges, nobody answers; Python's client
# waits 10 s for the answer and 10 s for the end, and leaves.
record_close-unanswered() {
  stage
  node_server --echo
  film close-unanswered
  python_client connect "$URL" text:hello hear:1 wait:1 close:1000:bye
  sleep 0.8
  signal server STOP
  client_left 45
}

# Every session ends at the age of 4 s without a Close, however busy it is: three of them, begun at odd intervals.
record_ws-lifetime() {
  stage
  node_server --echo wait:4000 vanish
  film ws-lifetime
  local n chat
  for n in 1 2 3; do
    chat=$(printf "text:tick wait:$((170 + 60 * n)) %.0s" {1..30})
    # shellcheck disable=SC2086 # one word a step
    start client "client$n" node "$RECORD/ws-client.mjs" "$URL" $chat
    sleep 1.7
  done
  for n in 1 2 3; do wait_job "client$n"; done
  stop_captures
}

# Healthy, and still open when the capture ends.
record_ws-open() {
  stage
  node_server --echo
  film ws-open
  node_client "$URL" text:hello hear:1 ping:still-there wait:1000 text:again hear:2 wait:60000
  sleep 3
  stop_captures
}

record_samples "$@"
