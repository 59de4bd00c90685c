#!/usr/bin/env bash
# WebSocket over HTTP/2 (RFC 8441): Chromium loads a page over h2 and opens the WebSocket on the same connection.
# Writes h2-*.pcap with key logs; usage in lib.sh: tls-h2.sh [NAME…], as root.
source "$(dirname "$0")/lib.sh"
source "$RECORD/tls-lab.sh"

# haproxy with h2 in front of the backend; the options are more lines for its frontend and its global section.
begin_h2() {
  begin
  cat >"$WORK/page.html" <<PAGE
<!doctype html><title>wscope sample</title><link rel="icon" href="data:,">
<script>
  const ws = new WebSocket('$URL');
  let n = 0;
  ws.onopen = () => ws.send('message 1');
  ws.onmessage = () => (++n < 3 ? setTimeout(() => ws.send('message ' + (n + 1)), 100) : ${ENOUGH:-ws.close(1000, 'done')});
</script>
PAGE
  backend --page "$WORK/page.html"
  haproxy_tls 'alpn h2,http/1.1' "$@"
}

# visit NAME: the page, for some seconds.
visit() {
  watch "$1"
  dial_chromium "$1" "https://$HOST/" 5 --ignore-certificate-errors
  finish "$1"
}

record_h2-healthy() {
  begin_h2
  visit h2-healthy
}

# haproxy keeps silent about RFC 8441, so the browser opens another connection for the WebSocket.
record_h2-not-offered() {
  begin_h2 '' 'h2-workaround-bogus-websocket-clients'
  visit h2-not-offered
}

record_h2-rejected() {
  begin_h2 'http-request deny if { path /socket }'
  visit h2-rejected
}

# The backend dies under the open session.
record_h2-stream-ended() {
  ENOUGH=0 begin_h2
  watch h2-stream-ended
  dial_chromium h2-stream-ended "https://$HOST/" 6 --ignore-certificate-errors &
  sleep 3.5
  signal echo KILL
  wait $!
  finish h2-stream-ended
}

record_samples "$@"
