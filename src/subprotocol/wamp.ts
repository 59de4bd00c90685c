/**
 * WAMP version 2 in JSON, MessagePack and CBOR: arrays whose first element says what they are. Follows HELLO and WELCOME,
 * CHALLENGE, ABORT and GOODBYE, and calls, subscriptions and registrations by their request id. Of other serializers, and
 * of the arguments of applications, nothing is read.
 */
import type { Arrival } from '../stream/arrival.js';
import type { Side } from '../stream/side.js';
import { readCborList } from './cbor.js';
import { type Content, clip, isObject, member, parseJson, toText } from './content.js';
import { readPackedList } from './message-pack.js';
import type { CloseMeaning, Subprotocol, SubprotocolReader, UpgradeWords } from './subprotocol.js';
import type { SubprotocolLog } from './subprotocol-log.js';

/** Of autobahn-js, behind an ABORT of its own; WAMP itself has none. */
const CLOSE_CODES: ReadonlyMap<number, CloseMeaning> = new Map([
  [3000, { text: 'the client could not answer the challenge of the router and gave up' }],
]);

export const wamp: Subprotocol = {
  name: 'wamp',
  named: (token) => (/^wamp\.2\./.test(token) ? '2' : undefined),
  resembles: (side, { json }) => {
    if (!Array.isArray(json)) return false;
    const [code, second, third] = json as unknown[];
    if (side === 'client') return code === 1 && typeof second === 'string' && isObject(member(third, 'roles'));
    return code === 2 && typeof second === 'number' && isObject(member(third, 'roles'));
  },
  hasHandshake: true,
  read: (log, upgrade) => new WampReader(log, upgrade),
  closeCodes: CLOSE_CODES,
};

/** Of the batched form of JSON each message ends with 0x18; in the others its length stands before it, in four octets. */
const BATCH_END = '\x18';
const BATCH_LENGTH_OCTETS = 4;
/** Messages of one batch that are looked at. */
const BATCH_READ = 256;

const NAMES: Readonly<Record<number, string>> = {
  1: 'HELLO',
  2: 'WELCOME',
  3: 'ABORT',
  4: 'CHALLENGE',
  5: 'AUTHENTICATE',
  6: 'GOODBYE',
  8: 'ERROR',
  16: 'PUBLISH',
  17: 'PUBLISHED',
  32: 'SUBSCRIBE',
  33: 'SUBSCRIBED',
  34: 'UNSUBSCRIBE',
  35: 'UNSUBSCRIBED',
  36: 'EVENT',
  48: 'CALL',
  49: 'CANCEL',
  50: 'RESULT',
  64: 'REGISTER',
  65: 'REGISTERED',
  66: 'UNREGISTER',
  67: 'UNREGISTERED',
  68: 'INVOCATION',
  69: 'INTERRUPT',
  70: 'YIELD',
};

/** Requests with an id of their own as second element. */
const REQUESTS: ReadonlySet<string> = new Set([
  'SUBSCRIBE',
  'UNSUBSCRIBE',
  'CALL',
  'REGISTER',
  'UNREGISTER',
  'INVOCATION',
  'PUBLISH',
]);
const ANSWERS: ReadonlySet<string> = new Set([
  'SUBSCRIBED',
  'UNSUBSCRIBED',
  'RESULT',
  'REGISTERED',
  'UNREGISTERED',
  'YIELD',
  'PUBLISHED',
]);

/** Binary serializers: octets of a message in, its first elements out. */
const BINARY: ReadonlyMap<string, (bytes: Uint8Array) => readonly unknown[] | undefined> = new Map([
  ['msgpack', readPackedList],
  ['cbor', readCborList],
]);

class WampReader implements SubprotocolReader {
  private readonly serializer: string;
  private readonly batched: boolean;

  constructor(
    private readonly log: SubprotocolLog,
    { token }: UpgradeWords,
  ) {
    const form = token === '' ? 'json' : token.replace(/^wamp\.2\./, '');
    this.batched = form.endsWith('.batched');
    this.serializer = form.replace(/\.batched$/, '');
    log.version = '2';
    log.detail.serializer = clip(form, 40);
  }

  message(side: Side, content: Content, arrival: Arrival): void {
    const readList = BINARY.get(this.serializer);
    if (readList !== undefined && !content.isText) {
      for (const one of this.parts(content.bytes)) this.told(side, readList(one), arrival, one.length);
    } else if (this.serializer === 'json' && content.isWhole) {
      this.texts(side, content, arrival);
    } else {
      this.log.unread++;
    }
  }

  /** The messages of a batch. The last may be cut where only the beginning is known. */
  private *parts(bytes: Uint8Array): Generator<Uint8Array> {
    if (!this.batched) {
      yield bytes;
      return;
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    let at = 0;
    for (let count = 0; count < BATCH_READ && at + BATCH_LENGTH_OCTETS < bytes.length; count++) {
      const from = at + BATCH_LENGTH_OCTETS;
      at = from + view.getUint32(at);
      yield bytes.subarray(from, at);
    }
  }

  private texts(side: Side, content: Content, arrival: Arrival): void {
    const { text } = content;
    if (!text.includes(BATCH_END)) this.told(side, content.json, arrival, content.length);
    else
      for (const one of text.split(BATCH_END, BATCH_READ)) {
        if (one !== '') this.told(side, parseJson(one), arrival, one.length);
      }
  }

  private told(side: Side, message: unknown, arrival: Arrival, bytes: number): void {
    const { log } = this;
    const list = Array.isArray(message) ? (message as unknown[]) : [];
    const name = typeof list[0] === 'number' ? NAMES[list[0]] : undefined;
    switch (name) {
      case undefined:
        log.unread++;
        return;
      case 'HELLO':
        log.detail.realm = clip(toText(list[1]), 80);
        log.asks(name, side, arrival, { detail: log.detail.realm });
        return;
      case 'CHALLENGE':
      case 'AUTHENTICATE':
        log.step(name, side, arrival);
        log.event(name, side, arrival, name === 'CHALLENGE' ? { detail: toText(list[1]) } : {});
        return;
      case 'WELCOME':
        log.accepts(name, side, arrival);
        return;
      case 'ABORT':
        log.fails(name, side, arrival, {
          code: toText(list[2]),
          text: toText(member(list[1], 'message')),
          inHandshake: true,
        });
        return;
      case 'GOODBYE':
        // The answer to a goodbye is a goodbye.
        if (log.goodbyeSaid !== undefined && log.goodbyeSaid.from !== side) log.confirmGoodbye(arrival);
        else log.goodbye(name, side, arrival, true);
        log.event(name, side, arrival, { detail: toText(list[2]) });
        return;
      case 'ERROR':
        log.reply(side, toText(list[2]), arrival);
        log.fails(name, side, arrival, {
          code: toText(list[4]),
          text: toText(member(list[3], 'message')),
          subject: toText(list[2]),
          fatal: false,
        });
        return;
      default:
        log.isUnderWay(side, arrival);
        if (REQUESTS.has(name) && list.length > 1) log.request(side, toText(list[1]), arrival);
        if (ANSWERS.has(name)) log.reply(side, toText(list[1]), arrival);
        log.ordinary(name, side, arrival, bytes);
    }
  }
}
