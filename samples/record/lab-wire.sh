# The laboratory's wire: client, forwarder and server in a row, captures at both ends, and the truth about what happened
# between them. To be sourced after lib.sh.

# Client, forwarder and server in a row; the options are the forwarder's.
lab() {
  local ns
  for ns in client wire server; do ns_make $ns; done
  ip link add server netns "${NS_PREFIX}client" address 02:00:00:77:01:01 type veth peer name client netns "${NS_PREFIX}wire"
  ip link add client netns "${NS_PREFIX}server" address 02:00:00:77:01:02 type veth peer name server netns "${NS_PREFIX}wire"
  ns_wire client server 10.77.1.1/24 fd00:77:1::1/64
  ns_wire server client 10.77.1.2/24 fd00:77:1::2/64
  # The forwarder's ends have no address and say nothing themselves.
  for ns in client server; do
    in_ns wire ethtool -K $ns tso off gso off gro off tx off >/dev/null 2>&1
    in_ns wire ip link set $ns addrgenmode none
    in_ns wire ip link set $ns up
  done
  name_host chat.example.test 10.77.1.2
  start wire forwarder "$PYTHON" "$RECORD/lab-forwarder.py" --client client --server server --log "$WORK/fates.json" "$@"
  wait_log forwarder ready
}

# Both ends' captures: NAME-client.pcap and NAME-server.pcap.
watch_both() {
  capture client server "$SAMPLES/$1-client.pcap" tcp
  capture server client "$SAMPLES/$1-server.pcap" tcp
}

# What a namespace's kernel counted about TCP: the counters that a capture can be held against.
kernel_counters() {
  in_ns "$1" nstat -asz --json | jq -c '.kernel | {
    TcpInSegs, TcpOutSegs, TcpRetransSegs, TcpExtTCPLostRetransmit, TcpExtTCPFastRetrans, TcpExtTCPSlowStartRetrans,
    TcpExtTCPTimeouts, TcpExtTCPLossProbes, TcpExtTCPLossProbeRecovery, TcpExtTCPSynRetrans,
    TcpExtTCPDSACKOldSent, TcpExtTCPDSACKRecv, TcpExtTCPOFOQueue, TcpExtTCPSpuriousRtxHostQueues}'
}

# tell_lab_truth NAME [CLIENT_COUNT], truth/NAME.json: the peers' counts (the server's from its output), the kernels'
# counters, the wire's log.
tell_lab_truth() {
  local name=$1 client=${2:-} server
  server=$(grep '^{' "$WORK/echo.log" | tail -n 1 || true)
  signal forwarder TERM
  wait_job forwarder
  jq -n --argjson client "${client:-null}" --argjson server "${server:-null}" \
    --argjson kernelClient "$(kernel_counters client)" --argjson kernelServer "$(kernel_counters server)" \
    --slurpfile wire "$WORK/fates.json" '
    {peers: {client: $client, server: $server}, kernel: {client: $kernelClient, server: $kernelServer},
     wire: {options: $wire[0].options, packets: "@"}}' >"$WORK/truth.json"
  # One packet a line, so that the file reads as a log.
  { sed '/"@"/,$d' "$WORK/truth.json"
    jq -r '"    \"packets\": [", ([.packets[] | "      " + tojson] | join(",\n")), "    ]"' "$WORK/fates.json"
    printf '  }\n}\n'; } >"$TRUTH/$name.json"
  jq -e . "$TRUTH/$name.json" >/dev/null
}
