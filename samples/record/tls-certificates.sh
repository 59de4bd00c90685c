#!/usr/bin/env bash
# wss handshakes that break over a certificate: the server's or the client's, under TLS 1.2 and TLS 1.3.
# Writes tls-*.pcap with key logs; usage in lib.sh: tls-certificates.sh [NAME…], as root.
source "$(dirname "$0")/lib.sh"
source "$RECORD/tls-lab.sh"

# bad_certificate WHICH CLIENT VERSION [NAME]: nginx with that certificate, and a client that does not like it.
bad_certificate() {
  local certificate=$1 client=$2 version=$3 name=${4:-tls-$1-$2-tls$3}
  begin
  backend
  nginx_tls "$certificate" "$version"
  watch "$name"
  "dial_$client" "$name"
  finish "$name"
}

# curl looks at the chain inside the handshake and says by an alert what is wrong with it.
record_tls-expired-tls12() { bad_certificate expired curl_upgrade 12 tls-expired-tls12; }
record_tls-expired-tls13() { bad_certificate expired curl_upgrade 13 tls-expired-tls13; }
record_tls-future-tls12() { bad_certificate future curl_upgrade 12 tls-future-tls12; }
record_tls-future-tls13() { bad_certificate future curl_upgrade 13 tls-future-tls13; }
record_tls-unknown-ca-tls12() { bad_certificate unknown curl_upgrade 12 tls-unknown-ca-tls12; }
record_tls-unknown-ca-tls13() { bad_certificate unknown curl_upgrade 13 tls-unknown-ca-tls13; }
record_tls-self-signed-tls12() { bad_certificate self-signed curl_upgrade 12 tls-self-signed-tls12; }
record_tls-self-signed-tls13() { bad_certificate self-signed curl_upgrade 13 tls-self-signed-tls13; }
record_tls-incomplete-tls12() { bad_certificate incomplete curl_upgrade 12 tls-incomplete-tls12; }
# The name it compares afterwards, and leaves.
record_tls-wrong-name-tls12() { bad_certificate wrong-name curl_upgrade 12 tls-wrong-name-tls12; }
record_tls-wrong-name-tls13() { bad_certificate wrong-name curl_upgrade 13 tls-wrong-name-tls13; }

# Python's asyncio notices inside the handshake, and closes before its alert is written.
record_tls-expired-python-tls12() { bad_certificate expired python 12; }
record_tls-expired-python-tls13() { bad_certificate expired python 13; }
record_tls-wrong-name-python-tls12() { bad_certificate wrong-name python 12; }

# Node looks at the certificate when the handshake is done, and leaves without an alert.
record_tls-expired-node-tls12() { bad_certificate expired node 12; }
record_tls-expired-node-tls13() { bad_certificate expired node 13; }
record_tls-wrong-name-node-tls12() { bad_certificate wrong-name node 12; }
record_tls-unknown-ca-node-tls12() { bad_certificate unknown node 12 tls-unknown-ca-node-tls12; }

dial_s_client() {
  dial_openssl "$1" -verify_hostname "$HOST"
}
record_tls-wrong-name-openssl-tls12() { bad_certificate wrong-name s_client 12 tls-wrong-name-openssl-tls12; }

# A page that opens a WebSocket at once: Chromium says certificate_unknown, whatever is wrong.
dial_page() {
  echo "<!doctype html><script>new WebSocket('$URL')</script>" >"$WORK/page.html"
  dial_chromium "$1" "file://$WORK/page.html" 6
}
record_tls-expired-chromium() { bad_certificate expired page both tls-expired-chromium; }
record_tls-wrong-name-chromium() { bad_certificate wrong-name page both tls-wrong-name-chromium; }
record_tls-unknown-ca-chromium-tls12() { bad_certificate unknown page 12 tls-unknown-ca-chromium-tls12; }

# Faults that few servers have and many clients refuse. extra NAME DIGEST KEY_OPTIONS…: a certificate of the sample root
# with the extensions given on standard input.
extra() {
  local name=$1 digest=$2
  shift 2
  openssl req -new -nodes -subj "/CN=$HOST" "$@" -keyout "$CERTS/$name.key" -out "$CERTS/$name.csr" 2>/dev/null
  cat >"$CERTS/$name.ext"
  openssl x509 -req "-$digest" -in "$CERTS/$name.csr" -CA "$CERTS/ca.pem" -CAkey "$CERTS/ca.key" -days 300 \
    -extfile "$CERTS/$name.ext" -out "$CERTS/$name.pem" 2>/dev/null
}

