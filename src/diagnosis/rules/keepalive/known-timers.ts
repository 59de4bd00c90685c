/**
 * Timers that products ship with: how long nobody spoke before an end, how long a ping waited, how old the connection
 * became, and how often pings are sent. A number never names one product: every entry near enough is a candidate, the nearest first.
 * docs/timers.md shows the table with the source of each row; settings can be changed, so absence proves nothing.
 */

import type { Nanos } from '../../../capture/packet.js';
import { phrase } from '../../measures/phrases.js';
import { gloss, text } from '../../measures/values.js';
import type { Value } from '../../rule.js';

const SECOND: Nanos = 1e9;

/**
 * What a timer counts from: the last byte of either side, the last ping that was not answered, the beginning of the
 * connection, whatever is said on it, or the ping before.
 */
export type TimerKind = 'silence' | 'ping' | 'age' | 'period';

export interface KnownTimer {
  kind: TimerKind;
  seconds: number;
  /** Product and setting. */
  name: string;
  source: string;
}

const AWS = 'https://docs.aws.amazon.com/';
const AZURE = 'https://learn.microsoft.com/en-us/azure/';
const DOTNET = 'https://learn.microsoft.com/en-us/dotnet/api/';
const GCP = 'https://cloud.google.com/';
const ENVOY = 'https://www.envoyproxy.io/docs/envoy/latest/faq/configuration/timeouts';
const CLOUDFLARE = 'https://developers.cloudflare.com/';
const TRAEFIK = 'https://doc.traefik.io/traefik/routing/entrypoints/#respondingtimeouts';
const PYTHON = 'https://websockets.readthedocs.io/en/stable/topics/keepalive.html';

const row = (kind: TimerKind, seconds: number, name: string, source: string): KnownTimer => ({
  kind,
  seconds,
  name,
  source,
});

