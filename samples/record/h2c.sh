#!/usr/bin/env bash
# WebSocket over HTTP/2 without TLS (RFC 8441, prior knowledge): Node's http2 at both ends, the library ws on its streams.
# Usage: h2c.sh [name…], as root.

source "$(dirname "$0")/ws-stage.sh"

h2c_server() {
  stage
  start server server node "$RECORD/h2c-peer.mjs" server "$@"
  wait_listen server 8080
}

h2c_client() {
  start client client node "$RECORD/h2c-peer.mjs" client http://chat.example.test:8080 "$@"
  client_left 30
}

# A page and two sessions side by side on one connection.
record_h2c-healthy() {
  h2c_server
  film h2c-healthy
  h2c_client --sessions 2
}

# The SETTINGS of the server lack ENABLE_CONNECT_PROTOCOL, and the client asks all the same.
record_h2c-disabled() {
  h2c_server --disabled
  film h2c-disabled
  h2c_client
}

record_h2c-404() {
  h2c_server --status 404
  film h2c-404
  h2c_client
}

# GOAWAY under two open sessions, then the end of the connection.
record_h2c-goaway() {
  h2c_server --goaway 500
  film h2c-goaway
  h2c_client --sessions 2 --idle 2000
}

# The client does not read for two seconds: the windows of HTTP/2 fill up.
record_h2c-stalled() {
  h2c_server --flood 150000
  film h2c-stalled
  h2c_client --deaf 2000
}

# The capture starts when the sessions are open.
record_h2c-midstream() {
  h2c_server
  start client client node "$RECORD/h2c-peer.mjs" client http://chat.example.test:8080 --sessions 2 --idle 2500
  sleep 1.5
  film h2c-midstream
  client_left 30
}

record_samples "$@"
