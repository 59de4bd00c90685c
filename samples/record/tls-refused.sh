#!/usr/bin/env bash
# wss handshakes that break because the two have nothing in common, or speak of different things, or not at all.
# Writes tls-*.pcap, alpn-*.pcap and plaintext-*.pcap, with key logs where there are secrets; usage in lib.sh: tls-refused.sh [NAME…], as root.
source "$(dirname "$0")/lib.sh"
source "$RECORD/tls-lab.sh"

record_tls-version() {
  begin
  backend
  nginx_tls good 13
  watch tls-version
  dial_python tls-version --max TLSv1.2
  finish tls-version
}

record_tls-version-server-old() {
  begin
  backend
  nginx_tls good 12
  watch tls-version-server-old
  dial_node tls-version-server-old --min TLSv1.3
  finish tls-version-server-old
}

record_tls-no-cipher-tls12() {
  begin
  s_server good -tls1_2 -cipher ECDHE-ECDSA-CHACHA20-POLY1305
  watch tls-no-cipher-tls12
  dial_python tls-no-cipher-tls12 --ciphers ECDHE-ECDSA-AES128-GCM-SHA256
  finish tls-no-cipher-tls12
}

record_tls-no-cipher-tls13() {
  begin
  s_server good -tls1_3 -ciphersuites TLS_CHACHA20_POLY1305_SHA256
  watch tls-no-cipher-tls13
  dial_openssl tls-no-cipher-tls13 -tls1_3 -ciphersuites TLS_AES_128_GCM_SHA256
  finish tls-no-cipher-tls13
}

record_tls-no-group() {
  begin
  backend
  nginx_tls good 13 'ssl_ecdh_curve secp384r1;'
  watch tls-no-group
  dial_node tls-no-group --curves X25519
  finish tls-no-group
}

# A client that fell back to TLS 1.2 and says so, to a server that could do better (RFC 7507).
record_tls-fallback() {
  begin
  s_server good
  watch tls-fallback
  dial_openssl tls-fallback -tls1_2 -fallback_scsv
  finish tls-fallback
}

# nginx refuses ALPN lists without anything it speaks.
record_tls-no-alpn() {
  begin
  backend
  nginx_tls good both
  watch tls-no-alpn
  dial_node tls-no-alpn --alpn mqtt
  finish tls-no-alpn
}

# A listener of an MQTT broker's kind, and a client that speaks of HTTP.
record_tls-no-alpn-tls12() {
  begin
  s_server good -tls1_2 -alpn mqtt
  watch tls-no-alpn-tls12
  dial_python tls-no-alpn-tls12 --alpn http/1.1
  finish tls-no-alpn-tls12
}

### Names

# What makes nginx answer names that it does not have with unrecognized_name.
REJECT_OTHERS='server { listen 10.77.1.2:443 ssl default_server; ssl_reject_handshake on; }'

record_tls-unrecognized-name() {
  begin
  name_host other.example.test 10.77.1.2
  backend
  nginx_tls good both '' '443 ssl' "$REJECT_OTHERS"
  watch tls-unrecognized-name
  URL=wss://other.example.test/socket dial_node tls-unrecognized-name
  finish tls-unrecognized-name
}

# Refused without a name, and right after it welcome with one.
record_tls-server-name-missing() {
  begin
  backend
  nginx_tls good both '' '443 ssl' "$REJECT_OTHERS"
  watch tls-server-name-missing
  dial_node tls-server-name-missing --no-sni
  dial_node tls-server-name-missing
  finish tls-server-name-missing
}

record_tls-unrecognized-name-haproxy() {
  begin
  name_host other.example.test 10.77.1.2
  backend
  haproxy_tls 'strict-sni'
  watch tls-unrecognized-name-haproxy
  URL=wss://other.example.test/socket dial_node tls-unrecognized-name-haproxy
  dial_node tls-unrecognized-name-haproxy
  finish tls-unrecognized-name-haproxy
}

record_tls-unrecognized-name-openssl() {
  begin
  name_host other.example.test 10.77.1.2
  s_server good -servername $HOST -servername_fatal -cert2 "$CERTS/good.pem" -key2 "$CERTS/good.key"
  watch tls-unrecognized-name-openssl
  URL=wss://other.example.test/socket dial_python tls-unrecognized-name-openssl
  finish tls-unrecognized-name-openssl
}

