/**
 * MQTT 3.1, 3.1.1 and 5 over WebSocket: binary messages that carry a stream of control packets. Follows CONNECT and CONNACK,
 * the keep-alive, subscriptions and acknowledged publishing by packet identifier, and DISCONNECT, which in MQTT 5 either
 * side may send with a reason.
 */
import type { Arrival } from '../stream/arrival.js';
import { opposite, type PerSide, perSide, type Side } from '../stream/side.js';
import { type Content, clip } from './content.js';
import { type MqttPacket, MqttPackets } from './mqtt-packets.js';
import { readMqttProperties } from './mqtt-properties.js';
import { MqttRequests } from './mqtt-requests.js';
import { publishTopic, type Topic, textAt, topicFilters, uint16 } from './mqtt-topics.js';
import { NO_CLOSE_CODES, type Subprotocol, type SubprotocolReader } from './subprotocol.js';
import type { SubprotocolLog } from './subprotocol-log.js';

const TOKENS: ReadonlyMap<string, string | null> = new Map([
  ['mqtt', null],
  ['mqttv3.1', '3.1'],
  ['mqttv5', '5.0'],
]);

export const mqtt: Subprotocol = {
  name: 'mqtt',
  named: (token) => TOKENS.get(token.toLowerCase()),
  resembles: (side, { isText, bytes }) => side === 'client' && !isText && isConnect(bytes),
  hasHandshake: true,
  read: (log) => new MqttReader(log),
  closeCodes: NO_CLOSE_CODES,
};

/** A CONNECT packet: its type, and the protocol's name in it. */
const isConnect = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x10 && /^.{1,4}\0[\x04\x06]MQ(?:TT|Isdp)/s.test(latin1(bytes.subarray(1, 14)));

const latin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');

const NAMES = [
  'reserved (0x0)',
  'CONNECT',
  'CONNACK',
  'PUBLISH',
  'PUBACK',
  'PUBREC',
  'PUBREL',
  'PUBCOMP',
  'SUBSCRIBE',
  'SUBACK',
  'UNSUBSCRIBE',
  'UNSUBACK',
  'PINGREQ',
  'PINGRESP',
  'DISCONNECT',
  'AUTH',
] as const;

const LEVELS: Readonly<Record<number, string>> = { 3: '3.1', 4: '3.1.1', 5: '5.0' };

/** MQTT 3.1.2.10: a server waits one and a half times the keep-alive. */
const KEEP_ALIVE_GRACE = 1.5;
/** MQTT 5 2.4: reason codes from here on are failures. */
const FAILURES_FROM = 0x80;

class MqttReader implements SubprotocolReader {
  private readonly packets: PerSide<MqttPackets> = perSide(() => new MqttPackets());
  private readonly requests = new MqttRequests();
  private level = 0;
  private keepAlive = 0;

  constructor(private readonly log: SubprotocolLog) {
    if (log.version === '5.0') this.level = 5;
  }

  message(side: Side, content: Content, arrival: Arrival): void {
    if (content.isText) {
      this.log.unread++;
      this.log.breaks('text-message', side, arrival); // MQTT 6.0.0-1
      return;
    }
    const packets = this.packets[side];
    packets.misfit = undefined;
    for (const packet of packets.read(content)) this.packet(side, packet, arrival);
    // MQTT 2.2.2-2, 3.3.1-4: flags that the type does not have, QoS 3, a length of five octets.
    if (packets.misfit !== undefined) this.log.breaks('malformed-header', side, arrival, codeText(packets.misfit));
  }

