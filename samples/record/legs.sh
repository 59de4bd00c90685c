#!/usr/bin/env bash
# Both legs of reverse proxies other than nginx, in one capture at the proxy: Apache httpd and haproxy, as they should
# be, with the upgrade headers lost, and with nothing behind them; and of nginx the two legs as two files.
# Usage: legs.sh [name…], as root.

source "$(dirname "$0")/ws-stage.sh"

URL=ws://chat.example.test/room
BACKEND=10.77.2.2:8080

legs_stage() {
  ns_pair client proxy 1
  ns_pair proxy backend 2
  name_host chat.example.test 10.77.1.2
}

backend() {
  start backend server node "$RECORD/ws-server.mjs" --truth "$WORK/server.json" "$@"
  wait_listen backend 8080
}

film_both() { capture proxy any "$SAMPLES/$1.pcap" tcp; }

# apache DIRECTIVE…: one server on port 80 that passes on what the directives say.
apache() {
  local modules=/usr/lib/apache2/modules
  {
    echo "ServerRoot $WORK"
    echo "PidFile $WORK/apache.pid"
    echo "ErrorLog $WORK/apache-error.log"
    echo 'ServerName chat.example.test'
    echo 'Listen 80'
    local module
    for module in mpm_event authn_core authz_core proxy proxy_http proxy_wstunnel; do
      echo "LoadModule ${module}_module $modules/mod_$module.so"
    done
    printf '%s\n' "$@"
  } >"$WORK/apache.conf"
  start proxy apache /usr/sbin/apache2 -D FOREGROUND -f "$WORK/apache.conf"
  wait_listen proxy 80
}

haproxy() {
  cat >"$WORK/haproxy.cfg" <<CONF
defaults
  mode http
  timeout connect 2s
  timeout client 30s
  timeout server 30s
  timeout tunnel ${1:-1h}
  option forwardfor
frontend front
  bind :80
  default_backend back
backend back
  server one $BACKEND
CONF
  start proxy haproxy /usr/sbin/haproxy -db -f "$WORK/haproxy.cfg"
  wait_listen proxy 80
}

# healthy NAME: a few messages and a Close by the client.
healthy() {
  film_both "$1"
  node_client "$URL" text:hello hear:1 letters:300 hear:2 close:1000
  client_left
  keep_truth "$1"
}

refused() {
  film_both "$1"
  node_client "$URL"
  client_left
}

# mod_proxy_http with upgrade=websocket, as httpd 2.4.47 and later do it.
record_apache-healthy() {
  legs_stage
  backend --echo
  apache "ProxyPass / http://$BACKEND/ upgrade=websocket"
  healthy apache-healthy
}

# mod_proxy_wstunnel, as older documentation has it.
record_apache-wstunnel() {
  legs_stage
  backend --echo
  apache "ProxyPass / ws://$BACKEND/"
  healthy apache-wstunnel
}

# A plain ProxyPass: Upgrade and Connection are hop-by-hop and stay behind.
record_apache-strips-upgrade() {
  legs_stage
  backend --echo
  apache "ProxyPass / http://$BACKEND/"
  refused apache-strips-upgrade
}

# Nothing listens behind httpd.
record_apache-503() {
  legs_stage
  apache "ProxyPass / http://$BACKEND/ upgrade=websocket"
  refused apache-503
}

# The backend takes the request and leaves: httpd says 502.
record_apache-502() {
  legs_stage
  start backend server ncat -k -l 8080 --exec /usr/bin/true
  wait_listen backend 8080
  apache "ProxyPass / http://$BACKEND/ upgrade=websocket"
  refused apache-502
}

record_haproxy-healthy() {
  legs_stage
  backend --echo
  haproxy
  healthy haproxy-healthy
}

# Nothing listens behind haproxy, and no check has told it: it tries four times, a second apart.
record_haproxy-retries() {
  legs_stage
  haproxy
  refused haproxy-retries
}

# timeout tunnel of 4 s, both legs.
record_haproxy-idle-legs() {
  legs_stage
  backend --echo
  haproxy 4s
  film_both haproxy-idle-legs
  node_client "$URL" text:hello hear:1 wait:9000
  client_left
}

# Ten clients at once ask for one path: each leg has one other, and nobody else's.
record_haproxy-crowd() {
  legs_stage
  backend --echo
  haproxy
  film_both haproxy-crowd
  local n
  for n in 0 1 2 3 4 5 6 7 8 9; do
    start client "client$n" node "$RECORD/ws-client.mjs" "$URL" text:hello hear:1 close:1000
  done
  for n in 0 1 2 3 4 5 6 7 8 9; do wait_job "client$n"; done
  stop_captures
}

# The same session as two captures: one at the client, one at the backend.
record_haproxy-two-files() {
  legs_stage
  backend --echo
  haproxy
  capture client proxy "$SAMPLES/haproxy-two-files-client.pcap" tcp
  capture backend proxy "$SAMPLES/haproxy-two-files-backend.pcap" tcp
  node_client "$URL" text:hello hear:1 close:1000
  client_left
}

record_samples "$@"
