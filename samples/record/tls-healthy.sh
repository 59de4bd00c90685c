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
