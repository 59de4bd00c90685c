/**
 * SignalR hub protocol, JSON and MessagePack: a handshake in JSON that names the protocol, then records; in JSON each
 * ends with 0x1e, in MessagePack each has its length before it. Follows the handshake, pings, invocations by their id,
 * and the Close message, which says what the Close frame of code 1000 behind it does not.
 */

import type { Arrival } from '../stream/arrival.js';
import { type PerSide, perSide, type Side } from '../stream/side.js';
import { type Content, isObject, member, parseJson, toText } from './content.js';
import { readRecords } from './message-pack.js';
import { NO_CLOSE_CODES, type Subprotocol, type SubprotocolReader } from './subprotocol.js';
import type { SubprotocolLog } from './subprotocol-log.js';

const RECORD_SEPARATOR = '\x1e';
/** Records of one message that are looked at. */
const RECORDS_PER_MESSAGE = 256;

export const signalr: Subprotocol = {
  name: 'signalr',
  named: () => undefined,
  resembles: (side, { bytes, text }) =>
    side === 'client' &&
    bytes[0] === 0x7b &&
    bytes.at(-1) === 0x1e &&
    isHandshake(parseJson(text.split(RECORD_SEPARATOR, 1)[0]!)),
  hasHandshake: true,
  read: (log) => new SignalrReader(log),
  closeCodes: NO_CLOSE_CODES,
};

const isHandshake = (record: unknown): boolean =>
  typeof member(record, 'protocol') === 'string' && typeof member(record, 'version') === 'number';

/** Message types of the hub protocol. */
const TYPES: Readonly<Record<number, string>> = {
  1: 'Invocation',
  2: 'StreamItem',
  3: 'Completion',
  4: 'StreamInvocation',
  5: 'CancelInvocation',
  6: 'Ping',
  7: 'Close',
  8: 'Ack',
  9: 'Sequence',
};

/** A record of either encoding, as far as it matters here. */
interface HubRecord {
  type: number;
  id: string;
  error: string;
}

class SignalrReader implements SubprotocolReader {
  private packed = false;
  private readonly spoke: PerSide<boolean> = perSide(() => false);

  constructor(private readonly log: SubprotocolLog) {}

  message(side: Side, content: Content, arrival: Arrival): void {
    if (!this.spoke[side]) {
      this.spoke[side] = true;
      this.first(side, content, arrival);
    } else if (this.packed) {
      for (const record of readRecords(content.bytes, RECORDS_PER_MESSAGE))
        this.told(side, fromList(record), arrival, content);
    } else {
      this.records(side, content.text, arrival, content);
    }
  }

  /** Both handshake messages are JSON, whatever is spoken afterwards; records may follow in the same message. */
  private first(side: Side, content: Content, arrival: Arrival): void {
    const { log } = this;
    const { text } = content;
    const end = text.indexOf(RECORD_SEPARATOR);
    const record = end < 0 ? undefined : parseJson(text.slice(0, end));
    if (!isObject(record)) {
      log.unread++;
      return;
    }
    if (side === 'client') {
      const protocol = toText(member(record, 'protocol'));
      this.packed = protocol === 'messagepack';
      log.version = toText(member(record, 'version')) || null;
      log.detail.protocol = protocol;
      log.asks('handshake', side, arrival, { detail: protocol });
    } else if (member(record, 'error') !== undefined) {
      log.fails('handshake', side, arrival, { text: toText(member(record, 'error')), inHandshake: true });
    } else {
      log.accepts('handshake', side, arrival);
    }
    if (!this.packed) this.records(side, text.slice(end + 1), arrival, content);
  }

  private records(side: Side, text: string, arrival: Arrival, content: Content): void {
    for (const record of text.split(RECORD_SEPARATOR, RECORDS_PER_MESSAGE)) {
      if (record !== '') this.told(side, fromObject(parseJson(record)), arrival, content);
    }
  }

  private told(side: Side, record: HubRecord | undefined, arrival: Arrival, { length }: Content): void {
    const { log } = this;
    const name = record === undefined ? undefined : TYPES[record.type];
    if (record === undefined || name === undefined) {
      log.unread++;
      return;
    }
    log.isUnderWay(side, arrival);
    const { type, id, error } = record;
    if (type === 7) {
      if (error !== '') log.fails('Close', side, arrival, { text: error });
      else {
        log.goodbye('Close', side, arrival);
        log.event('Close', side, arrival);
      }
      return;
    }
    if (type === 6) log.beat(side, arrival);
    if ((type === 1 || type === 4) && id !== '') log.request(side, id, arrival);
    if (type === 2 || type === 3) log.reply(side, id, arrival);
    if (type === 3 && error !== '') log.fails(name, side, arrival, { text: error, subject: id, fatal: false });
    else log.ordinary(name, side, arrival, length);
  }
}

const fromObject = (record: unknown): HubRecord | undefined => {
  const type = member(record, 'type');
  if (typeof type !== 'number') return undefined;
  return { type, id: toText(member(record, 'invocationId')), error: toText(member(record, 'error')) };
};

/** MessagePack: [type, …], each type with an order of its own. */
const fromList = (record: readonly unknown[]): HubRecord | undefined => {
  const [type] = record;
  if (typeof type !== 'number') return undefined;
  if (type === 7) return { type, id: '', error: toText(record[1]) };
  // [type, headers, invocationId, …]; a Completion goes on with the kind of its result, 1 for an error.
  const failed = type === 3 && record[3] === 1;
  return { type, id: toText(record[2]), error: failed ? toText(record[4]) : '' };
};
