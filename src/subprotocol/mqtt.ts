/**
 * MQTT 3.1, 3.1.1 and 5 over WebSocket: binary messages that carry a stream of control packets. Follows CONNECT and CONNACK,
 * the keep-alive, subscriptions and acknowledged publishing by packet identifier, and DISCONNECT, which in MQTT 5 either
 * side may send with a reason.
 */
import type { Arrival } from '../stream/arrival.js';
import { type PerSide, perSide, type Side } from '../stream/side.js';
import { type Content, clip } from './content.js';
import { type MqttPacket, MqttPackets } from './mqtt-packets.js';
import { readMqttProperties } from './mqtt-properties.js';
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
  private level = 0;
  private keepAlive = 0;

  constructor(private readonly log: SubprotocolLog) {
    if (log.version === '5.0') this.level = 5;
  }

  message(side: Side, content: Content, arrival: Arrival): void {
    if (content.isText) {
      this.log.unread++;
      return;
    }
    for (const packet of this.packets[side].read(content)) this.packet(side, packet, arrival);
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
      case 'UNSUBSCRIBE':
        log.request(side, `${name} ${uint16(body, 0)}`, arrival);
        log.event(name, side, arrival, { detail: this.firstTopic(body, name) });
        return;
      case 'SUBACK':
        this.suback(side, body, arrival);
        return;
      case 'UNSUBACK':
        log.reply(side, `UNSUBSCRIBE ${uint16(body, 0)}`, arrival);
        break;
      case 'PUBLISH':
        if ((packet.flags & 0x06) !== 0) log.request(side, `PUBLISH ${publishId(body)}`, arrival);
        break;
      case 'PUBACK':
      case 'PUBREC':
        log.reply(side, `PUBLISH ${uint16(body, 0)}`, arrival);
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
    this.level = (body[at] ?? 0) & 0x7f; // bridges set the highest bit
    this.keepAlive = uint16(body, at + 2);
    log.version = LEVELS[this.level] ?? `level ${this.level}`;
    log.detail.keepAliveSeconds = this.keepAlive;
    this.expectClient(this.keepAlive);
    log.asks('CONNECT', side, arrival, { version: log.version, keepAliveSeconds: this.keepAlive });
  }

  private expectClient(seconds: number): void {
    this.log.promise('client', seconds * 1000, seconds * 1000 * KEEP_ALIVE_GRACE);
  }

  /** MQTT 3.1.1 3.2, MQTT 5 3.2: a code, and in MQTT 5 properties that may change the keep-alive. */
  private connack(side: Side, body: Uint8Array, arrival: Arrival): void {
    const { log } = this;
    const code = body[1] ?? 0;
    const { reason, serverKeepAlive } = this.level === 5 ? readMqttProperties(body, 2) : {};
    if (serverKeepAlive !== undefined) {
      log.detail.keepAliveSeconds = serverKeepAlive;
      this.expectClient(serverKeepAlive);
    }
    if (code === 0) {
      log.accepts('CONNACK', side, arrival);
      return;
    }
    const meaning = (this.level === 5 ? REASONS : RETURN_CODES)[code];
    const text = [meaning, reason].filter((part) => part !== undefined && part !== '').join(': ');
    log.fails('CONNACK', side, arrival, { code: codeText(code), text, inHandshake: true });
  }

  private suback(side: Side, body: Uint8Array, arrival: Arrival): void {
    const { log } = this;
    log.reply(side, `SUBSCRIBE ${uint16(body, 0)}`, arrival);
    const codes = body.subarray(this.level === 5 ? readMqttProperties(body, 2).end : 2);
    const refused = codes.find((code) => code >= FAILURES_FROM);
    if (refused === undefined) log.event('SUBACK', side, arrival);
    else log.fails('SUBACK', side, arrival, { code: codeText(refused), text: REASONS[refused] ?? '', fatal: false });
  }

  /** MQTT 5 3.14: without a reason code it is a normal one. */
  private disconnect(side: Side, body: Uint8Array, arrival: Arrival): void {
    const { log } = this;
    const code = body[0] ?? 0;
    const { reason } = body.length > 1 ? readMqttProperties(body, 1) : {};
    if (code >= FAILURES_FROM) {
      const text = [REASONS[code], reason].filter((part) => part !== undefined && part !== '').join(': ');
      log.fails('DISCONNECT', side, arrival, { code: codeText(code), text });
      return;
    }
    log.goodbye('DISCONNECT', side, arrival);
    log.event('DISCONNECT', side, arrival);
  }

  private firstTopic(body: Uint8Array, name: string): string {
    const at = this.level === 5 ? readMqttProperties(body, 2).end : 2;
    const topic = Buffer.from(body.subarray(at + 2, at + 2 + uint16(body, at))).toString('utf8');
    return topic === '' ? name.toLowerCase() : clip(topic, 80);
  }
}

const codeText = (code: number): string => `0x${code.toString(16).padStart(2, '0')}`;

/** 0 beyond the end. */
const uint16 = (body: Uint8Array, at: number): number => (body[at] ?? 0) * 256 + (body[at + 1] ?? 0);

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
