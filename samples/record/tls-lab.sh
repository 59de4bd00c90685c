# The programs of the recordings with TLS: servers, clients, capture with key log. To be sourced after lib.sh.
# Servers stand on 10.77.1.2 and fd00:77:1::2 port 443 under the name of $HOST; versions are given as 12 or 13.
source "$RECORD/tls-issue.sh"

URL=wss://$HOST/socket
NAME_OF=([12]=TLSv1.2 [13]=TLSv1.3)

# A wire, the server's name, fresh certificates.
begin() {
  ns_pair client server 1
  name_host $HOST 10.77.1.2
  make_certificates
}

watch() {
  capture client server "$SAMPLES/$1.pcap" tcp
}

# The backend behind nginx and haproxy, on the server's loopback where nobody captures; options are lab-server.mjs's.
backend() {
  start server echo node "$RECORD/lab-server.mjs" --port 9000 "$@"
  wait_listen server 9000
}

# nginx in front of the backend: certificate, version (12 or 13, or both), more directives for the server block,
# what `listen` says, more servers.
nginx_tls() {
  local certificate=$1 versions=$2 more=${3:-} listen=${4:-443 ssl} servers=${5:-}
  [[ $versions == both ]] && versions='TLSv1.2 TLSv1.3' || versions=${NAME_OF[$versions]}
  cat >"$WORK/nginx.conf" <<CONFIG
user root;
daemon off;
worker_processes 1;
pid $WORK/nginx.pid;
error_log stderr;
events {}
http {
  access_log off;
  client_body_temp_path $WORK/body; proxy_temp_path $WORK/proxy; fastcgi_temp_path $WORK/fastcgi;
  uwsgi_temp_path $WORK/uwsgi; scgi_temp_path $WORK/scgi;
  $servers
  server {
    listen 10.77.1.2:$listen;
    listen [fd00:77:1::2]:$listen;
    server_name $HOST;
    ssl_certificate $CERTS/$certificate.pem;
    ssl_certificate_key $CERTS/$certificate.key;
    ssl_protocols $versions;
    $more
    location / {
      proxy_pass http://127.0.0.1:9000;
      proxy_http_version 1.1;
      proxy_set_header Upgrade \$http_upgrade;
      proxy_set_header Connection upgrade;
      proxy_set_header Host \$host;
    }
  }
}
CONFIG
  start server nginx nginx -e stderr -c "$WORK/nginx.conf"
  wait_listen server "${listen%% *}"
}

# haproxy in front of the backend: what `bind` says, more lines of the frontend, lines of the global section.
haproxy_tls() {
  local bind=$1 more=${2:-} global=${3:-}
  cat "$CERTS/good.pem" "$CERTS/good.key" >"$WORK/good.both.pem"
  cat >"$WORK/haproxy.cfg" <<CONFIG
global
  $global
defaults
  mode http
  timeout client 5s
  timeout server 5s
  timeout connect 5s
  timeout tunnel 60s
frontend chat
  bind 10.77.1.2:443 ssl crt $WORK/good.both.pem $bind
  $more
  default_backend echo
backend echo
  server echo 127.0.0.1:9000
CONFIG
  start server haproxy haproxy -db -f "$WORK/haproxy.cfg"
  wait_listen server 443
}

# openssl s_server with a certificate and more options; it answers nothing of HTTP.
s_server() {
  local certificate=$1
  shift
  start server s_server openssl s_server -accept 443 -cert "$CERTS/$certificate.pem" -key "$CERTS/$certificate.key" -quiet "$@"
  wait_listen server 443
}

# The clients. Each trusts the sample root, keeps its secrets in NAME.keylog, and may fail: that is what is recorded.
dial_node() {
  local name=$1
  shift
  run client env NODE_NO_WARNINGS=1 node --tls-keylog="$WORK/$name.keylog" "$RECORD/lab-client.mjs" "$URL" --ca "$CERTS/ca.pem" "$@"
}

dial_python() {
  local name=$1
  shift
  run client "$PYTHON" "$RECORD/lab-client.py" "$URL" --ca "$CERTS/ca.pem" --keylog "$WORK/$name.keylog" "$@"
}

dial_openssl() {
  local name=$1
  shift
  sleep 1.5 | run client openssl s_client -connect $HOST:443 -servername $HOST -CAfile "$CERTS/ca.pem" -verify_return_error \
    -keylogfile "$WORK/$name.keylog" "$@" >"$WORK/s_client.log" 2>&1 || true
}

dial_curl() {
  local name=$1
  shift
  run client env SSLKEYLOGFILE="$WORK/$name.keylog" curl -s --cacert "$CERTS/ca.pem" "$@" "https://$HOST/" >/dev/null || true
}

# curl as a client that asks for WebSocket.
dial_curl_upgrade() {
  dial_curl "$1" --http1.1 -H 'Connection: Upgrade' -H 'Upgrade: websocket' -H 'Sec-WebSocket-Version: 13' \
    -H 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='
}

# Chromium, headless and without the services it would like to talk to; it opens the page given.
dial_chromium() {
  local name=$1 page=$2 seconds=$3
  shift 3
  run client env SSLKEYLOGFILE="$WORK/$name.keylog" timeout -k 2 "$seconds" chromium --headless=new --no-sandbox --disable-gpu \
    --user-data-dir="$WORK/chromium" --disable-background-networking --disable-component-update --disable-sync \
    --no-first-run --remote-debugging-port=0 "$@" "$page" >"$WORK/chromium.log" 2>&1 || true
}

# Ends the recording of NAME: the capture, and the secrets without comments.
finish() {
  local name=$1
  stop_captures
  # Where a handshake breaks early there are no secrets.
  grep -v '^#' "$WORK/$name.keylog" >"$SAMPLES/$name.keylog" 2>/dev/null || rm "$SAMPLES/$name.keylog"
}

# What both peers counted.
tell_truth() {
  local name=$1 client=$2
  sleep 0.3
  jq -n --argjson client "$client" --slurpfile server <(grep '^{' "$WORK/echo.log") \
    '{peers: {client: $client, server: (if ($server | length) == 1 then $server[0] else $server end)}}' >"$TRUTH/$name.json"
}
