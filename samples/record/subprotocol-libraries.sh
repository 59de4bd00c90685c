#!/usr/bin/env bash
# Subprotocols between libraries: Socket.IO, GraphQL, SignalR, Centrifugo, WAMP, Phoenix, JSON-RPC; working and failing.
# Usage: subprotocol-libraries.sh [name…], as root.

source "$(dirname "$0")/subprotocol-stage.sh"

record_socketio-healthy() { scene socketio-healthy socketio today today; }
record_socketio-polling-first() { scene socketio-polling-first socketio today polling; }
record_socketio2-healthy() { scene socketio2-healthy socketio before before; }
record_socketio-connect-error() { scene socketio-connect-error socketio today stranger; }
record_socketio-disconnect() { scene socketio-disconnect socketio sends-away sleeper; }
record_socketio-unknown-sid() { scene socketio-unknown-sid socketio today unknown-sid; }
record_socketio-version() { scene socketio-version socketio today outdated; }
record_socketio-no-pong() { scene socketio-no-pong socketio today mute; }

# The client's process is stopped: its kernel acknowledges the pings, nobody answers them.
record_socketio-ping-timeout() {
  stage
  serve socketio today
  film socketio-ping-timeout
  visit socketio sleeper
  sleep 2.5
  signal client STOP
  sleep 4
  signal client CONT
  client_left
  keep_client_truth socketio-ping-timeout
}

record_graphql-healthy() { scene graphql-healthy graphql open healthy; }
record_graphql-init-timeout() { scene graphql-init-timeout graphql open no-init; }
record_graphql-unauthorized() { scene graphql-unauthorized graphql open hasty; }
record_graphql-forbidden() { scene graphql-forbidden graphql guarded stranger; }
record_graphql-subscriber-exists() { scene graphql-subscriber-exists graphql open twice; }
record_graphql-init-twice() { scene graphql-init-twice graphql open init-twice; }
record_graphql-bad-request() { scene graphql-bad-request graphql open gibberish; }
record_graphql-older-healthy() { scene graphql-older-healthy graphql older older; }
record_graphql-older-refused() { scene graphql-older-refused graphql older older-stranger; }

record_signalr-healthy() { scene signalr-healthy hubs signalr signalr; }
record_signalr-close-error() { scene signalr-close-error hubs signalr-fails signalr-stays; }
record_signalr-handshake-error() { scene signalr-handshake-error hubs signalr-refuses signalr-stays; }
record_signalr-messagepack() { scene signalr-messagepack hubs signalr-packed signalr-packed; }
record_centrifugo-healthy() { scene centrifugo-healthy hubs centrifugo centrifugo; }
record_centrifugo-protobuf() { scene centrifugo-protobuf hubs centrifugo-packed centrifugo-packed; }
record_centrifugo-3501() { scene centrifugo-3501 hubs centrifugo centrifugo-hasty; }
record_centrifugo-3012() { scene centrifugo-3012 hubs centrifugo centrifugo-mute; }
record_wamp-healthy() { scene wamp-healthy hubs wamp wamp; }
record_wamp-abort() { scene wamp-abort hubs wamp wamp-lost; }
record_wamp-msgpack() { scene wamp-msgpack hubs wamp-msgpack wamp-msgpack; }
record_wamp-cbor() { scene wamp-cbor hubs wamp-cbor wamp-cbor; }
record_wamp-cbor-abort() { scene wamp-cbor-abort hubs wamp-cbor wamp-cbor-lost; }
record_phoenix-healthy() { scene phoenix-healthy hubs phoenix phoenix; }
record_phoenix-join-refused() { scene phoenix-join-refused hubs phoenix phoenix-stranger; }
record_phoenix-crash() { scene phoenix-crash hubs phoenix-crashes phoenix; }
record_json-rpc() { scene json-rpc hubs json-rpc json-rpc; }

record_samples "$@"
