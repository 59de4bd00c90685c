/**
 * Timeline events in English: (layer, event, data) to a short label, which fits on an arrow, and a note beside it.
 * Keys are those of the report's events; `{name|format}` is filled from the data that the layer gave, and a part in
 * `[…]` is left out where it gave none. Another language is another table.
 */
import type { PerSide, Side } from '../stream/side.js';
import { formatBytes, formatCount } from './format-value.js';
import type { EventValue } from './report.js';
import { fillOptional } from './wording.js';

export interface EventText {
  label: string;
  /** Empty when the label says all. */
  note: string;
}

export interface WordedEvent {
  layer: string;
  event: string;
  data?: Readonly<Record<string, EventValue>> | undefined;
}

export const eventText = ({ layer, event, data = {} }: WordedEvent): EventText => {
  const [label, note] = ENGLISH[`${layer}:${event}`] ?? [`${event}[ {bytes|bytes}]`, SUBPROTOCOL_NOTE];
  return { label: fillOptional(label, data), note: fillOptional(note, data).replace(/^, /, '') };
};

/** Label and note in one line, for those who have no arrows. */
export const eventSummary = (event: WordedEvent): string => {
  const { label, note } = eventText(event);
  return note === '' ? label : `${label}: ${note}`;
};

/** What one side sent in a run: `12 text 1.9 kB`; of several kinds, `15 frames 2.2 kB`. */
export const runLabel = (run: RunText, side: Side): string => {
  const kinds = Object.keys(run.kinds);
  const many = UNITS[run.layer] ?? 'events';
  const unit = kinds.length === 1 ? (RUN_KINDS[kinds[0]!] ?? kinds[0]!) : many;
  const bytes = run.bytes[side] === 0 ? '' : ` ${formatBytes(run.bytes[side])}`;
  return `${formatCount(run.count[side])} ${unit}${bytes}`;
};

/** Both sides, and of which kinds the events were. */
export const runSummary = (run: RunText): string => {
  const sides = (['client', 'server'] as const).filter((side) => run.count[side] > 0);
  const told = sides.map((side) => `${side} ${runLabel(run, side)}`).join(', ');
  const note = runNote(run);
  return note === '' ? told : `${told} (${note})`;
};

/** `20 text, 6 binary`; empty where the labels say it. */
export const runNote = (run: RunText): string => {
  const kinds = Object.entries(run.kinds);
  if (kinds.length < 2) return '';
  return kinds.map(([kind, count]) => `${formatCount(count)} ${RUN_KINDS[kind] ?? kind}`).join(', ');
};

export interface RunText {
  layer: string;
  count: PerSide<number>;
  bytes: PerSide<number>;
  kinds: Readonly<Record<string, number>>;
}

/** Subprotocols speak in their own words, which are the labels; what they may tell besides is the same for all. */
const SUBPROTOCOL_NOTE =
  '[, {detail}][, versions {versions}][, version {version}][, heart-beat {heartBeat}][, keep-alive {keepAliveSeconds|plain} s]' +
  '[, ping every {pingSeconds|plain} s][, ping every {intervalMs|ms}][, timeout {timeoutMs|ms}][, {subject}][, {code}][, {text}]' +
  '[, after {latencyMs|ms}]';

const UNITS: Readonly<Record<string, string>> = { ws: 'frames', tls: 'records', tcp: 'segments', http: 'heads' };

const RUN_KINDS: Readonly<Record<string, string>> = {
  'application-data': 'records',
  application_data: 'records',
  data: 'segments',
};

