/**
 * The report `wscope.report/1`: plain data that every renderer and other people's programs read. Names, units and nulls
 * are those of docs/report.schema.json. `…Ms` are milliseconds (`atMs` from the earliest packet of all files), `…Bytes`
 * are octets, packet numbers count from 1 inside their file. Texts that come from a capture are hostile until a
 * renderer has made them visible or escaped them; credentials in them are already redacted.
 */
import type { CauseId } from '../diagnosis/causes.js';
import type { Confidence, Severity } from '../diagnosis/rule.js';
import type { LegMark } from '../session/legs.js';
import type { Relation } from '../session/relations.js';
import type { Sight, StageName, StageStatus } from '../session/session.js';
import type { Actor, PerSide, Side } from '../stream/side.js';
import type { Http2Report } from './h2-report.js';
import type { ProxyReport } from './proxy-report.js';

export const REPORT_SCHEMA = 'wscope.report/1';

export interface Report {
  schema: typeof REPORT_SCHEMA;
  captures: CaptureReport[];
  summary: Summary;
  /** Of the whole capture: mass ends, reconnect loops, shared timers. */
  findings: FindingReport[];
  sessions: SessionReport[];
}

/** Where a packet stands: its number as Wireshark counts, and the index of its file, omitted for the first. */
export interface PacketPlace {
  packet: number;
  capture?: number;
}

export interface CaptureReport {
  /** Base name. */
  file: string;
  format: string;
  linkTypes: string[];
  packets: number;
  /** Of the file. */
  bytes: number;
  /** ISO 8601 UTC; null without packets. */
  start: string | null;
  end: string | null;
  durationMs: number | null;
  /** Cut short by the snap length. */
  truncatedPackets: number;
  /** As the capture file itself says; null where it does not. */
  droppedPackets: number | null;
  warnings: string[];
}

export type Outcome = 'ok' | 'failed' | 'open' | 'partial';

export interface Summary {
  sessions: number;
  ok: number;
  failed: number;
  open: number;
  partial: number;
  /** Failed sessions only. */
  byCause: Record<string, number>;
  byStage: Record<string, number>;
  notListed: NotListed;
  /** The share of failures, the worst first; 20 rows at most, `omitted` more. */
  shares: Record<'server' | 'path' | 'sni', { rows: ShareReport[]; omitted: number }>;
  /** Of stages that came to a good end. */
  stageDurations: Partial<Record<StageName, StageDurations>>;
}

/** Sessions of one server, path or TLS server name. */
export interface ShareReport {
  name: string;
  sessions: number;
  failed: number;
  /** The commonest five. */
  causes: Record<string, number>;
}

/** Percentiles by nearest rank. */
export interface StageDurations {
  samples: number;
  p50Ms: number;
  p90Ms: number;
  p99Ms: number;
  maxMs: number;
}

/** Connections that showed themselves to be something else, or were never used. */
export interface NotListed {
  http: number;
  tls: number;
  spare: number;
  other: number;
}

export interface SessionReport {
  id: number;
  client: string;
  server: string;
  /** Present when the roles were read from port numbers alone. */
  roles?: 'guessed';
  transport: 'ws' | 'wss' | 'unknown';
  carrier: 'http/1.0' | 'http/1.1' | 'h2' | null;
  host: string | null;
  url: string | null;
  outcome: Outcome;
  stage: StageName;
  cause: CauseId | null;
  confidence: Confidence;
  recovered: boolean;
  verdict: string;
  related: { id: number; relation: Relation }[];
  /** Present when a reverse proxy on the way was seen on both sides: one for each pair of legs that this entry is in. */
  legs?: LegReport[];
  sight: Sight[];
  vantage: 'client' | 'server' | 'between' | null;
  startMs: number;
  endMs: number;
  packets: number;
  stages: StageReport[];
  tcp: TcpReport | null;
  tls: TlsReport | null;
  /** Null where no proxy was spoken to. */
  proxy: ProxyReport | null;
  /** Null where HTTP/2 does not carry it. */
  h2: Http2Report | null;
  upgrade: UpgradeReport | null;
  websocket: WebSocketReport | null;
  subprotocol: { name: string; version: string | null; detail: Record<string, unknown> } | null;
  findings: FindingReport[];
  timelineOmitted: number;
  timeline: EventReport[];
  /** Present for sessions whose messages were asked for, as many as are kept. */
  messages?: MessageReport[];
  /** Beyond those. */
  messagesOmitted?: number;
  /** Present for sessions whose numbers over time were asked for. */
  series?: SeriesReport;
}