  private packet(side: Side, packet: MqttPacket, arrival: Arrival): void {
    const { log } = this;
    const { type, body } = packet;
    const name = NAMES[type]!;
    switch (name) {
      case 'CONNECT':
        this.connect(side, body, arrival);
        return;
      case 'CONNACK':
        this.connack(side, body, arrival);
        return;
      case 'DISCONNECT':
        this.disconnect(side, body, arrival);
        return;
      case 'PINGREQ':
        log.ping(side, arrival);
        break;
      case 'PINGRESP':
        log.pong(side, arrival);
        break;
      case 'SUBSCRIBE':
      case 'UNSUBSCRIBE': {
        const filters = topicFilters(body, this.level, name === 'SUBSCRIBE');
        this.judge(filters, side, arrival);
        this.ask(side, name, uint16(body, 0), arrival, filters);
        log.event(name, side, arrival, { detail: filters[0]?.shown || name.toLowerCase() });
        return;
      }
      case 'SUBACK':
        this.suback(side, body, arrival);
        return;
      case 'UNSUBACK':
        this.answer(side, 'UNSUBSCRIBE', uint16(body, 0), arrival);
        break;
      case 'PUBLISH':
        this.publish(side, packet, arrival);
        break;
      case 'PUBACK':
      case 'PUBREC':
        if (this.acknowledge(name, side, body, arrival)) return;
        break;
      default:
    }
    log.isUnderWay(side, arrival);
    log.ordinary(name, side, arrival, body.length);
  }

  /** MQTT 3.1.2: name, level, flags, keep-alive. Credentials behind them are not read. */
  private connect(side: Side, body: Uint8Array, arrival: Arrival): void {
    const { log } = this;
    const at = 2 + uint16(body, 0);
    if (log.isAsked) log.breaks('second-connect', side, arrival); // MQTT 3.1.0-2
    this.level = (body[at] ?? 0) & 0x7f; // bridges set the highest bit
    this.keepAlive = uint16(body, at + 2);
    // Without one the server makes it up (MQTT 3.1.3.1), and it stays alone.
    const identity = textAt(body, this.level === 5 ? readMqttProperties(body, at + 4).end : at + 4) ?? '';
    if (identity !== '') log.identity = clip(identity);
    log.version = LEVELS[this.level] ?? `level ${this.level}`;
    log.detail.keepAliveSeconds = this.keepAlive;
    this.expectClient(this.keepAlive, arrival);
    log.asks('CONNECT', side, arrival, { version: log.version, keepAliveSeconds: this.keepAlive });
  }

  private expectClient(seconds: number, arrival: Arrival): void {
    this.log.promise('client', arrival, seconds * 1000, seconds * 1000 * KEEP_ALIVE_GRACE);
  }

  /** MQTT 3.1.1 3.2, MQTT 5 3.2: a code, and in MQTT 5 properties that may change the keep-alive. */
  private connack(side: Side, body: Uint8Array, arrival: Arrival): void {
    const { log } = this;
    const code = body[1] ?? 0;
    const { reason, serverKeepAlive } = this.level === 5 ? readMqttProperties(body, 2) : {};
    if (serverKeepAlive !== undefined) {
      log.detail.keepAliveSeconds = serverKeepAlive;
      if (serverKeepAlive !== this.keepAlive) log.detail.keepAliveAskedSeconds = this.keepAlive;
      this.expectClient(serverKeepAlive, arrival);
    }
    if (code === 0) {
      log.accepts('CONNACK', side, arrival);
      return;
    }
    const meaning = (this.level === 5 ? REASONS : RETURN_CODES)[code];
    const text = wording(meaning, reason);
    log.fails('CONNACK', side, arrival, { code: codeText(code), text, inHandshake: true });
  }

  private publish(side: Side, { flags, body }: MqttPacket, arrival: Arrival): void {
    const topic = publishTopic(body, this.level);
    this.judge([topic], side, arrival);
    if ((flags & 0x06) !== 0) this.ask(side, 'PUBLISH', publishId(body), arrival, [topic]);
    else this.log.commands(side, 'PUBLISH', topic.shown, arrival);
  }

  private judge(topics: readonly Topic[], side: Side, arrival: Arrival): void {
    for (const { fault, shown } of topics) if (fault !== undefined) this.log.breaks(fault, side, arrival, shown);
  }

  private ask(side: Side, kind: string, id: number, arrival: Arrival, topics: readonly Topic[]): void {
    this.log.request(side, `${kind} ${id}`, arrival);
    const shown = topics.map((topic) => topic.shown);
    this.log.commands(side, kind, shown[0] ?? '', arrival, `${kind} ${id}`);
    this.requests.ask(side, kind, id, arrival, shown);
  }

  private answer(side: Side, kind: string, id: number, arrival: Arrival) {
    this.log.reply(side, `${kind} ${id}`, arrival);
    return this.requests.answer(opposite(side), kind, id);
  }

