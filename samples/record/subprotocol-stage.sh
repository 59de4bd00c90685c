# The stage of the subprotocol recorders: the usual one, and the libraries that speak the subprotocols. They are no dependencies
# of the project: install them anywhere and name the folder in WSCOPE_PEERS, or leave it to this script. To be sourced.

source "$(dirname "${BASH_SOURCE[0]}")/ws-stage.sh"

PEERS=${WSCOPE_PEERS:-${XDG_CACHE_HOME:-$HOME/.cache}/wscope-peers}
PACKAGES=(ws@8 @stomp/stompjs@7.5 socket.io@4.8 socket.io-client@4.8 graphql@16 graphql-ws@6.4 subscriptions-transport-ws@0.11
  @microsoft/signalr@10 @microsoft/signalr-protocol-msgpack@10 mqtt@5 centrifuge@5 phoenix@1.8 wampy@8)
OLD_PACKAGES=(socket.io@2 socket.io-client@2)

if [[ ! -d $PEERS/node_modules/ws ]]; then
  mkdir -p "$PEERS/old"
  npm install --silent --no-audit --no-fund --prefix "$PEERS" "${PACKAGES[@]}"
  npm install --silent --no-audit --no-fund --prefix "$PEERS/old" "${OLD_PACKAGES[@]}"
fi

# serve THEME SCENARIO…: one of the servers in subprotocol-THEME.mjs, until the scene is over.
serve() {
  local theme=$1
  shift
  start server server env PEERS="$PEERS" node "$RECORD/subprotocol-$theme.mjs" server "$@"
  wait_listen server 8080
}

# visit THEME SCENARIO…: the client to it.
visit() {
  local theme=$1
  shift
  start client client env PEERS="$PEERS" TRUTH="$WORK/client.json" node "$RECORD/subprotocol-$theme.mjs" client "$@"
}

# scene NAME THEME SERVER-SCENARIO CLIENT-SCENARIO [SECONDS]: one sample of a server and a client of the same theme.
scene() {
  local name=$1 theme=$2 server=$3 client=$4 seconds=${5:-30}
  stage
  serve "$theme" "$server"
  film "$name"
  visit "$theme" "$client"
  client_left "$seconds"
  keep_client_truth "$name"
}

# What the client's application was told, where it wrote that down.
keep_client_truth() {
  [[ ! -s $WORK/client.json ]] || cp "$WORK/client.json" "$TRUTH/$1.json"
}
