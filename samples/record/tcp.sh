#!/usr/bin/env bash
# Connections that fail before anything is said: refused, dropped, forbidden, accepted and thrown out again.
# Writes tcp-*.pcap; usage in lib.sh: tcp.sh [NAME…], as root.
source "$(dirname "$0")/lib.sh"

URL=ws://chat.example.test:8080/socket

# A wire, and the server's name.
begin() {
  ns_pair client server 1
  name_host chat.example.test 10.77.1.2
}

# The firewall of the server's host: one rule for what comes in.
firewall() {
  in_ns server nft 'add table inet filter; add chain inet filter input { type filter hook input priority 0; }'
  in_ns server nft "add rule inet filter input $*"
}

dial() {
  run client node "$RECORD/lab-client.mjs" "$@"
}

# A client that connects and does not speak first.
listen_in() {
  sleep 2 | run client ncat chat.example.test 8080 || true
}

# No packets but the connection's own: ARP and neighbour discovery are none of its business.
watch() {
  capture client server "$SAMPLES/$1.pcap" 'tcp or icmp or (icmp6 and ip6[40] < 128)'
}

record_tcp-refused() {
  begin
  watch tcp-refused
  dial $URL
  stop_captures
}

record_tcp-syn-dropped() {
  begin
  # Exponential backoff from the first repeat on, as every kernel did before 6.5 and most still do.
  in_ns client sysctl -qw net.ipv4.tcp_syn_linear_timeouts=0
  firewall tcp dport 8080 drop
  watch tcp-syn-dropped
  dial $URL --timeout 10000
  stop_captures
}

record_tcp-syn-dropped-linear() {
  begin
  in_ns client sysctl -qw net.ipv4.tcp_syn_linear_timeouts=4
  firewall tcp dport 8080 drop
  watch tcp-syn-dropped-linear
  dial $URL --timeout 10000
  stop_captures
}

record_tcp-unreachable() {
  begin
  firewall tcp dport 8080 reject with icmp type admin-prohibited
  watch tcp-unreachable
  dial $URL
  stop_captures
}

record_tcp-unreachable-ipv6() {
  ns_pair client server 1
  name_host chat.example.test fd00:77:1::2
  firewall tcp dport 8080 reject with icmpv6 type admin-prohibited
  watch tcp-unreachable-ipv6
  dial $URL
  stop_captures
}

record_tcp-closed-after-connect() {
  begin
  # A wrapper whose program leaves without a word.
  start server ncat ncat -lk 8080 --exec /bin/true
  wait_listen server 8080
  watch tcp-closed-after-connect
  listen_in
  stop_captures
}

record_tcp-reset-after-connect() {
  begin
  cat >"$WORK/haproxy.cfg" <<CONFIG
defaults
  mode tcp
  timeout client 5s
  timeout server 5s
  timeout connect 5s
frontend chat
  bind 10.77.1.2:8080
  tcp-request connection reject
CONFIG
  start server haproxy haproxy -db -f "$WORK/haproxy.cfg"
  wait_listen server 8080
  watch tcp-reset-after-connect
  listen_in
  stop_captures
}

record_samples "$@"
