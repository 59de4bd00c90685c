# The usual stage of the ws-, proxy- and formats-recorders: a client, a server, one wire between them, tcpdump at the
# client's end; and the peers of ws-client.mjs, ws-server.mjs and ws-peer.py. To be sourced.

source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

URL=ws://chat.example.test:8080/room

stage() {
  ns_pair client server
  name_host chat.example.test 10.77.1.2
}

# film NAME: tcpdump for samples/NAME.pcap.
film() {
  capture client server "$SAMPLES/$1.pcap" tcp
}

node_server() {
  start server server node "$RECORD/ws-server.mjs" --truth "$WORK/server.json" "$@"
  wait_listen server 8080
}

node_client() {
  start client client node "$RECORD/ws-client.mjs" --truth "$WORK/client.json" "$@"
}

python_server() {
  start server server "$PYTHON" "$RECORD/ws-peer.py" --truth "$WORK/server.json" "$@"
  wait_listen server 8080
}

python_client() {
  start client client "$PYTHON" "$RECORD/ws-peer.py" --truth "$WORK/client.json" "$@"
}

# client_left [SECONDS]: the client has ended, the capture is closed.
client_left() {
  wait_job client "${1:-20}"
  stop_captures
}

# keep_truth NAME: what each side counted of what it sent, and what its application heard.
keep_truth() {
  node -e '
    const { readFileSync, writeFileSync } = require("node:fs");
    const half = (file) => JSON.parse(readFileSync(file, "utf8"));
    const truth = { client: half(process.argv[1]), server: half(process.argv[2]) };
    writeFileSync(process.argv[3], `${JSON.stringify(truth, null, 2)}\n`);
  ' "$WORK/client.json" "$WORK/server.json" "$TRUTH/$1.json"
}
