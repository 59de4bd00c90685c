#!/usr/bin/env bash
# A real browser as the client: Chromium without a window, on a page whose script opens the WebSocket.
# Usage: ws-browser.sh [name…], as root.

source "$(dirname "$0")/ws-stage.sh"

# browse SCRIPT [COMMAND]: the page http://app.example.test/ runs the script, and then the command is run; only
# port 8080 is filmed.
browse() {
  mkdir -p "$WORK/page"
  cat >"$WORK/page/index.html" <<HTML
<!doctype html><title>Chat</title><link rel="icon" href="data:,">
<script>$1</script>
HTML
  name_host app.example.test 10.77.1.2
  start server page "$PYTHON" -m http.server --directory "$WORK/page" 80
  wait_listen server 80
  start client chromium chromium --headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage \
    --disable-background-networking --no-first-run --no-proxy-server --user-data-dir="$WORK/chromium" \
    http://app.example.test/
  sleep 6
  ${2:-}
  stop_captures
}

film_8080() { capture client server "$SAMPLES/$1.pcap" tcp port 8080; }

# Text both ways, permessage-deflate as browsers offer it, Close 1000 by the page.
record_browser-healthy() {
  stage
  node_server --echo --deflate '{"threshold":0}'
  film_8080 browser-healthy
  browse "const socket = new WebSocket('ws://chat.example.test:8080/room');
    socket.onopen = () => { socket.send('hello, hello, hello'); };
    socket.onmessage = ({ data }) => data.length < 300 ? socket.send(data + data) : socket.close(1000, 'bye');"
}

# The page asks for a subprotocol, the server chooses none: allowed by RFC 6455, and the browser must leave.
record_browser-subprotocol-missing() {
  stage
  node_server --echo --no-subprotocol
  film_8080 browser-subprotocol-missing
  browse "new WebSocket('ws://chat.example.test:8080/room', ['chat.v2', 'chat.v1']);"
}

# The server lets another Origin in.
record_browser-origin() {
  stage
  node_server --echo --origin https://elsewhere.example.test
  film_8080 browser-origin
  browse "new WebSocket('ws://chat.example.test:8080/room');"
}

# The browser is quit while the session is open: 1001.
record_browser-quits() {
  stage
  node_server --echo
  film_8080 browser-quits
  browse "const socket = new WebSocket('ws://chat.example.test:8080/room');
    socket.onopen = () => { socket.send('hello'); };" 'quit_browser'
}

quit_browser() {
  signal chromium TERM
  wait_job chromium
}

record_samples "$@"
