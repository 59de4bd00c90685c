#!/usr/bin/env bash
# HTTPS that is not WebSocket and looks a little like it from outside: kept open, quiet, or busy one way. Nobody is to be
# accused of anything. Writes https-*.pcap with key logs; usage in lib.sh: tls-web.sh [NAME…], as root.
source "$(dirname "$0")/lib.sh"
source "$RECORD/tls-lab.sh"

# web_server OPTIONS…: web-server.mjs under the certificate of the name.
web_server() {
  begin
  start server web node "$RECORD/web-server.mjs" --port 443 --cert "$CERTS/good.pem" --key "$CERTS/good.key" "$@"
  wait_listen server 443
}

by_node() {
  local scene=$1 name=https-$1
  shift
  web_server "$@"
  watch "$name"
  run client env NODE_NO_WARNINGS=1 node --tls-keylog="$WORK/$name.keylog" "$RECORD/web-client.mjs" "$scene" "https://$HOST" "$CERTS/ca.pem"
  finish "$name"
}
record_https-polling() { by_node polling; }
record_https-polling-close() { by_node polling-close; }
record_https-long-polling() { by_node long-polling --keep 20000; }
record_https-idle-keep-alive() { by_node idle-keep-alive --keep 11000; }
record_https-grpc() { by_node grpc; }

# by_curl NAME PATH OPTIONS…
by_curl() {
  local name=$1 path=$2
  shift 2
  web_server
  watch "$name"
  run client env SSLKEYLOGFILE="$WORK/$name.keylog" curl -sN --cacert "$CERTS/ca.pem" "$@" "https://$HOST$path" >/dev/null || true
  finish "$name"
}
record_https-download() { by_curl https-download /file --http1.1 --limit-rate 8k; }
record_https-events() { by_curl https-events /events --http1.1 --max-time 13; }
record_https-events-h2() { by_curl https-events-h2 /events --http2 --max-time 13; }
# Given up in the middle of the answer.
record_https-download-given-up() { by_curl https-download-given-up /file --http1.1 --limit-rate 8k --max-time 4; }

record_https-upload() {
  web_server
  head -c 98304 /dev/zero >"$WORK/zeros"
  watch https-upload
  run client env SSLKEYLOGFILE="$WORK/https-upload.keylog" curl -s --cacert "$CERTS/ca.pem" --http1.1 --limit-rate 8k \
    --data-binary "@$WORK/zeros" "https://$HOST/upload" >/dev/null
  finish https-upload
}

# Python's urllib: one request a connection, no ALPN to choose from.
record_https-python() {
  web_server
  watch https-python
  run client env SSLKEYLOGFILE="$WORK/https-python.keylog" "$PYTHON" -c "
import ssl, time, urllib.request
context = ssl.create_default_context(cafile='$CERTS/ca.pem')
for _ in range(3):
    urllib.request.urlopen('https://$HOST/api', context=context).read()
    time.sleep(0.5)
"
  finish https-python
}

# A page that polls and listens, over h2 on one connection.
record_https-page-events-chromium() {
  web_server
  watch https-page-events-chromium
  dial_chromium https-page-events-chromium "https://$HOST/" 14 --ignore-certificate-errors
  finish https-page-events-chromium
}

record_samples "$@"
