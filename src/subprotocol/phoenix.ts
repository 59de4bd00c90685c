/**
 * Phoenix channels, both serializers: version 1 writes objects, version 2 arrays of join_ref, ref, topic, event, payload (and a
 * binary form for binary payloads). There is no handshake of the socket; each topic is joined by itself. Follows joins, leaves,
 * replies by their ref, the heart-beat on topic "phoenix", and channels that crash.
 */
import type { Arrival } from '../stream/arrival.js';
import type { Side } from '../stream/side.js';
import { type Content, clip, isObject, member, toText } from './content.js';
import { NO_CLOSE_CODES, type Subprotocol, type SubprotocolReader, type UpgradeWords } from './subprotocol.js';
import type { SubprotocolLog } from './subprotocol-log.js';

export const phoenix: Subprotocol = {
  name: 'phoenix',
  named: () => undefined,
  resembles: (_side, { bytes, json }) => {
    if (bytes[0] !== 0x7b && bytes[0] !== 0x5b) return false;
    const message = readMessage(json);
    return message !== undefined && (EVENTS.has(message.event) || message.topic === 'phoenix');
  },
  hasHandshake: false,
  read: (log, upgrade) => new PhoenixReader(log, upgrade),
  closeCodes: NO_CLOSE_CODES,
};

const EVENTS: ReadonlySet<string> = new Set(['phx_join', 'phx_reply', 'phx_leave', 'phx_close', 'phx_error']);

interface PhoenixMessage {
  version: '1' | '2';
  ref: string;
  topic: string;
  event: string;
  payload: unknown;
}

const readMessage = (json: unknown): PhoenixMessage | undefined => {
  if (Array.isArray(json)) {
    const [, ref, topic, event, payload] = json as unknown[];
    if (json.length !== 5 || typeof topic !== 'string' || typeof event !== 'string') return undefined;
    return { version: '2', ref: toText(ref), topic: clip(topic, 120), event: clip(event, 60), payload };
  }
  const [topic, event] = [member(json, 'topic'), member(json, 'event')];
  if (!isObject(json) || typeof topic !== 'string' || typeof event !== 'string' || !('payload' in json))
    return undefined;
  return {
    version: '1',
    ref: toText(json.ref),
    topic: clip(topic, 120),
    event: clip(event, 60),
    payload: json.payload,
  };
};

/** Phoenix's JavaScript client beats every 30 s; the server waits 60 s unless configured. */
const HEARTBEAT_TOPIC = 'phoenix';
/** Joins that wait for their reply. */
const JOINS_KEPT = 256;

class PhoenixReader implements SubprotocolReader {
  /** Ref of a join to its topic. */
  private readonly joins = new Map<string, string>();
  private joined = 0;

  constructor(
    private readonly log: SubprotocolLog,
    { target }: UpgradeWords,
  ) {
    const vsn = /[?&]vsn=(\d{1,2})\./.exec(target)?.[1];
    if (vsn !== undefined) log.version = vsn;
  }

  message(side: Side, content: Content, arrival: Arrival): void {
    const { log } = this;
    const message = content.isText ? readMessage(content.json) : undefined;
    if (message === undefined) {
      if (content.isText) log.unread++;
      else log.ordinary('binary', side, arrival, content.length);
      return;
    }
    log.version = message.version;
    const { topic, event, ref, payload } = message;
    switch (event) {
      case 'phx_join':
        if (this.joins.size < JOINS_KEPT) this.joins.set(ref, topic);
        log.request(side, ref, arrival);
        log.event(event, side, arrival, { detail: topic });
        return;
      case 'phx_leave':
      case 'phx_close':
        log.request(side, ref, arrival);
        log.event(event, side, arrival, { detail: topic });
        return;
      case 'phx_error':
        log.fails(event, side, arrival, { text: reasonText(payload), subject: topic });
        return;
      case 'phx_reply':
        this.reply(side, message, arrival, content.length);
        return;
      case 'heartbeat':
        if (topic === HEARTBEAT_TOPIC) log.ping(side, arrival);
        log.request(side, ref, arrival);
        log.ordinary(event, side, arrival, content.length);
        return;
      default:
        if (side === 'client' && ref !== '') log.request(side, ref, arrival);
        log.ordinary('message', side, arrival, content.length);
    }
  }

  private reply(side: Side, { topic, ref, payload }: PhoenixMessage, arrival: Arrival, bytes: number): void {
    const { log } = this;
    const latencyNs = log.reply(side, ref, arrival);
    if (topic === HEARTBEAT_TOPIC) {
      log.pong(side, arrival);
      log.ordinary('phx_reply', side, arrival, bytes);
      return;
    }
    const isJoin = this.joins.delete(ref);
    const isError = member(payload, 'status') === 'error';
    const data = latencyNs === undefined ? { detail: topic } : { detail: topic, latencyNs };
    if (isError) {
      const text = reasonText(member(payload, 'response'));
      log.fails('phx_reply', side, arrival, {
        text,
        subject: topic,
        code: 'error',
        fatal: isJoin,
        inHandshake: isJoin,
      });
    } else if (isJoin) {
      log.recovers(topic);
      this.joined++;
      log.detail.topicsJoined = this.joined;
      log.event('phx_reply', side, arrival, data);
    } else {
      log.ordinary('phx_reply', side, arrival, bytes);
    }
  }
}

const reasonText = (payload: unknown): string =>
  isObject(payload) && Object.keys(payload).length === 0 ? '' : toText(member(payload, 'reason') ?? payload);