/**
 * TCP over time in intervals of `intervalMs`, 500 points of each kind at most; an interval without anything new has no
 * point. Of a session on HTTP/2 they are the connection's.
 */
export interface SeriesReport {
  intervalMs: number;
  /** `atMs` is that of the longest. */
  rtt: PerSide<[atMs: number, leastMs: number, mostMs: number][]>;
  /** From a WebSocket ping of that side to its pong; `atMs` is that of the longest. The session's own, in intervals of its own. */
  pingRtt: PerSide<[atMs: number, leastMs: number, mostMs: number][]>;
  /** The same of heart-beats that the subprotocol answers (Engine.IO, MQTT, Phoenix, …). */
  heartbeatRtt: PerSide<[atMs: number, leastMs: number, mostMs: number][]>;
  /** Sent and not acknowledged at the capture point: the most, when that was, and what was left at the interval's end. */
  bytesInFlight: PerSide<[atMs: number, mostBytes: number, lastBytes: number][]>;
  /** Payload, each byte once; `atMs` is where the interval begins. */
  throughput: PerSide<[atMs: number, bytes: number][]>;
}

/** A message as it was said: its beginning, 4 KiB at most, unmasked and inflated. */
export interface MessageReport extends PacketPlace {
  /** Of its first octet. */
  atMs: number;
  from: Side;
  opcode: 'text' | 'binary';
  /** Of the whole message, inflated where it could be. */
  bytes: number;
  /** Of a text message. */
  text?: string;
  /** Of a binary one. */
  base64?: string;
  /** Not all of it is here. */
  cut?: true;
  /** Nothing of it was captured. */
  missing?: true;
  /** Compressed, and its context is lost or the data are corrupt. */
  unreadable?: true;
}

/** From the head that reached the proxy to the one that left it. */
export interface HeadChangesReport {
  removed: [name: string, value: string][];
  added: [name: string, value: string][];
  altered: { name: string; from: string; to: string }[];
  /** Nulls where it stayed the same. */
  httpVersion: { from: string; to: string } | null;
  target: { from: string; to: string } | null;
  status: { from: number; to: number } | null;
}

export interface LegReport {
  /** The entries of the client's leg and of the backend's. */
  client: number;
  backend: number;
  matchedBy: LegMark;
  /** As the proxy calls itself. */
  proxy: string | null;
  /** Null where one of both heads was not seen whole. */
  request: HeadChangesReport | null;
  response: HeadChangesReport | null;
  /** Null while nobody has, or where the packets do not tell. */
  endedBy: ({ by: 'client' | 'proxy' | 'backend'; atMs: number } & PacketPlace) | null;
  /** Of `waitedMs` at the client's leg: at the backend, in connecting to it, and the rest. */
  delay: { waitedMs: number; backendMs: number; connectMs: number; proxyMs: number } | null;
}

export interface StageReport {
  stage: StageName;
  status: StageStatus;
  /** Null when no packet of it was seen. */
  startMs: number | null;
  /** Null when it is not over, or was not seen. */
  durationMs: number | null;
  packets: number[];
  /** The file of each of `packets`, present when one of them is not in the first. */
  captures?: number[];
  detail: string | null;
  /** `afterMs`: since the step before; 0 for the first. */
  steps: ({ step: string; atMs: number; afterMs: number } & PacketPlace)[];
}

/** Nulls at 0 samples. */
export interface RttReport {
  samples: number;
  minMs: number | null;
  medianMs: number | null;
  p95Ms: number | null;
  maxMs: number | null;
}

