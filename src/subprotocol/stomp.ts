/**
 * STOMP 1.0 to 1.2 over WebSocket: frames of a command, headers and a body that a NUL ends, and single end-of-lines as
 * heart-beats. A frame may go on in further messages, and a message may hold several frames. Follows the handshake
 * (CONNECT, CONNECTED), the heart-beats as both sides agree on them, receipts, errors and the goodbye.
 */

import type { Arrival } from '../stream/arrival.js';
import { type PerSide, perSide, type Side } from '../stream/side.js';
import { type Content, clip } from './content.js';
import { NO_CLOSE_CODES, type Subprotocol, type SubprotocolReader } from './subprotocol.js';
import type { SubprotocolLog } from './subprotocol-log.js';

/** v10.stomp, v11.stomp, v12.stomp are registered; some offer just "stomp". */
const TOKENS: ReadonlyMap<string, string | null> = new Map([
  ['v10.stomp', '1.0'],
  ['v11.stomp', '1.1'],
  ['v12.stomp', '1.2'],
  ['stomp', null],
]);

export const stomp: Subprotocol = {
  name: 'stomp',
  named: (token) => TOKENS.get(token.toLowerCase()),
  resembles: (side, { bytes, text }) => {
    const first = bytes[0];
    if (first === undefined || first < 0x41 || first > 0x55) return false;
    if (ANY_FRAME.test(text)) return true;
    return side === 'client' ? /^(?:CONNECT|STOMP)\r?\n/.test(text) : /^CONNECTED\r?\n/.test(text);
  },
  hasHandshake: true,
  read: (log) => new StompReader(log),
  closeCodes: NO_CLOSE_CODES,
};

/** A whole frame of the open session: found in mid-stream. */
const ANY_FRAME =
  /^(?:MESSAGE|SEND|SUBSCRIBE|UNSUBSCRIBE|ACK|NACK|RECEIPT|ERROR)\r?\n(?:[a-z][\w-]{0,60}:[^\r\n]{0,500}\r?\n){1,40}\r?\n[\s\S]*\0\n*$/;

/** A header block longer than this is not read to its end. */
const HEADERS_READ = 16384;
/** Headers of a frame: a dozen is much. */
const HEADERS_KEPT = 64;
/** Frames of one message that are looked at. */
const FRAMES_PER_MESSAGE = 64;

interface StompFrame {
  command: string;
  headers: ReadonlyMap<string, string>;
  body: string;
  /** Where the next frame begins; beyond the text when this one goes on in the next message. */
  end: number;
}

class StompReader implements SubprotocolReader {
  /** A frame of this side goes on in its next message. */
  private readonly continues: PerSide<boolean> = perSide(() => false);
  private offered: readonly [number, number] = [0, 0];
  private goodbyeReceipt: string | undefined;

  constructor(private readonly log: SubprotocolLog) {}

  message(side: Side, content: Content, arrival: Arrival): void {
    if (isHeartBeat(content.bytes)) {
      this.log.beat(side, arrival);
      this.log.ordinary('heart-beat', side, arrival, content.length);
      return;
    }
    const { text } = content;
    let at = 0;
    if (this.continues[side]) {
      at = text.indexOf('\0') + 1;
      if (at === 0 && content.isWhole) return;
      this.continues[side] = false;
    }
    for (let count = 0; count < FRAMES_PER_MESSAGE; count++) {
      const frame = readFrame(text, at);
      if (frame === undefined) break;
      this.frame(side, frame, arrival, content.length);
      this.continues[side] = content.isWhole && frame.end > text.length;
      at = frame.end;
    }
  }

  private frame(side: Side, { command, headers, body }: StompFrame, arrival: Arrival, bytes: number): void {
    const { log } = this;
    if (side === 'client' && log.isOpen && command !== 'DISCONNECT') {
      const subject = headers.get('destination') ?? '';
      log.commands(side, clip(command, 20), subject, arrival, headers.get('receipt'));
    }
    switch (command) {
      case 'CONNECT':
      case 'STOMP': {
        this.offered = readHeartBeat(headers.get('heart-beat'));
        const versions = headers.get('accept-version') ?? '1.0';
        const data = { versions: clip(versions, 40), heartBeat: this.offered.join(',') };
        log.asks(command, side, arrival, data);
        log.detail.clientHeartBeat = data.heartBeat;
        if (headers.has('host')) log.detail.host = clip(headers.get('host')!, 80);
        return;
      }
      case 'CONNECTED':
        this.connected(side, headers, arrival);
        return;
      case 'ERROR':
        log.fails('ERROR', side, arrival, {
          text: errorText(headers.get('message') ?? '', firstLine(body)),
          subject: headers.get('receipt-id') ?? '',
          inHandshake: !log.isOpen,
          asked: log.facts.lastCommand.client?.arrival,
        });
        return;
      case 'DISCONNECT': {
        this.goodbyeReceipt = headers.get('receipt');
        log.goodbye('DISCONNECT', side, arrival, this.goodbyeReceipt !== undefined);
        log.event('DISCONNECT', side, arrival);
        return;
      }
      case 'RECEIPT':
        this.receipt(side, headers.get('receipt-id') ?? '', arrival, bytes);
        return;
      case 'SUBSCRIBE':
      case 'UNSUBSCRIBE':
        this.asksReceipt(side, headers, arrival);
        log.event(command, side, arrival, { detail: clip(headers.get('destination') ?? '', 80) });
        return;
      default:
        this.asksReceipt(side, headers, arrival);
        if (!ORDINARY.has(command)) {
          log.unread++;
          return;
        }
        log.isUnderWay(side, arrival);
        log.ordinary(command, side, arrival, bytes);
    }
  }

