#!/usr/bin/env bash
# Forward proxies (Squid by CONNECT, Dante by SOCKS) in front of a WebSocket server, and PROXY preambles between HAProxy
# and nginx. Three namespaces, client — proxy — backend; the library ws has no proxy support of its own, so ncat speaks
# to the proxy for it.
# Usage: tunnel.sh [name…], as root.

source "$(dirname "$0")/ws-stage.sh"

TARGET=chat.example.test

tunnel_stage() {
  ns_pair client proxy 1
  ns_pair proxy backend 2
  name_host $TARGET 10.77.2.2
  start backend server node "$RECORD/ws-server.mjs" --truth "$WORK/server.json" --echo "$@"
  wait_listen backend 8080
}

# squid RULES…: listens on 3128, lines of configuration for who may go where.
squid() {
  mkdir -p "$WORK/squid"
  cat >"$WORK/squid/squid.conf" <<CONF
http_port 3128
visible_hostname proxy.example.test
pid_filename $WORK/squid/pid
cache_log $WORK/squid/cache.log
access_log none
cache deny all
coredump_dir $WORK/squid
shutdown_lifetime 0 seconds
connect_timeout 60 seconds
pinger_enable off
httpd_suppress_version_string on
$(printf '%s\n' "$@")
http_access deny all
CONF
  chmod -R a+rwX "$WORK"
  start proxy squid /usr/sbin/squid -N -f "$WORK/squid/squid.conf"
  wait_listen proxy 3128
}

# Squid that asks for a password.
squid_with_login() {
  mkdir -p "$WORK/squid"
  printf 'alice:%s\n' "$(openssl passwd -apr1 wonderland)" >"$WORK/squid/users"
  squid "auth_param basic program /usr/lib/squid/basic_ncsa_auth $WORK/squid/users" \
    'auth_param basic realm example' 'acl known proxy_auth REQUIRED' 'http_access allow known'
}

# dante METHOD RULES…: listens on 1080; METHOD none or username.
dante() {
  local method=$1
  shift
  cat >"$WORK/danted.conf" <<CONF
logoutput: stderr
internal: 10.77.1.2 port = 1080
external: backend
clientmethod: none
socksmethod: $method
user.privileged: root
user.unprivileged: nobody
client pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }
$(printf '%s\n' "$@")
CONF
  start proxy dante /usr/sbin/danted -f "$WORK/danted.conf"
  wait_listen proxy 1080
}

SOCKS_PASS='socks pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }'

# through TYPE PORT [OPTIONS…]: ncat waits on the client's loopback and goes through the proxy to the target.
through() {
  local type=$1 port=$2
  shift 2
  start client relay ncat -l 127.0.0.1 9001 --sh-exec \
    "ncat --proxy 10.77.1.2:$port --proxy-type $type --proxy-dns ${NAMES:-remote} $* $TARGET ${TARGET_PORT:-8080}"
  wait_listen client 9001
}

dial() {
  start client client node "$RECORD/ws-client.mjs" --truth "$WORK/client.json" \
    --header "Host: $TARGET:8080" ws://127.0.0.1:9001/room "$@"
  wait_job client 30
  sleep 0.5
  stop_captures
}

film_client() {
  capture client proxy "$SAMPLES/$1.pcap" tcp
}

healthy() {
  dial text:hello hear:1 text:again hear:2 close:1000:done
  keep_truth "$1"
}

record_proxy-connect() {
  tunnel_stage
  squid 'http_access allow all'
  through http 3128
  film_client proxy-connect
  healthy proxy-connect
}

# 407, then the same again with credentials.
record_proxy-login() {
  tunnel_stage
  squid_with_login
  through http 3128 --proxy-auth alice:wonderland
  film_client proxy-login
  healthy proxy-login
}

record_proxy-auth-required() {
  tunnel_stage
  squid_with_login
  through http 3128
  film_client proxy-auth-required
  dial
}

record_proxy-refused() {
  tunnel_stage
  squid 'acl safe port 443' 'http_access deny CONNECT !safe' 'http_access allow all'
  through http 3128
  film_client proxy-refused
  dial
}

record_proxy-bad-gateway() {
  tunnel_stage
  squid 'http_access allow all'
  TARGET_PORT=8081 through http 3128
  film_client proxy-bad-gateway
  dial
}

# The packets to the target are dropped, and the client does not wait as long as the proxy.
record_proxy-unanswered() {
  tunnel_stage
  squid 'http_access allow all'
  in_ns backend nft add table inet filtered
  in_ns backend nft add chain inet filtered input '{ type filter hook input priority 0; }'
  in_ns backend nft add rule inet filtered input tcp dport 8080 drop
  film_client proxy-unanswered
  run client timeout 8 ncat --proxy 10.77.1.2:3128 --proxy-type http --proxy-dns remote $TARGET 8080 </dev/null || true
  stop_captures
}

record_socks5() {
  tunnel_stage
  dante none "$SOCKS_PASS"
  through socks5 1080
  film_client socks5
  healthy socks5
}

