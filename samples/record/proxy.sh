#!/usr/bin/env bash
# What nginx and haproxy make of WebSocket handshakes and sessions: forgotten headers, refusals, dead backends, timers.
# Three namespaces, client — proxy — backend.
# Usage: proxy.sh [name…], as root.

source "$(dirname "$0")/ws-stage.sh"

URL=ws://chat.example.test/room
BACKEND=http://10.77.2.2:8080

# What a proxy_pass for WebSocket needs, as nginx's own documentation has it.
UPGRADE_HEADERS='proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;'

proxy_stage() {
  ns_pair client proxy 1
  ns_pair proxy backend 2
  name_host chat.example.test 10.77.1.2
}

# nginx LOCATION [HTTP [MAIN]]: one server on port 80 whose location / holds LOCATION; HTTP and MAIN are for the
# blocks around it.
nginx() {
  mkdir -p "$WORK/nginx"
  cat >"$WORK/nginx/nginx.conf" <<CONF
worker_processes 1;
daemon off;
pid $WORK/nginx/pid;
error_log stderr notice;
${3:-}
events {}
http {
  access_log off;
  client_body_temp_path $WORK/nginx/body;
  proxy_temp_path $WORK/nginx/proxy;
  fastcgi_temp_path $WORK/nginx/fastcgi;
  uwsgi_temp_path $WORK/nginx/uwsgi;
  scgi_temp_path $WORK/nginx/scgi;
  default_type text/html;
  ${2:-}
  server {
    listen 80;
    server_name chat.example.test;
    root $WORK/www;
    location / { $1 }
  }
}
CONF
  mkdir -p "$WORK/www"
  echo '<!doctype html><title>Chat</title>' >"$WORK/www/index.html"
  cp "$WORK/www/index.html" "$WORK/www/room"
  chmod -R a+rX "$WORK"
  start proxy nginx /usr/sbin/nginx -p "$WORK/nginx" -c "$WORK/nginx/nginx.conf" -e stderr
  wait_listen proxy 80
}

backend() {
  start backend server node "$RECORD/ws-server.mjs" --truth "$WORK/server.json" "$@"
  wait_listen backend 8080
}

# film_client NAME: the client's leg, at the client; film_both NAME: both legs in one capture, at the proxy.
film_client() { capture client proxy "$SAMPLES/$1.pcap" tcp; }
film_both() { capture proxy any "$SAMPLES/$1.pcap" tcp; }

# refused NAME [CLIENT ARGUMENT…]: one try of the client, filmed at the client.
refused() {
  film_client "$1"
  node_client "${@:2}" "$URL" text:hello wait:500
  client_left
}

# Both legs: the backend gets HTTP/1.0 without Upgrade and answers 426; and the client's leg alone.
record_nginx-strips-upgrade() {
  proxy_stage
  backend --echo
  nginx "proxy_pass $BACKEND;"
  film_both nginx-strips-upgrade
  film_client nginx-strips-upgrade-client
  node_client "$URL"
  client_left
}

# HTTP/1.1 towards the backend and still no Upgrade.
record_nginx-strips-upgrade-http11() {
  proxy_stage
  backend --echo
  nginx "proxy_pass $BACKEND; proxy_http_version 1.1;"
  film_both nginx-strips-upgrade-http11
  node_client "$URL"
  client_left
}

# Upgrade and Connection forwarded, but as HTTP/1.0: Python's websockets insists on 1.1.
record_nginx-http10() {
  proxy_stage
  start backend server "$PYTHON" "$RECORD/ws-peer.py" serve echo
  wait_listen backend 8080
  nginx "proxy_pass $BACKEND; proxy_set_header Upgrade \$http_upgrade; proxy_set_header Connection upgrade;"
  film_both nginx-http10
  node_client "$URL"
  client_left
}

# The library ws does not mind 1.0, so the same configuration works with it.
record_nginx-http10-tolerated() {
  proxy_stage
  backend --echo
  nginx "proxy_pass $BACKEND; proxy_set_header Upgrade \$http_upgrade; proxy_set_header Connection upgrade;"
  film_both nginx-http10-tolerated
  node_client "$URL" text:hello hear:1 close:1000
  client_left
  keep_truth nginx-http10-tolerated
}

# As it should be, both legs.
record_nginx-healthy() {
  proxy_stage
  backend --echo
  nginx "proxy_pass $BACKEND; $UPGRADE_HEADERS"
  film_both nginx-healthy
  node_client "$URL" text:hello hear:1 letters:300 hear:2 close:1000
  client_left
  keep_truth nginx-healthy
}

record_nginx-400() { proxy_stage; nginx 'return 400;'; refused nginx-400; }
record_nginx-403() { proxy_stage; nginx 'deny all;'; refused nginx-403; }
record_nginx-404() { proxy_stage; nginx 'try_files /nowhere =404;'; refused nginx-404; }
record_nginx-405() { proxy_stage; nginx 'return 405;'; refused nginx-405; }
record_nginx-410() { proxy_stage; nginx 'return 410;'; refused nginx-410; }
record_nginx-451() { proxy_stage; nginx 'return 451 "not here";'; refused nginx-451; }
record_nginx-500() { proxy_stage; nginx 'return 500;'; refused nginx-500; }
record_nginx-200() { proxy_stage; nginx ''; refused nginx-200; }
record_nginx-301() { proxy_stage; nginx 'return 301 https://chat.example.test$request_uri;'; refused nginx-301; }