const ENGLISH: Readonly<Record<string, readonly [label: string, note: string]>> = {
  'tcp:syn': ['SYN', '[sent again, no. {repeat}]'],
  'tcp:syn-ack': ['SYN-ACK', ''],
  'tcp:established': ['ACK', 'established[, handshake RTT {rttMs|ms}]'],
  'tcp:retransmission': [
    '[{of} ]sent again[ {bytes|bytes}]',
    'retransmission[ ({kind})][ of packet {original|plain}][, {sinceMs|ms} later][, {originalUnseen?the first copy was not captured}]',
  ],
  'tcp:out-of-order': ['out of order[ {bytes|bytes}]', 'a late segment, not sent again'],
  'tcp:copy': ['copy', 'the same packet in the capture again'],
  'tcp:duplicate-ack': ['duplicate ACK', '[{count} in a row: a segment is missing]'],
  'tcp:zero-window': ['window closed', 'the receive buffer is full'],
  'tcp:window-open': ['window open[ {window|bytes}]', '[after {closedMs|ms}]'],
  'tcp:keep-alive': ['keep-alive', '[{count} in a row]'],
  'tcp:gap': ['missing[ {bytes|bytes}]', '[{cause|gap}]'],
  'tcp:fin': ['FIN', '[{detail}]'],
  'tcp:rst': ['RST', '[{inFlight|bytes} of the peer not yet acknowledged]'],
  'tcp:icmp-error': ['ICMP[ {name}]', '[from {from}]'],
  'tcp:data': ['data[ {bytes|bytes}]', ''],
  'dns:query': ['DNS query[ {type}]', '[{name}]'],
  'dns:answer': ['DNS answer[ {code}]', '[{name}][: {addresses}]'],
  'proxy:connect': ['connect[ {target}]', '[{protocol}][, as {user}]'],
  'proxy:reply': ['[{status|plain} ]proxy reply', '[{reason}]'],
  'proxy:preamble': ['PROXY preamble', '[version {version|plain}][, {detail}]'],
  'tls:client-hello': ['ClientHello', '[SNI {sni}][, ALPN {alpn}][, up to {versions|first}]'],
  'tls:server-hello': ['ServerHello', '[{version}][, {cipher}][, ALPN {alpn}][, {resumed?resumed}]'],
  'tls:hello-retry-request': ['HelloRetryRequest', '[{version}][, {cipher}]'],
  'tls:certificate': ['Certificate', '[{subject}][, issued by {issuer}][, until {notAfter|date}][{certificates} sent]'],
  'tls:certificate-request': ['CertificateRequest', ''],
  'tls:server-hello-done': ['ServerHelloDone', ''],
  'tls:finished': ['Finished', ''],
  'tls:alert': ['[{encrypted?encrypted} ]alert[ {description}]', '[{level}][{inferred?inferred from its length}]'],
  'tls:encrypted-alert': ['encrypted alert', ''],
  'tls:key-update': ['KeyUpdate', ''],
  'tls:close-notify': ['close_notify', ''],
  'tls:gap': ['missing[ {bytes|bytes}]', '[{cause|gap}]'],
  'tls:record': ['record[ {bytes|bytes}]', 'encrypted'],
  'http:request': ['[{method} ][{target}]', '[{upgrade?asks for an upgrade}]'],
  'http:response': ['[{status|plain}][ {reason}]', '[{server}]'],
  'http:settings': ['SETTINGS', '[{detail}]'],
  'http:rst-stream': ['RST_STREAM', '[{error}]'],
  'http:goaway': ['GOAWAY', '[{error}]'],
  'http:gap': ['missing[ {bytes|bytes}]', '[{cause|gap}]'],
  'ws:text': ['text[ {bytes|bytes}]', ''],
  'ws:binary': ['binary[ {bytes|bytes}]', ''],
  'ws:continuation': ['continuation[ {bytes|bytes}]', ''],
  'ws:ping': ['ping[ {bytes|bytes}]', ''],
  'ws:pong': ['pong[ {bytes|bytes}]', '[RTT {rttMs|ms}]'],
  'ws:close': ['Close[ {code|plain}]', '[{reason}]'],
  'ws:violation': ['[{rule}]', 'breaks RFC 6455[: {detail}]'],
  'ws:gap': ['missing[ {bytes|bytes}]', '[{cause|gap}][, {outOfSync?frame boundaries are lost}]'],
  'ws:resynchronised': ['frames found again', '[{skippedBytes|bytes} skipped]'],
  'ws:corrupted': ['no frame', '[{http?HTTP }]inside an open session[: {text}]'],
};