  /** STOMP 1.2 "Heart-beating": each direction by what its sender can and its receiver wants, the longer of both. */
  private connected(side: Side, headers: ReadonlyMap<string, string>, arrival: Arrival): void {
    const { log } = this;
    const [clientCan, clientWants] = this.offered;
    const answer = readHeartBeat(headers.get('heart-beat'));
    const [serverCan, serverWants] = answer;
    log.version = headers.get('version') ?? '1.0';
    if (headers.has('server')) log.detail.server = clip(headers.get('server')!, 80);
    log.detail.serverHeartBeat = answer.join(',');
    if (log.isAsked) {
      log.promise('client', arrival, clientCan === 0 || serverWants === 0 ? 0 : Math.max(clientCan, serverWants));
      log.promise('server', arrival, serverCan === 0 || clientWants === 0 ? 0 : Math.max(serverCan, clientWants));
    }
    log.accepts('CONNECTED', side, arrival, { version: clip(log.version, 20), heartBeat: answer.join(',') });
  }

  private asksReceipt(side: Side, headers: ReadonlyMap<string, string>, arrival: Arrival): void {
    const receipt = headers.get('receipt');
    if (receipt !== undefined) this.log.request(side, receipt, arrival);
  }

  private receipt(side: Side, id: string, arrival: Arrival, bytes: number): void {
    const { log } = this;
    if (id === this.goodbyeReceipt) {
      log.confirmGoodbye(arrival);
      log.event('RECEIPT', side, arrival);
      return;
    }
    log.reply(side, id, arrival);
    log.ordinary('RECEIPT', side, arrival, bytes);
  }
}

const ORDINARY: ReadonlySet<string> = new Set(['SEND', 'MESSAGE', 'ACK', 'NACK', 'BEGIN', 'COMMIT', 'ABORT']);

/** Nothing but end-of-lines. Some servers send several at once. */
const isHeartBeat = (bytes: Uint8Array): boolean =>
  bytes.length > 0 && bytes.length <= 8 && bytes.every((byte) => byte === 0x0a || byte === 0x0d);

/** The frame that begins at `from`, end-of-lines before it skipped; undefined where none does. */
const readFrame = (text: string, from: number): StompFrame | undefined => {
  let start = from;
  while (text[start] === '\n' || text[start] === '\r') start++;
  const head = /^([A-Z]{3,12})\r?\n/.exec(text.slice(start, start + 16));
  if (head === null) return undefined;
  const headers = new Map<string, string>();
  let at = start + head[0].length;
  const limit = Math.min(text.length, at + HEADERS_READ);
  while (at < limit) {
    const lineEnd = text.indexOf('\n', at);
    if (lineEnd < 0 || lineEnd > limit) return { command: head[1]!, headers, body: '', end: text.length + 1 };
    const line = text.slice(at, text[lineEnd - 1] === '\r' ? lineEnd - 1 : lineEnd);
    at = lineEnd + 1;
    if (line === '') break;
    addHeader(headers, line);
  }
  const nul = bodyEnd(text, at, headers.get('content-length'));
  const body = text.slice(at, Math.min(nul, at + HEADERS_READ));
  return { command: head[1]!, headers, body, end: nul + 1 };
};

/** STOMP 1.2: of a repeated header the first counts. Escapes are undone in values, as 1.1 and later write them. */
const addHeader = (headers: Map<string, string>, line: string): void => {
  const colon = line.indexOf(':');
  if (colon <= 0 || headers.size >= HEADERS_KEPT) return;
  const name = line.slice(0, colon).toLowerCase();
  if (!headers.has(name)) headers.set(name, undoEscapes(line.slice(colon + 1)));
};

const ESCAPES: Readonly<Record<string, string>> = { '\\c': ':', '\\n': '\n', '\\r': '\r', '\\\\': '\\' };
const undoEscapes = (value: string): string => value.replace(/\\[cnr\\]/g, (pair) => ESCAPES[pair] ?? pair);

/** Where the NUL stands; the text's length where it is not in this message. content-length counts octets: a hint only. */
const bodyEnd = (text: string, at: number, contentLength: string | undefined): number => {
  const length = contentLength !== undefined && /^\d{1,9}$/.test(contentLength) ? Number(contentLength) : undefined;
  // A body with NULs in it: skip to where the octets end, which is exact where every character is one octet.
  if (length !== undefined && text[at + length] === '\0') return at + length;
  const nul = text.indexOf('\0', at);
  return nul < 0 ? text.length : nul;
};

/** "cx,cy": can send every cx ms, wants to receive every cy ms; 0 for not at all. */
const readHeartBeat = (value: string | undefined): readonly [number, number] => {
  const found = /^\s*(\d{1,10})\s*,\s*(\d{1,10})\s*$/.exec(value ?? '0,0');
  return found === null ? [0, 0] : [Number(found[1]), Number(found[2])];
};

/** Some brokers put the reason into the body and a class of errors into the header. */
const errorText = (message: string, body: string): string => {
  if (message === '' || body === '' || body.includes(message)) return body === '' ? message : body;
  return `${message}: ${body}`;
};

const firstLine = (body: string): string => body.trim().split(/\r?\n/, 1)[0] ?? '';