### The other protocol

# A server that prefers h2, and a client that offers it and then speaks HTTP/1.1.
alpn_h2() {
  local version=$1 name=alpn-h2-chosen-tls$1
  begin
  backend
  nginx_tls good "$version" '' '443 ssl http2'
  watch "$name"
  dial_node "$name" --alpn h2,http/1.1 --timeout 6000
  finish "$name"
}
record_alpn-h2-chosen-tls12() { alpn_h2 12; }
record_alpn-h2-chosen-tls13() { alpn_h2 13; }

record_tls-to-plaintext() {
  begin
  backend
  nginx_tls good both '' 443
  watch tls-to-plaintext
  dial_node tls-to-plaintext
  finish tls-to-plaintext
}

record_tls-to-plaintext-node() {
  begin
  start server echo node "$RECORD/lab-server.mjs" --port 443
  wait_listen server 443
  watch tls-to-plaintext-node
  dial_python tls-to-plaintext-node
  finish tls-to-plaintext-node
}

PLAIN_URL=ws://$HOST:443/socket

record_plaintext-to-tls-nginx() {
  begin
  backend
  nginx_tls good both
  watch plaintext-to-tls-nginx
  URL=$PLAIN_URL dial_node plaintext-to-tls-nginx
  finish plaintext-to-tls-nginx
}

record_plaintext-to-tls-openssl() {
  begin
  s_server good
  watch plaintext-to-tls-openssl
  URL=$PLAIN_URL dial_python plaintext-to-tls-openssl
  finish plaintext-to-tls-openssl
}

record_plaintext-to-tls-node() {
  begin
  start server echo node "$RECORD/lab-server.mjs" --port 443 --cert "$CERTS/good.pem" --key "$CERTS/good.key"
  wait_listen server 443
  watch plaintext-to-tls-node
  URL=$PLAIN_URL dial_node plaintext-to-tls-node
  finish plaintext-to-tls-node
}

record_plaintext-to-tls-haproxy() {
  begin
  backend
  haproxy_tls ''
  watch plaintext-to-tls-haproxy
  URL=$PLAIN_URL dial_node plaintext-to-tls-haproxy
  finish plaintext-to-tls-haproxy
}

record_plaintext-to-tls-gnutls() {
  begin
  start server gnutls gnutls-serv --port 443 --echo --x509certfile "$CERTS/good.pem" --x509keyfile "$CERTS/good.key"
  wait_listen server 443
  watch plaintext-to-tls-gnutls
  URL=$PLAIN_URL dial_node plaintext-to-tls-gnutls
  finish plaintext-to-tls-gnutls
}

### No answer to the ClientHello

record_tls-hello-unanswered() {
  begin
  # Its standard input stays open and silent, and so does the connection.
  start server ncat sh -c 'sleep 60 | ncat -lk 443'
  wait_listen server 443
  watch tls-hello-unanswered
  dial_python tls-hello-unanswered --timeout 8
  finish tls-hello-unanswered
}

# haproxy as a filter on the name in the ClientHello.
record_tls-closed-after-hello() {
  begin
  cat >"$WORK/haproxy.cfg" <<CONFIG
defaults
  mode tcp
  timeout client 5s
  timeout server 5s
  timeout connect 5s
frontend chat
  bind 10.77.1.2:443
  tcp-request inspect-delay 3s
  tcp-request content reject if { req.ssl_sni -i $HOST }
  tcp-request content accept if { req.ssl_hello_type 1 }
CONFIG
  start server haproxy haproxy -db -f "$WORK/haproxy.cfg"
  wait_listen server 443
  watch tls-closed-after-hello
  dial_node tls-closed-after-hello
  finish tls-closed-after-hello
}

scripted() {
  local name=$1 manner=$2
  begin
  start server peer "$PYTHON" "$RECORD/tcp-peer.py" 443 "$manner"
  wait_listen server 443
  watch "$name"
  dial_node "$name"
  finish "$name"
}
record_tls-reset-after-hello() { scripted tls-reset-after-hello reset-on-data; }
record_tls-closed-mid-hello() { scripted tls-closed-mid-hello close-mid-hello; }

record_samples "$@"
