#!/usr/bin/env bash
# STOMP against RabbitMQ and MQTT against mosquitto: sessions that work, refused credentials, heart-beats that were promised.
# Usage: subprotocol-brokers.sh [name…], as root. Needs the Debian packages rabbitmq-server and mosquitto.

source "$(dirname "$0")/subprotocol-stage.sh"

rabbitmq() {
  mkdir -p "$WORK/rabbit"
  chown -R rabbitmq:rabbitmq "$WORK/rabbit"
  echo '[rabbitmq_web_stomp].' >"$WORK/rabbit/plugins"
  cat >"$WORK/rabbit/rabbit.conf" <<CONF
listeners.tcp.local = 127.0.0.1:5672
web_stomp.tcp.port = 8080
stomp.listeners.tcp = none
loopback_users = none
CONF
  start server server env RABBITMQ_NODENAME=rabbit@localhost RABBITMQ_MNESIA_BASE="$WORK/rabbit" \
    RABBITMQ_LOG_BASE="$WORK/rabbit" RABBITMQ_CONFIG_FILE="$WORK/rabbit/rabbit.conf" \
    RABBITMQ_ENABLED_PLUGINS_FILE="$WORK/rabbit/plugins" RABBITMQ_PID_FILE="$WORK/rabbit/pid" \
    setpriv --reuid=rabbitmq --regid=rabbitmq --clear-groups env HOME="$WORK/rabbit" /usr/lib/rabbitmq/bin/rabbitmq-server
  wait_until 90 'RabbitMQ' listens server 8080
  sleep 2 # it listens before it answers
}

# with_rabbitmq NAME CLIENT-SCENARIO
with_rabbitmq() {
  stage
  rabbitmq
  film "$1"
  visit stomp "$2"
  client_left 60
  keep_client_truth "$1"
}

record_stomp-healthy() { with_rabbitmq stomp-healthy healthy; }
record_stomp-login() { with_rabbitmq stomp-login login; }
record_stomp-pings-rabbitmq() { with_rabbitmq stomp-pings-rabbitmq pinging-broker; }
record_stomp-heartbeat-missed() { with_rabbitmq stomp-heartbeat-missed missing; }

# The whole broker is stopped: its kernel still acknowledges, its heart-beats stay away.
record_stomp-broker-silent() {
  stage
  rabbitmq
  film stomp-broker-silent
  visit stomp silence
  sleep 4
  freeze server STOP
  client_left 60
  freeze server CONT
  keep_client_truth stomp-broker-silent
}

freeze() {
  local pid
  for pid in $(ip netns pids "$NS_PREFIX$1"); do kill "-$2" "$pid"; done
}

record_stomp-heartbeat-spring() { scene stomp-heartbeat-spring stomp spring pinging; }

# mosquitto 2.0.11 does not start with WebSocket alone, hence the second listener.
mosquitto_with() {
  {
    echo 'listener 1883 127.0.0.1'
    echo 'listener 8080'
    echo 'protocol websockets'
    printf '%s\n' "$@"
  } >"$WORK/mosquitto.conf"
  start server server mosquitto -c "$WORK/mosquitto.conf"
  wait_listen server 8080
}

# with_mosquitto NAME CLIENT-SCENARIO CONFIGURATION…
with_mosquitto() {
  local name=$1 client=$2
  shift 2
  stage
  mosquitto_with "$@"
  film "$name"
  visit mqtt "$client"
  client_left 60
  keep_client_truth "$name"
}

record_mqtt-healthy() { with_mosquitto mqtt-healthy healthy 'allow_anonymous true'; }
record_mqtt5-healthy() { with_mosquitto mqtt5-healthy healthy5 'allow_anonymous true'; }
record_mqtt-refused() { with_mosquitto mqtt-refused stranger 'allow_anonymous false'; }
record_mqtt5-refused() { with_mosquitto mqtt5-refused stranger5 'allow_anonymous false'; }
record_mqtt-keepalive() { with_mosquitto mqtt-keepalive silent 'allow_anonymous true'; }
record_mqtt5-keepalive() { with_mosquitto mqtt5-keepalive silent5 'allow_anonymous true'; }
record_mqtt5-taken-over() { with_mosquitto mqtt5-taken-over twins 'allow_anonymous true'; }
# mosquitto says no DISCONNECT over WebSocket, so this broker is scripted.
record_mqtt5-disconnect() { scene mqtt5-disconnect mqtt throws-out tenant; }

record_samples "$@"