# extra_fault FAULT DIGEST CLIENT NAME KEY_OPTIONS…
extra_fault() {
  local fault=$1 digest=$2 client=$3 name=${4}
  shift 4
  begin
  backend
  extra "$fault" "$digest" "$@"
  # The server itself would refuse to load the weak ones.
  nginx_tls "$fault" 12 'ssl_ciphers DEFAULT@SECLEVEL=0;'
  watch "$name"
  "dial_$client" "$name"
  finish "$name"
}

P256=(-newkey ec -pkeyopt ec_paramgen_curve:P-256)
# OpenSSL, Python and Node still take the common name where there is no subjectAltName; browsers and Go do not.
record_wss-common-name-only() {
  extra_fault common-name-only sha256 python wss-common-name-only "${P256[@]}" <<<'basicConstraints=CA:FALSE'
}
record_tls-not-for-servers-tls12() {
  extra_fault not-for-servers sha256 curl_upgrade tls-not-for-servers-tls12 "${P256[@]}" <<<"subjectAltName=DNS:$HOST
extendedKeyUsage=clientAuth"
}
record_tls-weak-key-tls12() { extra_fault weak-key sha256 curl_upgrade tls-weak-key-tls12 -newkey rsa:1024 <<<"subjectAltName=DNS:$HOST"; }
record_tls-weak-signature-tls12() { extra_fault weak-signature sha1 curl_upgrade tls-weak-signature-tls12 "${P256[@]}" <<<"subjectAltName=DNS:$HOST"; }

### The client's certificate

# nginx lets the handshake pass and answers the request with 400.
client_certificate_nginx() {
  local version=$1 name=tls-client-certificate-nginx-tls$1
  begin
  backend
  nginx_tls good "$version" "ssl_client_certificate $CERTS/ca.pem; ssl_verify_client on;"
  watch "$name"
  dial_node "$name"
  finish "$name"
}
record_tls-client-certificate-nginx-tls12() { client_certificate_nginx 12; }
record_tls-client-certificate-nginx-tls13() { client_certificate_nginx 13; }

# OpenSSL's own server, and Node's, refuse inside the handshake (TLS 1.2) or right after the client's part of it (TLS 1.3).
client_certificate_openssl() {
  local version=$1 name=tls-client-certificate-openssl-tls$1
  begin
  s_server good "-tls1_${version#1}" -CAfile "$CERTS/ca.pem" -Verify 1 -verify_return_error
  watch "$name"
  dial_python "$name"
  finish "$name"
}
record_tls-client-certificate-openssl-tls12() { client_certificate_openssl 12; }
record_tls-client-certificate-openssl-tls13() { client_certificate_openssl 13; }

client_certificate_node() {
  local version=$1 name=tls-client-certificate-node-tls$1
  begin
  start server echo node "$RECORD/lab-server.mjs" --port 443 --cert "$CERTS/good.pem" --key "$CERTS/good.key" \
    --client-ca "$CERTS/ca.pem" --max "${NAME_OF[$version]}"
  wait_listen server 443
  watch "$name"
  dial_node "$name"
  finish "$name"
}
record_tls-client-certificate-node-tls12() { client_certificate_node 12; }
record_tls-client-certificate-node-tls13() { client_certificate_node 13; }

# A client certificate of an issuer that the server does not know.
stranger() {
  local version=$1 name=tls-client-certificate-stranger-tls$1
  begin
  s_server good "-tls1_${version#1}" -CAfile "$CERTS/ca.pem" -Verify 1 -verify_return_error
  watch "$name"
  cat "$CERTS/stranger.pem" "$CERTS/stranger.key" >"$WORK/stranger.both.pem"
  dial_python "$name" --cert "$WORK/stranger.both.pem"
  finish "$name"
}
record_tls-client-certificate-stranger-tls12() { stranger 12; }
record_tls-client-certificate-stranger-tls13() { stranger 13; }

record_wss-client-certificate() {
  begin
  backend
  nginx_tls good 12 "ssl_client_certificate $CERTS/ca.pem; ssl_verify_client on;"
  watch wss-client-certificate
  dial_node wss-client-certificate --cert "$CERTS/client.pem" --key "$CERTS/client.key"
  finish wss-client-certificate
}

record_samples "$@"
