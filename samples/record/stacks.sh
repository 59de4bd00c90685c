#!/usr/bin/env bash
# Programs that the other recorders do not use, each with what it does in its own way: servers in Python (aiohttp,
# Tornado, uvicorn), Go (gorilla/websocket), Java (Tomcat, Jetty) and Perl (Mojolicious), libwebsockets, the client of the JDK, and
# the proxies Caddy, Varnish and lighttpd.
# Debian: python3-aiohttp python3-tornado python3-uvicorn python3-websocket golang-go golang-github-gorilla-websocket-dev
# default-jdk-headless tomcat10 libjetty9-java libjetty9-extra-java libmojolicious-perl caddy varnish lighttpd
# libwebsockets-test-server.
# Usage: stacks.sh [name…], as root.

source "$(dirname "$0")/ws-stage.sh"

STACKS=$RECORD/stacks
ORIGIN=http://chat.example.test:8080
LEGS_URL=ws://chat.example.test/room

# serve PROGRAM…: on port 8080 of the server.
serve() {
  start server server "$@"
  wait_until 30 'port 8080 in server' listens server 8080
}

sync_client() { start client client "$PYTHON" "$STACKS/sync-client.py" "$@"; }

java_of() {
  local class=$1 classes
  case $class in
    TomcatServer) classes=$(ls /usr/share/tomcat10/lib/*.jar /usr/share/java/tomcat10-*.jar | tr '\n' ':') ;;
    JettyServer) classes=$(ls /usr/share/java/jetty9-*.jar /usr/share/java/servlet-api.jar | tr '\n' ':') ;;
    *) classes= ;;
  esac
  mkdir -p "$WORK/classes"
  javac -nowarn -cp "$classes" -d "$WORK/classes" "$STACKS/$class.java" 2>"$WORK/javac.log"
  JAVA=(java -cp "$WORK/classes:$classes" "$class")
}

java_client() {
  java_of JavaClient
  start client client "${JAVA[@]}" "$@"
}

tomcat() {
  java_of TomcatServer
  mkdir -p "$WORK/tomcat"
  serve "${JAVA[@]}" "$WORK/tomcat"
}

gorilla() {
  GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE=$WORK/go-cache go build -o "$WORK/gorilla" "$STACKS/go/server.go"
  serve "$WORK/gorilla" "$@"
}

# The client does not read for 6 s. aiohttp pings after 2 s, leaves after one more, and is sent its pong at last.
record_aiohttp-heartbeat() {
  stage
  serve "$PYTHON" "$STACKS/aiohttp-server.py" 2
  film aiohttp-heartbeat
  sync_client "$URL" "$ORIGIN" text:hello hear wait:6000 hear
  client_left
}

# uvicorn closes with 1011 when the pong of its ping is 2 s late; the pong comes later still, before the answer to the Close.
record_uvicorn-ping-timeout() {
  stage
  serve "$PYTHON" -B -m uvicorn --app-dir "$STACKS" --host 0.0.0.0 --port 8080 --ws-ping-interval 2 --ws-ping-timeout 2 asgi_app:app
  film uvicorn-ping-timeout
  sync_client "$URL" "$ORIGIN" text:hello hear wait:6000 hear hear
  client_left
}

# Tornado compares Origin and Host by itself.
record_tornado-origin() {
  stage
  serve "$PYTHON" "$STACKS/tornado-server.py"
  film tornado-origin
  sync_client "$URL" http://elsewhere.example.test
  client_left
}

# gorilla/websocket says 403 and not why.
record_gorilla-origin() {
  stage
  gorilla
  film gorilla-origin
  sync_client "$URL" http://elsewhere.example.test
  client_left
}

record_gorilla-healthy() {
  stage
  gorilla
  film gorilla-healthy
  java_client "$URL" text:hello wait:300 letters:300 wait:300 close left
  client_left
}

# A read deadline of 3 s: gorilla/websocket leaves without a Close.
record_gorilla-deadline() {
  stage
  gorilla -silence 3
  film gorilla-deadline
  sync_client "$URL" "$ORIGIN" text:hello hear wait:4000 hear
  client_left
}

# A Go server chooses h2 by itself, and TLS 1.3 hides that it did: no key log.
record_go-h2-sealed() {
  stage
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=chat.example.test \
    -addext subjectAltName=DNS:chat.example.test -keyout "$WORK/key.pem" -out "$WORK/cert.pem" 2>/dev/null
  gorilla -cert "$WORK/cert.pem" -key "$WORK/key.pem"
  film go-h2-sealed
  start client client "$PYTHON" "$STACKS/alpn-client.py" chat.example.test 8443
  client_left
}

record_tomcat-healthy() {
  stage
  tomcat
  film tomcat-healthy
  java_client "$URL" text:hello wait:300 letters:300 wait:300 close left
  client_left
}

record_tomcat-1009() {
  stage
  tomcat
  film tomcat-1009
  java_client "$URL" letters:5000 left
  client_left
}

# The client's program exits; Tomcat sends a Close 1002 into the connection that has ended already.
record_tomcat-client-exits() {
  stage
  tomcat
  film tomcat-client-exits
  java_client "$URL" text:hello wait:500 exit
  client_left
}

# Tomcat is killed; the client of the JDK answers its FIN by a Close.
record_tomcat-killed() {
  stage
  tomcat
  film tomcat-killed
  java_client "$URL" text:hello left
  sleep 2
  signal server KILL
  client_left
}

# Jetty says goodbye after 3 s of silence: 1001, Idle Timeout.
record_jetty-idle() {
  stage
  java_of JettyServer
  serve "${JAVA[@]}"
  film jetty-idle
  java_client "$URL" text:hello left
  client_left
}

# Mojolicious ends a silent connection without a Close.
record_mojolicious-inactivity() {
  stage
  serve perl "$STACKS/mojo-server.pl"
  film mojolicious-inactivity
  sync_client "$URL" "$ORIGIN" text:hello hear wait:4000 hear
  client_left
}

# The test server of libwebsockets counts for whoever asks.
record_libwebsockets-healthy() {
  stage
  serve libwebsockets-test-server -p 8080
  film libwebsockets-healthy
  node_client ws://chat.example.test:8080/ --subprotocol dumb-increment-protocol hear:3 close:1000
  client_left
}

# ——— proxies, both legs ———

legs_stage() {
  ns_pair client proxy 1
  ns_pair proxy backend 2
  name_host chat.example.test 10.77.1.2
  start backend server node "$RECORD/ws-server.mjs" --truth "$WORK/server.json" --echo
  wait_listen backend 8080
}

proxy() {
  start proxy proxy "$@"
  wait_until 20 'port 80 in proxy' listens proxy 80
}

film_both() { capture proxy any "$SAMPLES/$1.pcap" tcp and not host 127.0.0.1; }

caddy_proxy() {
  printf '%s\n' '{' 'auto_https off' '}' 'http://chat.example.test {' 'reverse_proxy 10.77.2.2:8080' '}' >"$WORK/Caddyfile"
  proxy caddy run --config "$WORK/Caddyfile" --adapter caddyfile
}

record_caddy-healthy() {
  legs_stage
  caddy_proxy
  film_both caddy-healthy
  node_client "$LEGS_URL" text:hello hear:1 letters:300 hear:2 close:1000
  client_left
  keep_truth caddy-healthy
}

# A reload of its configuration: Caddy says goodbye to both sides, to the backend in a frame without a mask.
record_caddy-reload() {
  legs_stage
  caddy_proxy
  film_both caddy-reload
  node_client "$LEGS_URL" text:hello hear:1 wait:4000
  wait_until 10 'a session' established client 80
  sleep 0.5
  run proxy caddy reload --config "$WORK/Caddyfile" --adapter caddyfile --force >/dev/null 2>&1
  client_left
}

established() { [[ -n $(in_ns "$1" ss -Htn state established "dport = :$2") ]]; }

# Varnish passes the request on without its hop-by-hop headers, unless VCL pipes it.
record_varnish-strips-upgrade() {
  legs_stage
  printf '%s\n' 'vcl 4.1;' 'backend default { .host = "10.77.2.2"; .port = "8080"; }' >"$WORK/default.vcl"
  mkdir -p "$WORK/varnish"
  chmod 777 "$WORK/varnish"
  proxy varnishd -F -a :80 -f "$WORK/default.vcl" -n "$WORK/varnish"
  film_both varnish-strips-upgrade
  node_client "$LEGS_URL"
  client_left
}

lighttpd_proxy() {
  cat >"$WORK/lighttpd.conf" <<CONF
server.port = 80
server.document-root = "$WORK"
server.modules = ("mod_proxy")
proxy.server = ("" => (("host" => "10.77.2.2", "port" => 8080)))
proxy.header = ($1)
CONF
  proxy lighttpd -D -f "$WORK/lighttpd.conf"
}

record_lighttpd-healthy() {
  legs_stage
  lighttpd_proxy '"upgrade" => "enable"'
  film_both lighttpd-healthy
  node_client "$LEGS_URL" text:hello hear:1 letters:300 hear:2 close:1000
  client_left
  keep_truth lighttpd-healthy
}

# mod_proxy without upgrade: enable.
record_lighttpd-strips-upgrade() {
  legs_stage
  lighttpd_proxy ''
  film_both lighttpd-strips-upgrade
  node_client "$LEGS_URL"
  client_left
}

record_samples "$@"