/** Of one length in the order in which they are named: the commonest first. */
export const KNOWN_TIMERS: readonly KnownTimer[] = [
  row('silence', 30, 'Jetty idleTimeout', 'https://jetty.org/docs/jetty/12/programming-guide/server/websocket.html'),
  row('silence', 55, 'Heroku router', 'https://devcenter.heroku.com/articles/request-timeout'),
  row(
    'silence',
    60,
    'nginx proxy_read_timeout',
    'https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_read_timeout',
  ),
  row(
    'silence',
    60,
    'AWS ALB and CLB idle timeout',
    `${AWS}elasticloadbalancing/latest/application/application-load-balancers.html`,
  ),
  row('silence', 60, 'Apache ProxyTimeout', 'https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxytimeout'),
  row('silence', 60, 'fly.io proxy', 'https://fly.io/docs/reference/fly-proxy/'),
  row('silence', 60, 'Phoenix socket timeout', 'https://hexdocs.pm/phoenix/Phoenix.Endpoint.html'),
  row('silence', 100, 'Cloudflare proxy read timeout', `${CLOUDFLARE}fundamentals/reference/connection-limits/`),
  row('silence', 120, 'uWebSockets idleTimeout', 'https://github.com/uNetworking/uWebSockets'),
  row(
    'silence',
    120,
    'IIS connectionTimeout and ARR',
    'https://learn.microsoft.com/en-us/iis/configuration/system.applicationhost/sites/site/limits',
  ),
  row('silence', 180, 'Traefik idleTimeout', TRAEFIK),
  row('silence', 230, 'Azure App Service', `${AZURE}app-service/faq-availability-performance-application-issues`),
  row('silence', 240, 'Azure Load Balancer and NAT gateway', `${AZURE}load-balancer/load-balancer-tcp-idle-timeout`),
  row('silence', 270, 'Cloudflare Zero Trust gateway', 'https://github.com/cloudflare/cloudflare-docs/issues/3405'),
  row('silence', 300, 'Envoy stream_idle_timeout', ENVOY),
  row('silence', 300, 'Jetty 9 idleTimeout', 'https://jetty.org/docs/'),
  row('silence', 300, 'Azure Front Door', `${AZURE}frontdoor/standard-premium/websocket`),
  row(
    'silence',
    350,
    'AWS NLB and NAT gateway',
    `${AWS}elasticloadbalancing/latest/network/network-load-balancers.html`,
  ),
  row('silence', 400, 'Cloudflare client side', `${CLOUDFLARE}fundamentals/reference/connection-limits/`),
  row('silence', 600, 'AWS API Gateway idle timeout', `${AWS}apigateway/latest/developerguide/limits.html`),
  row('silence', 600, 'Google Cloud frontend keep-alive', `${GCP}load-balancing/docs/https`),
  row('silence', 900, 'kube-proxy IPVS', 'https://kubernetes.io/docs/reference/networking/virtual-ips/'),
  row('silence', 900, 'Cloudflare proxy idle', `${CLOUDFLARE}fundamentals/reference/connection-limits/`),
  row('silence', 1200, 'Google Cloud NAT', `${GCP}nat/docs/tune-nat-configuration`),
  row('silence', 3600, 'Envoy idle_timeout', ENVOY),
  row(
    'silence',
    3600,
    'HAProxy timeout tunnel, 1h in its examples',
    'https://docs.haproxy.org/3.0/configuration.html#4.2-timeout%20tunnel',
  ),
  row('ping', 20, 'python websockets ping_timeout', PYTHON),
  row('ping', 20, 'Socket.IO 4 pingTimeout', 'https://socket.io/docs/v4/server-options/#pingtimeout'),
  row('ping', 5, 'Socket.IO 2 pingTimeout', 'https://socket.io/docs/v2/server-api/'),
  row(
    'ping',
    30,
    'SignalR ClientTimeoutInterval and serverTimeout',
    'https://learn.microsoft.com/en-us/aspnet/core/signalr/configuration',
  ),
  row('ping', 8, 'Centrifugo pong timeout', 'https://centrifugal.dev/docs/server/configuration'),
  row('age', 30, 'Google Cloud backend service timeoutSec', `${GCP}load-balancing/docs/backend-service`),
  row('age', 300, 'Google Cloud Run request timeout', `${GCP}run/docs/triggering/websockets`),
  row('age', 3600, 'Google Cloud Run, longest request', `${GCP}run/docs/triggering/websockets`),
  row('age', 3600, 'Google App Engine flexible', `${GCP}appengine/docs/flexible/using-websockets-and-session-affinity`),
  row('age', 7200, 'AWS API Gateway connection duration', `${AWS}apigateway/latest/developerguide/limits.html`),
  row('age', 14_400, 'Azure Front Door, longest WebSocket', `${AZURE}frontdoor/standard-premium/websocket`),
  row('period', 20, 'python websockets ping_interval', PYTHON),
  row('period', 20, 'uvicorn ws_ping_interval', 'https://www.uvicorn.org/settings/'),
  row(
    'period',
    20,
    'Azure Web PubSub keep-alive',
    `${DOTNET}azure.resourcemanager.webpubsub.models.webpubsubhubproperties.websocketkeepaliveintervalinseconds`,
  ),
  row(
    'period',
    30,
    'ws, as its README shows',
    'https://github.com/websockets/ws#how-to-detect-and-close-broken-connections',
  ),
  row(
    'period',
    37,
    'Bokeh keep_alive_milliseconds',
    'https://docs.bokeh.org/en/latest/docs/reference/server/tornado.html',
  ),
  row(
    'period',
    54,
    'gorilla/websocket, as its chat example shows',
    'https://github.com/gorilla/websocket/tree/main/examples/chat',
  ),
  row(
    'period',
    120,
    'ASP.NET Core KeepAliveInterval',
    `${DOTNET}microsoft.aspnetcore.builder.websocketoptions.keepaliveinterval`,
  ),
];

/** Timers fire late rather than early: programs look at them in steps of up to a second, uWebSockets of four. */
const EARLY: Nanos = 0.25 * SECOND;
const LATE: Nanos = 1.5 * SECOND;
/** A period is a mean of several steps: less is left to chance. */
const LATE_PERIOD: Nanos = 0.5 * SECOND;

export interface TimerCandidate extends KnownTimer {
  timer: Nanos;
  /** How far the time is from it; negative when shorter. */
  distance: Nanos;
}

/** The timers of a kind that a time may be, the nearest first; of one length in the order of the table. */
export const rankTimers = (kind: TimerKind, length: Nanos): TimerCandidate[] => {
  const late = kind === 'period' ? LATE_PERIOD : LATE;
  const candidates: TimerCandidate[] = [];
  for (const known of KNOWN_TIMERS) {
    const timer = known.seconds * SECOND;
    const distance = length - timer;
    if (known.kind !== kind || distance < -EARLY || distance > late) continue;
    candidates.push({ ...known, timer, distance });
  }
  return candidates.sort((a, b) => Math.abs(a.distance) - Math.abs(b.distance));
};

/** "nginx proxy_read_timeout (60 s, +0.004 s)": a candidate with its distance, as findings name it. */
export const nameTimer = ({ name, seconds, distance }: TimerCandidate): Value =>
  phrase('timer', {
    name: gloss(name),
    seconds: text(seconds),
    distance: text(`${distance < 0 ? '-' : '+'}${(Math.abs(distance) / SECOND).toFixed(3)}`),
  });