  /** MQTT 3.9.3: a code a filter, in their order. */
  private suback(side: Side, body: Uint8Array, arrival: Arrival): void {
    const { log } = this;
    const request = this.answer(side, 'SUBSCRIBE', uint16(body, 0), arrival);
    const { end, reason } = this.level === 5 ? readMqttProperties(body, 2) : { end: 2 };
    const codes = body.subarray(end);
    const topics = request?.topics ?? [];
    const refused = codes.find((code) => code >= FAILURES_FROM);
    if (refused === undefined) {
      for (const filter of topics) log.recovers(filter, 'SUBACK');
      log.event('SUBACK', side, arrival);
      return;
    }
    log.fails('SUBACK', side, arrival, {
      code: codeText(refused),
      text: this.level === 5 ? wording(REASONS[refused], reason) : '',
      subject: topics.filter((_, index) => (codes[index] ?? 0) >= FAILURES_FROM).join(', '),
      fatal: false,
      asked: request?.arrival,
    });
  }

  /** MQTT 5 3.4, 3.5: the code may be left out, and is then 0. True when it refuses. */
  private acknowledge(name: 'PUBACK' | 'PUBREC', side: Side, body: Uint8Array, arrival: Arrival): boolean {
    const request = this.answer(side, 'PUBLISH', uint16(body, 0), arrival);
    const code = body[2] ?? 0;
    if (this.level !== 5 || code < FAILURES_FROM) return false;
    const { reason } = body.length > 3 ? readMqttProperties(body, 3) : {};
    this.log.fails(name, side, arrival, {
      code: codeText(code),
      text: wording(REASONS[code], reason),
      subject: request?.topics[0] ?? '',
      fatal: false,
      asked: request?.arrival,
    });
    return true;
  }

  /** MQTT 5 3.14: without a reason code it is a normal one. */
  private disconnect(side: Side, body: Uint8Array, arrival: Arrival): void {
    const { log } = this;
    const code = body[0] ?? 0;
    const { reason } = body.length > 1 ? readMqttProperties(body, 1) : {};
    if (code >= FAILURES_FROM) {
      const text = wording(REASONS[code], reason);
      log.fails('DISCONNECT', side, arrival, { code: codeText(code), text });
      return;
    }
    log.goodbye('DISCONNECT', side, arrival);
    log.event('DISCONNECT', side, arrival);
  }
}

const codeText = (code: number): string => `0x${code.toString(16).padStart(2, '0')}`;

/** What the code means, and what the broker says of it. */
const wording = (...parts: readonly (string | undefined)[]): string =>
  parts.filter((part) => part !== undefined && part !== '').join(': ');

/** MQTT 3.3.2.2: behind the topic. */
const publishId = (body: Uint8Array): number => uint16(body, 2 + uint16(body, 0));

/** MQTT 3.1.1 3.2.2.3. */
const RETURN_CODES: Readonly<Record<number, string>> = {
  1: 'unacceptable protocol version',
  2: 'identifier rejected',
  3: 'server unavailable',
  4: 'bad user name or password',
  5: 'not authorized',
};

/** MQTT 5 2.4, failures only. */
const REASONS: Readonly<Record<number, string>> = {
  128: 'unspecified error',
  129: 'malformed packet',
  130: 'protocol error',
  131: 'implementation specific error',
  132: 'unsupported protocol version',
  133: 'client identifier not valid',
  134: 'bad user name or password',
  135: 'not authorized',
  136: 'server unavailable',
  137: 'server busy',
  138: 'banned',
  139: 'server shutting down',
  140: 'bad authentication method',
  141: 'keep alive timeout',
  142: 'session taken over',
  143: 'topic filter invalid',
  144: 'topic name invalid',
  145: 'packet identifier in use',
  146: 'packet identifier not found',
  147: 'receive maximum exceeded',
  148: 'topic alias invalid',
  149: 'packet too large',
  150: 'message rate too high',
  151: 'quota exceeded',
  152: 'administrative action',
  153: 'payload format invalid',
  154: 'retain not supported',
  155: 'QoS not supported',
  156: 'use another server',
  157: 'server moved',
  158: 'shared subscriptions not supported',
  159: 'connection rate exceeded',
  160: 'maximum connect time',
  161: 'subscription identifiers not supported',
  162: 'wildcard subscriptions not supported',
};
