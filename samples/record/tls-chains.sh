#!/usr/bin/env bash
# What servers send beside their own certificate, in a right and in a wrong way: the chain in another order, an address
# that is not the server's, stapled OCSP responses that are good, past their time or tell of a revocation. And what
# Chromium says to certificates that it refuses. Usage in lib.sh: tls-chains.sh [NAME…], as root.
source "$(dirname "$0")/lib.sh"
source "$RECORD/tls-lab.sh"

# refused NAME CERTIFICATE VERSION CLIENT [DIRECTIVES]
refused() {
  local name=$1 certificate=$2 version=$3 client=$4 more=${5:-}
  backend
  nginx_tls "$certificate" "$version" "$more"
  watch "$name"
  "dial_$client" "$name"
  finish "$name"
}

# A certificate for an address, and a client that was given another one.
other_address() {
  local HOST=10.77.1.2 URL=wss://10.77.1.2/socket
  begin
  issue address ca "$(date -u -d yesterday +%Y%m%d000000Z)" "$(date -u -d '1 year' +%Y%m%d000000Z)" IP:10.77.1.99
  refused "$1" address "$2" "$3"
}
record_tls-other-address-tls12() { other_address tls-other-address-tls12 12 node; }
record_tls-other-address-tls13() { other_address tls-other-address-tls13 13 curl_upgrade; }

# Leaf, root, intermediate: OpenSSL sorts them.
disordered() {
  begin
  cat "$CERTS/incomplete.pem" "$CERTS/ca.pem" "$CERTS/middle.pem" >"$CERTS/disordered.pem"
  cp "$CERTS/incomplete.key" "$CERTS/disordered.key"
  refused "$1" disordered "$2" python
}
record_wss-disordered-tls12() { disordered wss-disordered-tls12 12; }
record_wss-disordered-tls13() { disordered wss-disordered-tls13 13; }

### Stapled OCSP responses (nginx takes them from a file)

# staple good|revoked|expired: what the root says of the certificate `good`, in $CERTS/staple.der.
staple() {
  "$PYTHON" - "$1" "$CERTS" <<'PYTHON'
import datetime as d, sys
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp

what, certs = sys.argv[1:]
read = lambda name: open(f'{certs}/{name}', 'rb').read()
root, leaf = (x509.load_pem_x509_certificate(read(name)) for name in ('ca.pem', 'good.pem'))
key = serialization.load_pem_private_key(read('ca.key'), None)
now = d.datetime.utcnow().replace(microsecond=0)
begins, ends = (now - d.timedelta(days=days) for days in ((9, 2) if what == 'expired' else (1, -6)))
revoked = what == 'revoked'
response = ocsp.OCSPResponseBuilder().add_response(
    cert=leaf, issuer=root, algorithm=hashes.SHA1(),
    cert_status=ocsp.OCSPCertStatus.REVOKED if revoked else ocsp.OCSPCertStatus.GOOD,
    this_update=begins, next_update=ends,
    revocation_time=now - d.timedelta(days=2) if revoked else None,
    revocation_reason=x509.ReasonFlags.key_compromise if revoked else None,
).responder_id(ocsp.OCSPResponderEncoding.HASH, root).sign(key, hashes.SHA256())
open(f'{certs}/staple.der', 'wb').write(response.public_bytes(serialization.Encoding.DER))
PYTHON
}

stapled() {
  local name=$1 status=$2 version=$3 client=$4
  begin
  staple "$status"
  # curl looks for the issuer, whose key signed the response, among what was sent.
  cat "$CERTS/good.pem" "$CERTS/ca.pem" >"$CERTS/stapled.pem"
  cp "$CERTS/good.key" "$CERTS/stapled.key"
  refused "$name" stapled "$version" "$client" "ssl_stapling on; ssl_stapling_file $CERTS/staple.der;"
}
# curl asks for the staple, looks at it when the handshake is done, and leaves when it does not like it.
dial_curl_status() {
  dial_curl "$1" --cert-status --max-time 3 --http1.1 -H 'Connection: Upgrade' -H 'Upgrade: websocket' \
    -H 'Sec-WebSocket-Version: 13' -H 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='
}
# Node hands the staple to its program and goes on.
dial_node_status() { dial_node "$1" --ocsp; }
record_wss-staple-expired-tls12() { stapled wss-staple-expired-tls12 expired 12 node_status; }
record_wss-stapled-tls12() { stapled wss-stapled-tls12 good 12 node_status; }
record_wss-stapled-tls13() { stapled wss-stapled-tls13 good 13 node_status; }
record_tls-staple-revoked-tls12() { stapled tls-staple-revoked-tls12 revoked 12 curl_status; }
record_tls-staple-revoked-tls13() { stapled tls-staple-revoked-tls13 revoked 13 curl_status; }
record_tls-staple-expired-tls12() { stapled tls-staple-expired-tls12 expired 12 curl_status; }
record_tls-staple-expired-tls13() { stapled tls-staple-expired-tls13 expired 13 curl_status; }

### Chromium, in the versions that tls-certificates.sh leaves out

dial_page() {
  echo "<!doctype html><script>new WebSocket('$URL')</script>" >"$WORK/page.html"
  dial_chromium "$1" "file://$WORK/page.html" 6
}
chromium() {
  begin
  refused "$1" "$2" "$3" page
}
record_tls-expired-chromium-tls12() { chromium tls-expired-chromium-tls12 expired 12; }
record_tls-wrong-name-chromium-tls12() { chromium tls-wrong-name-chromium-tls12 wrong-name 12; }
record_tls-unknown-ca-chromium-tls13() { chromium tls-unknown-ca-chromium-tls13 unknown 13; }

record_samples "$@"