# nginx listens, nothing listens behind it.
record_nginx-502() {
  proxy_stage
  nginx "proxy_pass $BACKEND; $UPGRADE_HEADERS"
  film_both nginx-502
  node_client "$URL"
  client_left
}

# The backend takes the request and says nothing for longer than proxy_read_timeout.
record_nginx-504() {
  proxy_stage
  start backend server ncat -l 8080 --exec '/usr/bin/sleep 60'
  wait_listen backend 8080
  nginx "proxy_pass $BACKEND; $UPGRADE_HEADERS proxy_read_timeout 2s;"
  film_both nginx-504
  node_client "$URL"
  client_left
}

# No server of the backend is up, as haproxy's checks found.
record_haproxy-503() {
  proxy_stage
  haproxy
  wait_log haproxy 'no server available'
  refused haproxy-503
}

# One request a minute: the second one is refused.
record_nginx-429() {
  proxy_stage
  backend --echo
  nginx "limit_req zone=one; limit_req_status 429; proxy_pass $BACKEND; $UPGRADE_HEADERS" \
    'limit_req_zone $binary_remote_addr zone=one:1m rate=1r/m;'
  film_client nginx-429
  node_client "$URL" text:hello hear:1 close:1000
  wait_job client
  node_client "$URL"
  client_left
}

# A cookie beyond large_client_header_buffers: nginx says 400 "Request Header Or Cookie Too Large".
record_nginx-400-header() {
  proxy_stage
  backend --echo
  nginx "proxy_pass $BACKEND; $UPGRADE_HEADERS" 'large_client_header_buffers 4 2k;'
  refused nginx-400-header --header "Cookie: basket=$(printf 'x%.0s' {1..2500})"
}

# 401 first, then the same request with credentials on the same connection: 101.
record_nginx-401-then-101() {
  proxy_stage
  backend --echo
  echo "alice:{PLAIN}correct-horse" >"$WORK/htpasswd"
  nginx "auth_basic chat; auth_basic_user_file $WORK/htpasswd; proxy_pass $BACKEND; $UPGRADE_HEADERS"
  film_client nginx-401-then-101
  start client client node "$RECORD/ws-retry.mjs" alice:correct-horse "$URL"
  client_left
}

# proxy_read_timeout as it is when nobody sets it: 60 s of silence, then FIN to both sides and no Close.
record_nginx-idle-60s() {
  proxy_stage
  backend --echo
  nginx "proxy_pass $BACKEND; $UPGRADE_HEADERS"
  film_both nginx-idle-60s
  node_client "$URL" text:hello hear:1 wait:70000
  client_left 80
}

# The same with a timer of 5 s, which nobody could know, on three sessions one after the other.
record_nginx-idle-5s() {
  proxy_stage
  backend --echo
  nginx "proxy_pass $BACKEND; $UPGRADE_HEADERS proxy_read_timeout 5s;"
  film_client nginx-idle-5s
  for words in one two three; do
    node_client "$URL" "text:$words" hear:1 wait:500 text:again hear:2 wait:9000
    wait_job client
  done
  stop_captures
}

# timeout tunnel of 4 s; haproxy closes both sides.
record_haproxy-idle-4s() {
  proxy_stage
  backend --echo
  haproxy
  film_client haproxy-idle-4s
  node_client "$URL" text:hello hear:1 wait:9000
  client_left
}

# A reload: the old worker drops its sessions after worker_shutdown_timeout, all in one moment.
record_nginx-reload() {
  proxy_stage
  backend --echo
  nginx "proxy_pass $BACKEND; $UPGRADE_HEADERS" '' 'worker_shutdown_timeout 2s;'
  film_client nginx-reload
  local n
  for n in 1 2 3 4 5; do
    start client "client$n" node "$RECORD/ws-client.mjs" "$URL" text:hello hear:1 wait:$((300 * n)) text:again hear:2 wait:20000
    sleep 0.4
  done
  sleep 2
  kill -HUP "$(cat "$WORK/nginx/pid")"
  for n in 1 2 3 4 5; do wait_job "client$n"; done
  stop_captures
}

haproxy() {
  cat >"$WORK/haproxy.cfg" <<'CONF'
defaults
  mode http
  timeout connect 2s
  timeout client 30s
  timeout server 30s
  timeout tunnel 4s
frontend front
  bind :80
  default_backend back
backend back
  server one 10.77.2.2:8080 check inter 200ms fall 1
CONF
  start proxy haproxy /usr/sbin/haproxy -db -f "$WORK/haproxy.cfg"
  wait_listen proxy 80
}

record_samples "$@"
