#!/usr/bin/env bash
# Lookups before a ws session, and lookups that lead to none: the resolver is unbound, the client glibc's.
# Writes dns-*.pcap; usage in lib.sh: lab-dns.sh [NAME…], as root.
source "$(dirname "$0")/lib.sh"

# A wire with a resolver and a WebSocket server on its far end. The options are lines of the client's resolv.conf.
begin() {
  ns_pair client server 1
  printf '%s\n' 'nameserver 10.77.1.2' "$@" >"/etc/netns/${NS_PREFIX}client/resolv.conf"
  cat >"$WORK/unbound.conf" <<CONFIG
server:
  interface: 10.77.1.2
  access-control: 10.77.0.0/16 allow
  do-daemonize: no
  use-syslog: no
  logfile: ""
  username: ""
  chroot: ""
  directory: "$WORK"
  pidfile: ""
  do-not-query-localhost: no
  module-config: "iterator"
  local-zone: "test." nodefault
  local-zone: "example.test." static
  local-data: "chat.example.test. 60 IN A 10.77.1.2"
  local-data: "chat.example.test. 60 IN AAAA fd00:77:1::2"
  local-data: "only4.example.test. 60 IN A 10.77.1.2"
  local-data: "mail.example.test. 60 IN MX 10 chat.example.test."
forward-zone:
  name: "broken.test."
  forward-addr: 192.0.2.53
remote-control:
  control-enable: no
CONFIG
  start server unbound unbound -d -c "$WORK/unbound.conf"
  start server echo node "$RECORD/lab-server.mjs" --port 8080
  wait_until 10 "the resolver" resolver_listens
  wait_listen server 8080
}

resolver_listens() {
  [[ -n $(in_ns server ss -Hlun 'sport = :53') ]]
}

watch() {
  capture client server "$SAMPLES/$1.pcap" 'udp port 53 or tcp or icmp'
}

# lookup NAME HOST: a session to that host, as far as it gets.
lookup() {
  local name=$1 host=$2
  watch "$name"
  run client node "$RECORD/lab-client.mjs" "ws://$host:8080/socket"
  stop_captures
}

firewall() {
  in_ns server nft 'add table inet filter; add chain inet filter input { type filter hook input priority 0; }'
  in_ns server nft "add rule inet filter input $*"
}

record_dns-healthy() {
  begin
  lookup dns-healthy chat.example.test
}

# The first suffix has no such name, the second one has; and no address of the other family.
record_dns-search-suffix() {
  begin 'search corp.example.test example.test'
  lookup dns-search-suffix only4
}

record_dns-nxdomain() {
  begin
  lookup dns-nxdomain chta.example.test
}

record_dns-no-address() {
  begin
  lookup dns-no-address mail.example.test
}

record_dns-servfail() {
  begin
  lookup dns-servfail chat.broken.test
}

record_dns-unreachable() {
  begin
  signal unbound TERM
  wait_job unbound
  lookup dns-unreachable chat.example.test
}

record_dns-unanswered() {
  begin 'options timeout:2 attempts:3'
  firewall udp dport 53 drop
  lookup dns-unanswered chat.example.test
}

# The first two queries (one for each family) are lost, so the answer comes only to the repeats.
record_dns-slow() {
  begin 'options timeout:2'
  firewall udp dport 53 quota until 140 bytes drop
  lookup dns-slow chat.example.test
}

record_samples "$@"
