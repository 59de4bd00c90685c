/** Feeds a TLS layer and writes down the events it reports, as lines like `client alert {"level":"fatal",…}`. */
import type { EventData, EventSink } from '../../src/stream/event-sink.js';
import type { Side } from '../../src/stream/side.js';
import { TlsLayer } from '../../src/tls/tls-layer.js';
import type { TcpConversation } from './tls-capture.js';

export interface SeenEvent {
  event: string;
  from: string;
  packet: number;
  at: number;
  data: EventData | undefined;
}

export class EventLog implements EventSink {
  readonly events: SeenEvent[] = [];
  readonly ordinaries: { side: Side; packet: number; bytes: number }[] = [];

  event(_layer: string, event: string, from: string, packet: number, at: number, data?: EventData): void {
    this.events.push({ event, from, packet, at, data });
  }

  ordinary(_layer: string, _event: string, side: Side, packet: number, _at: number, bytes: number): void {
    this.ordinaries.push({ side, packet, bytes });
  }

  /** `client client-hello`, in order. */
  get names(): string[] {
    return this.events.map(({ from, event }) => `${from} ${event}`);
  }
}

export const arrivalOf = (packet: number) => ({ packet, at: packet * 1e6, readyAt: packet * 1e6 });

/** The whole conversation through a TLS layer. */
export function replay(conversation: TcpConversation): { layer: TlsLayer; log: EventLog } {
  const log = new EventLog();
  const layer = new TlsLayer(log);
  const ended = new Set<string>();
  for (const { side, kind, bytes, packet } of conversation.deliveries) {
    const arrival = arrivalOf(packet);
    if (ended.has(side)) continue;
    if (kind === 'bytes') layer.bytes(side, bytes, arrival);
    else if (kind === 'gap') layer.gap(side, { length: bytes.length, cause: 'not-captured', arrival });
    else {
      ended.add(side);
      layer.end(side, { kind, arrival });
    }
  }
  return { layer, log };
}

/** Cuts `bytes` at the given places, in any order and number. */
export function cutAt(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const cuts = [0, ...new Set(places.map((place) => place % (bytes.length + 1))), bytes.length].sort((a, b) => a - b);
  return cuts.slice(1).map((end, index) => bytes.subarray(cuts[index], end));
}

const be = (value: number, octets: number): number[] =>
  Array.from({ length: octets }, (_, index) => Math.floor(value / 0x100 ** (octets - 1 - index)) & 0xff);

/** A vector with a length of `octets` octets before it (RFC 8446 3.4). */
export const vector = (octets: number, ...parts: (readonly number[] | Uint8Array)[]): number[] => {
  const body = parts.flatMap((part) => [...part]);
  return [...be(body.length, octets), ...body];
};

export const u16 = (...values: number[]): number[] => values.flatMap((value) => be(value, 2));
export const ascii = (text: string): number[] => [...Buffer.from(text, 'latin1')];

/** One record with `body`; the version is what TLS 1.2 writes. */
export const record = (type: number, body: readonly number[] | Uint8Array): Uint8Array =>
  Uint8Array.from([type, 3, 3, ...vector(2, body)]);

export const message = (type: number, body: readonly number[]): number[] => [type, ...vector(3, body)];

export const extension = (type: number, body: readonly number[]): number[] => [...u16(type), ...vector(2, body)];

export interface HelloOptions {
  version?: number;
  sessionId?: readonly number[];
  suites?: readonly number[];
  extensions?: readonly (readonly number[])[];
}

export const clientHello = ({ version, sessionId, suites, extensions }: HelloOptions = {}): number[] =>
  message(1, [
    ...u16(version ?? 0x0303),
    ...new Array<number>(32).fill(7),
    ...vector(1, sessionId ?? []),
    ...vector(2, u16(...(suites ?? [0xc02f]))),
    ...vector(1, [0]),
    ...(extensions === undefined ? [] : vector(2, extensions.flat())),
  ]);

export interface ServerHelloOptions {
  random?: readonly number[];
  sessionId?: readonly number[];
  suite?: number;
  extensions?: readonly (readonly number[])[];
}

export const serverHello = ({ random, sessionId, suite, extensions }: ServerHelloOptions = {}): number[] =>
  message(2, [
    ...u16(0x0303),
    ...(random ?? new Array<number>(32).fill(9)),
    ...vector(1, sessionId ?? []),
    ...u16(suite ?? 0xc02f),
    0,
    ...(extensions === undefined ? [] : vector(2, extensions.flat())),
  ]);

export const serverName = (name: string): number[] => extension(0, vector(2, [0, ...vector(2, ascii(name))]));
export const alpn = (...names: string[]): number[] =>
  extension(16, vector(2, ...names.map((name) => vector(1, ascii(name)))));
/** supported_versions of a ClientHello, and of a ServerHello. */
export const offerVersions = (...versions: number[]): number[] => extension(43, vector(1, u16(...versions)));
export const chooseVersion = (version: number): number[] => extension(43, u16(version));