# The user is one of the machine's, made for the time of the recording.
record_socks5-login() {
  tunnel_stage
  dante username "$SOCKS_PASS"
  useradd --no-create-home --shell /usr/sbin/nologin alice-of-wscope
  echo alice-of-wscope:wonderland | chpasswd
  through socks5 1080 --proxy-auth alice-of-wscope:wonderland
  film_client socks5-login
  healthy socks5-login
  userdel alice-of-wscope
}

record_socks5-auth-required() {
  tunnel_stage
  dante username "$SOCKS_PASS"
  through socks5 1080
  film_client socks5-auth-required
  dial
}

record_socks5-login-refused() {
  tunnel_stage
  dante username "$SOCKS_PASS"
  through socks5 1080 --proxy-auth nobody-known:guess
  film_client socks5-login-refused
  dial
}

record_socks5-refused() {
  tunnel_stage
  dante none 'socks block { from: 0.0.0.0/0 to: 0.0.0.0/0 }'
  through socks5 1080
  film_client socks5-refused
  dial
}

# Nothing listens on the port of the target.
record_socks5-unreachable() {
  tunnel_stage
  dante none "$SOCKS_PASS"
  TARGET_PORT=8081 through socks5 1080
  film_client socks5-unreachable
  dial
}

# SOCKS 4 takes addresses only: the client looks the name up by itself.
record_socks4() {
  tunnel_stage
  dante none "$SOCKS_PASS"
  NAMES=local through socks4 1080
  film_client socks4
  healthy socks4
}

# Dante knows SOCKS 4 only: it takes the address of 4a, 0.0.0.1, for the target.
record_socks4a-refused() {
  tunnel_stage
  dante none "$SOCKS_PASS"
  through socks4 1080
  film_client socks4a-refused
  dial
}

# haproxy LINES…: port 80 to the nginx of the backend with the given options of its server line, port 81 without any.
haproxy_to_nginx() {
  cat >"$WORK/haproxy.cfg" <<CONF
defaults
  mode tcp
  timeout client 5s
  timeout server 5s
  timeout connect 5s
listen with
  bind :80
  server nginx 10.77.2.2:8000 $1
listen without
  bind :81
  server nginx 10.77.2.2:8000
CONF
  start proxy haproxy haproxy -db -f "$WORK/haproxy.cfg"
  wait_listen proxy 80
}

# nginx LISTEN: in front of the WebSocket server, on the backend's port 8000.
backend_nginx() {
  mkdir -p "$WORK/nginx"
  cat >"$WORK/nginx/nginx.conf" <<CONF
worker_processes 1;
daemon off;
pid $WORK/nginx/pid;
events {}
http {
  access_log off;
  client_body_temp_path $WORK/nginx/body; proxy_temp_path $WORK/nginx/proxy; fastcgi_temp_path $WORK/nginx/fastcgi;
  uwsgi_temp_path $WORK/nginx/uwsgi; scgi_temp_path $WORK/nginx/scgi;
  server {
    listen $1;
    location / {
      proxy_pass http://127.0.0.1:8080;
      proxy_http_version 1.1;
      proxy_set_header Upgrade \$http_upgrade;
      proxy_set_header Connection upgrade;
    }
  }
}
CONF
  chmod -R a+rX "$WORK"
  start backend nginx /usr/sbin/nginx -p "$WORK/nginx" -c "$WORK/nginx/nginx.conf" -e stderr
  wait_listen backend 8000
}

# call PORT STEPS…: a client of haproxy.
call() {
  local port=$1
  shift
  start client client node "$RECORD/ws-client.mjs" --truth "$WORK/client.json" \
    --header "Host: $TARGET" "ws://10.77.1.2:$port/room" "$@"
  wait_job client 20
}

film_backend() {
  capture proxy backend "$SAMPLES/$1.pcap" tcp
}

record_preamble-v1() {
  tunnel_stage
  backend_nginx '8000 proxy_protocol'
  haproxy_to_nginx send-proxy
  film_backend preamble-v1
  call 80 text:hello hear:1 close:1000:done
  stop_captures
}

record_preamble-v2() {
  tunnel_stage
  backend_nginx '8000 proxy_protocol'
  haproxy_to_nginx send-proxy-v2
  film_backend preamble-v2
  call 80 text:hello hear:1 close:1000:done
  stop_captures
}

# nginx takes the preamble for a request line.
record_preamble-unexpected() {
  tunnel_stage
  backend_nginx 8000
  haproxy_to_nginx send-proxy
  film_backend preamble-unexpected
  call 81 text:hello hear:1 close:1000:done
  call 80
  stop_captures
}

# One session with a preamble works, one without it is closed.
record_preamble-missing() {
  tunnel_stage
  backend_nginx '8000 proxy_protocol'
  haproxy_to_nginx send-proxy
  film_backend preamble-missing
  call 80 text:hello hear:1 close:1000:done
  call 81
  stop_captures
}

record_samples "$@"