export interface TcpReport {
  handshakeRttMs: number | null;
  rtt: PerSide<RttReport>;
  retransmissions: PerSide<number>;
  /** Kinds that occurred; they sum to `retransmissions`. */
  retransmissionKinds: PerSide<Record<string, number>>;
  outOfOrder: PerSide<number>;
  duplicateAcks: PerSide<number>;
  zeroWindows: PerSide<number>;
  keepAlives: PerSide<number>;
  copies: PerSide<number>;
  /** Packets that the network delivered twice, as their receiver says. */
  duplicates: PerSide<number>;
  /** Sent against a window that the peer had closed. */
  windowProbes: PerSide<number>;
  /** The side's own window: how long it was closed in episodes that ended, together and the longest. */
  windowClosedForMs: PerSide<number>;
  windowClosedLongestMs: PerSide<number>;
  /** How often the peer had filled the side's window to the last byte while it was open. */
  windowsFilled: PerSide<number>;
  /** Acknowledgments of the side's data that the peer held back, and how often its next segment waited for one. */
  delayedAcks: PerSide<number>;
  nagleWaits: PerSide<number>;
  /** SRTT and RTTVAR at the end (RFC 6298 2), at the capture point; nulls without a sample. */
  smoothedRttMs: PerSide<number | null>;
  rttVariationMs: PerSide<number | null>;
  missingBytes: PerSide<number>;
  bytes: PerSide<number>;
  /** Both ends sent a SYN before they saw the other's. */
  simultaneousOpen: boolean;
  endedBy: Actor | 'none';
  end: 'fin' | 'rst' | 'timeout' | 'none';
}

export interface CertificateReport {
  subject: string;
  issuer: string;
  names: string[];
  /** ISO 8601 UTC; null where the certificate cannot be read. */
  notBefore: string | null;
  notAfter: string | null;
  sha256: string;
  /** Kind and bits of the key, and the algorithm it is signed with; absent where the certificate cannot be read. */
  key?: string;
  signature?: string;
}

/** A stapled OCSP response. */
export interface CertificateStatusReport extends PacketPlace {
  /** Whether the authority could answer, e.g. `successful` or `tryLater`; null where it cannot be read. */
  response: string | null;
  /** What it says of the certificate of the server. */
  certificate: 'good' | 'revoked' | 'unknown' | null;
  thisUpdate: string | null;
  nextUpdate: string | null;
  revokedAt: string | null;
  atMs: number;
}

export interface TlsReport {
  sni: string | null;
  alpnOffered: string[];
  alpn: string | null;
  versionsOffered: string[];
  version: string | null;
  cipher: string | null;
  ja3: string | null;
  ja3s: string | null;
  ja4: string | null;
  /** Null before a ServerHello was seen. */
  resumed: boolean | null;
  helloRetryRequest: boolean;
  decrypted: boolean | 'partly';
  /** Labels of the secrets that the key log lacks for this connection; empty without a key log. */
  missingSecrets: string[];
  /** What key logs know the connection by, in hexadecimal; null before a ClientHello was seen. */
  clientRandom: string | null;
  /** What cannot be decrypted even with the secrets: a cipher suite, or a way of compressing. */
  undecryptable: string | null;
  certificates: CertificateReport[] | null;
  /**
   * Why there are none to be seen: TLS 1.3 hides them from whoever has no keys, a resumed session sends none, the handshake
   * never came so far, or those packets are missing.
   */
  certificatesHidden: 'encrypted' | 'resumed' | 'not-reached' | 'not-captured' | null;
  /** Protocols for which the client would exchange settings in the handshake (ALPS); absent without any. */
  applicationSettingsOffered?: string[];
  /** Settings that were exchanged, where they can be read. */
  applicationSettings?: { clientBytes: number | null; serverBytes: number | null };
  /** The client would like a stapled OCSP response; absent where it did not ask. */
  statusRequested?: true;
  /** Absent where none was to be seen. */
  certificateStatus?: CertificateStatusReport;
  /** How much a session that stayed encrypted looks like WebSocket, and why; never proof. Absent elsewhere. */
  likeness?: { websocket: 'likely' | 'possible' | 'unlikely'; because: string[] };
  /** NewSessionTickets, the first 16; null where TLS 1.3 hides them, absent where there were none. */
  sessionTickets?: ({ lifetimeSeconds: number; atMs: number } & PacketPlace)[] | null;
  alerts: ({ from: Side; level: string; description: string; atMs: number } & PacketPlace)[];
  /** What they say is hidden; `inferred`: known by its length only. */
  encryptedAlerts: ({ from: Side; inferred: boolean; atMs: number } & PacketPlace)[];
}

