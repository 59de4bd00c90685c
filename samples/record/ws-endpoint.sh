#!/usr/bin/env bash
# A plain WebSocket client at an address that is served by something with a protocol of its own.
# Usage: ws-endpoint.sh [name…], as root.

source "$(dirname "$0")/subprotocol-stage.sh"

# Socket.IO's address without its query: the server does not know the transport.
record_upgrade-wrong-endpoint() {
  stage
  serve socketio today
  film upgrade-wrong-endpoint
  node_client ws://chat.example.test:8080/socket.io/
  client_left
}

record_samples "$@"
