#!/usr/bin/env bash
# wss sessions and HTTPS pages that work, under TLS 1.2 and TLS 1.3, resumed and retried.
# Writes wss-*.pcap and https-*.pcap with key logs; usage in lib.sh: tls-healthy.sh [NAME…], as root.
source "$(dirname "$0")/lib.sh"
source "$RECORD/tls-lab.sh"

record_wss-healthy-tls13() {
  local count
  begin
  backend
  nginx_tls good 13
  watch wss-healthy-tls13
  count=$(dial_node wss-healthy-tls13 --messages 5)
  finish wss-healthy-tls13
  tell_truth wss-healthy-tls13 "$count"
}

record_wss-healthy-tls12() {
  local count
  begin
  backend
  haproxy_tls 'ssl-max-ver TLSv1.2 alpn http/1.1'
  watch wss-healthy-tls12
  count=$(dial_python wss-healthy-tls12 --alpn http/1.1)
  finish wss-healthy-tls12
  tell_truth wss-healthy-tls12 "$count"
}

record_wss-ipv6() {
  local count
  ns_pair client server 1
  name_host $HOST fd00:77:1::2
  make_certificates
  start server echo node "$RECORD/lab-server.mjs" --port 443 --cert "$CERTS/good.pem" --key "$CERTS/good.key"
  wait_listen server 443
  watch wss-ipv6
  count=$(dial_python wss-ipv6)
  finish wss-ipv6
  tell_truth wss-ipv6 "$count"
}

record_wss-hello-retry() {
  local count
  begin
  backend
  nginx_tls good 13 'ssl_ecdh_curve secp384r1;'
  watch wss-hello-retry
  count=$(dial_node wss-hello-retry --curves X25519:P-384)
  finish wss-hello-retry
  tell_truth wss-hello-retry "$count"
}

resumed() {
  local version=$1 name=wss-resumed-tls$1 count
  begin
  backend
  nginx_tls good "$version" 'ssl_session_tickets on; ssl_session_cache shared:tls:1m;'
  watch "$name"
  count=$(dial_node "$name" --connections 2)
  finish "$name"
  tell_truth "$name" "$count"
}
record_wss-resumed-tls12() { resumed 12; }
record_wss-resumed-tls13() { resumed 13; }

# node_server VERSION: Node's own TLS, which has every cipher that OpenSSL thinks HIGH.
node_server() {
  start server echo node "$RECORD/lab-server.mjs" --port 443 --cert "$CERTS/good.pem" --key "$CERTS/good.key" --max "${NAME_OF[$1]}"
  wait_listen server 443
}

# One short session for each cipher, all secrets in one key log.
ciphers() {
  local version=$1 name=wss-ciphers-tls$1 cipher
  shift
  begin
  node_server "$version"
  watch "$name"
  for cipher in "$@"; do dial_node "$name" --messages 1 --ciphers "$cipher" >"$WORK/count.log"; done
}

record_wss-ciphers-tls13() {
  ciphers 13 TLS_AES_128_GCM_SHA256 TLS_AES_256_GCM_SHA384 TLS_CHACHA20_POLY1305_SHA256
  finish wss-ciphers-tls13
}

record_wss-ciphers-tls12() {
  ciphers 12 ECDHE-ECDSA-AES{128-GCM-SHA256,256-GCM-SHA384,256-CCM,128-CCM8,128-SHA,256-SHA384} ECDHE-ECDSA-CHACHA20-POLY1305
  # CBC as it was before encrypt-then-MAC (RFC 7366).
  cat >"$WORK/openssl.cnf" <<CONFIG
openssl_conf = all
[all]
ssl_conf = ssl
[ssl]
system_default = default
[default]
Options = -EncryptThenMac
CONFIG
  run client env OPENSSL_CONF="$WORK/openssl.cnf" "$PYTHON" "$RECORD/lab-client.py" "$URL" --ca "$CERTS/ca.pem" \
    --keylog "$WORK/wss-ciphers-tls12.keylog" --ciphers ECDHE-ECDSA-AES256-SHA
  finish wss-ciphers-tls12
}

# s_client as a WebSocket client by hand: upgrade, text frame, KeyUpdate asked for on both sides (its command K), text frame, Close.
speak_by_hand() {
  printf 'GET /socket HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' "$HOST"
  printf 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n'
  sleep 0.5
  printf '\x81\x86\x00\x00\x00\x00before'
  sleep 0.5
  printf 'K\n'
  sleep 0.5
  printf '\x81\x85\x00\x00\x00\x00after'
  sleep 0.5
  printf '\x88\x82\x00\x00\x00\x00\x03\xe8'
  sleep 0.5
}

record_wss-key-update() {
  begin
  node_server 13
  watch wss-key-update
  speak_by_hand | run client openssl s_client -connect $HOST:443 -servername $HOST -CAfile "$CERTS/ca.pem" \
    -keylogfile "$WORK/wss-key-update.keylog" >"$WORK/s_client.log" 2>&1 || true
  finish wss-key-update
}

# Sessions of which no secrets were kept: long enough to be more than a page, both sides talking.
sealed() {
  local name=$1
  shift
  begin
  start server echo node "$RECORD/lab-server.mjs" --port 443 --cert "$CERTS/good.pem" --key "$CERTS/good.key" --tick 900
  wait_listen server 443
  watch "$name"
  start client client node "$RECORD/lab-client.mjs" "$URL" --ca "$CERTS/ca.pem" --messages 24 --every 500
}

record_wss-sealed() {
  sealed wss-sealed
  wait_job client
  finish wss-sealed
}

record_wss-sealed-killed() {
  sealed wss-sealed-killed
  sleep 11
  signal echo KILL
  sleep 1
  finish wss-sealed-killed
}

# HTTPS that is not WebSocket: nobody is to be accused of anything.
page() {
  local name=$1 listen=$2
  shift 2
  begin
  backend
  nginx_tls good both '' "$listen"
  watch "$name"
  dial_curl "$name" "$@"
  finish "$name"
}
record_https-page-h1() { page https-page-h1 '443 ssl' --http1.1; }
record_https-page-h2() { page https-page-h2 '443 ssl http2' --http2; }

# A browser opens connections to spare.
record_https-page-chromium() {
  begin
  backend
  nginx_tls good both '' '443 ssl http2'
  watch https-page-chromium
  dial_chromium https-page-chromium "https://$HOST/" 6 --ignore-certificate-errors
  finish https-page-chromium
}

record_https-page-chromium-h1() {
  begin
  backend
  nginx_tls good both
  watch https-page-chromium-h1
  dial_chromium https-page-chromium-h1 "https://$HOST/" 6 --ignore-certificate-errors
  finish https-page-chromium-h1
}

record_samples "$@"