export interface BodyReport {
  /** Bytes seen, before content decoding. */
  bytes: number;
  complete: boolean;
  /** The beginning, as text. */
  text: string;
}

export interface RequestReport extends PacketPlace {
  method: string;
  target: string;
  httpVersion: string;
  headers: [name: string, value: string][];
  atMs: number;
}

export interface ResponseReport extends PacketPlace {
  status: number;
  reason: string;
  headers: [name: string, value: string][];
  atMs: number;
  /** Present when one was seen. */
  body?: BodyReport;
}

export interface ExchangeReport {
  request: RequestReport | null;
  response: ResponseReport | null;
}

export interface UpgradeReport extends ExchangeReport {
  subprotocol: string | null;
  extensions: string[];
  /** Null when request or 101 was not seen. */
  acceptValid: boolean | null;
  problems: string[];
  /**
   * Sending the head of the request, waiting for the first octet of the answer, and the rest of its head. Of the wait,
   * one round trip is the network's, the rest the server's; null where no round trip was measured.
   */
  timing: {
    requestMs: number;
    waitedMs: number;
    networkMs: number | null;
    serverMs: number | null;
    responseMs: number;
  } | null;
  earlier: ExchangeReport[];
}

export type FrameCounts = Record<'text' | 'binary' | 'continuation' | 'ping' | 'pong' | 'close', number> & {
  /** Opcodes without a meaning; present when there were any. */
  reserved?: number;
};

export interface CompressionReport {
  /** Inflated whole. */
  messages: number;
  wireBytes: number;
  inflatedBytes: number;
}

export interface PingPeriodReport {
  periodMs: number;
  /** Between the shortest and the longest distance of two pings. */
  jitterMs: number;
  /** Programs known to ping that often, the nearest first. None is named by the number alone, and others are possible. */
  candidates: { name: string; seconds: number; distanceMs: number }[];
}

export interface WebSocketReport {
  frames: PerSide<FrameCounts>;
  messages: PerSide<number>;
  /** On the wire, before decompression. */
  payloadBytes: PerSide<number>;
  compressed: boolean;
  /** By sender; present where permessage-deflate was agreed. As far as the messages could be inflated. */
  compression?: PerSide<CompressionReport>;
  /** By sender of the ping. */
  pingRtt: PerSide<RttReport | null>;
  /** By sender, where three or more pings came at regular times; present where one side's did. */
  pingPeriod?: PerSide<PingPeriodReport | null>;
  unansweredPings: PerSide<number>;
  violations: ({ rule: string; from: Side; detail: string; atMs: number } & PacketPlace)[];
  /** Code 1005 when the body is empty, null when it is one byte and holds no code. */
  close: ({ from: Side; code: number | null; reason: string; answered: boolean; atMs: number } & PacketPlace) | null;
  /** Present when frames were found without their opening handshake. */
  midstream?: true;
}

/** A typed value of a finding, for those who word it themselves. */
export type ValueReport =
  | { type: 'duration'; ms: number }
  | { type: 'time'; time: string | null }
  | { type: 'bytes'; bytes: number }
  | { type: 'count'; n: number }
  | { type: 'text'; text: string }
  | { type: 'list'; texts: string[] }
  | { type: 'side'; side: Side };

export interface FindingReport {
  rule: string;
  cause: CauseId | null;
  stage: StageName | null;
  severity: Severity;
  confidence: Confidence;
  title: string;
  explanation: string;
  /** Key of the wording, with its data: texts may change, these do not. */
  message: string;
  data: Record<string, ValueReport>;
  evidence: ({ atMs: number; note: string } & PacketPlace)[];
  remedy: string[];
  reference: string[];
  /** Of findings about the whole capture: the sessions they are about. */
  sessions?: number[];
}

export type EventValue = string | number | boolean | readonly string[];

export interface EventReport extends PacketPlace {
  atMs: number;
  from: Actor;
  layer: string;
  event: string;
  summary: string;
  /** Of retransmissions. */
  kind?: string;
  /** What the summary was worded from. */
  data?: Record<string, EventValue>;
  /** Of a folded run only. */
  count?: PerSide<number>;
  bytes?: PerSide<number>;
  kinds?: Record<string, number>;
  untilMs?: number;
  untilPacket?: number;
  /** The file of `untilPacket`, omitted for the first. */
  untilCapture?: number;
}
