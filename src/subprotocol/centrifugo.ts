/**
 * Centrifugo (and the Centrifuge library): commands and replies as lines of JSON, or as protobuf with lengths before it
 * under the name centrifuge-protobuf. The first command must be connect; an empty reply is a ping, an empty command its pong.
 * Follows connect, pings, commands by their id, and errors; most endings speak through the close code.
 */
import type { Arrival } from '../stream/arrival.js';
import type { Side } from '../stream/side.js';
import { CENTRIFUGO_CLOSE_CODES } from './centrifugo-close-codes.js';
import { type CentrifugoMessage, readJsonMessages, readProtobufMessages } from './centrifugo-messages.js';
import { type Content, isObject, member } from './content.js';
import type { Subprotocol, SubprotocolReader, UpgradeWords } from './subprotocol.js';
import type { SubprotocolLog } from './subprotocol-log.js';

export const centrifugo: Subprotocol = {
  name: 'centrifugo',
  named: (token) => (token === 'centrifuge-protobuf' || token === 'centrifuge-json' ? null : undefined),
  resembles: (side, content, target) => {
    if (content.bytes[0] !== 0x7b) return false;
    // The first line: commands are sent in batches.
    const [message] = readJsonMessages(content, 1);
    if (message === undefined) return false;
    if (side === 'server') return message.verb === 'connect' && isConnectResult(content);
    return message.verb === 'connect' || isCommand(content) || (isCentrifugoTarget(target) && message.id !== undefined);
  },
  hasHandshake: true,
  read: (log, upgrade) => new CentrifugoReader(log, upgrade),
  closeCodes: CENTRIFUGO_CLOSE_CODES,
};

/** The path that Centrifugo serves WebSocket on unless told otherwise. */
export const isCentrifugoTarget = (target: string): boolean => /\/connection\/websocket(?:[?/]|$)/.test(target);

/** An id, one verb, nothing else: {"id":1,"subscribe":{"channel":"news"}}. */
const isCommand = ({ json }: Content): boolean => {
  if (!isObject(json) || typeof json.id !== 'number' || Object.keys(json).length !== 2) return false;
  return isObject(json.subscribe)
    ? typeof json.subscribe.channel === 'string'
    : isObject(json.rpc) || isObject(json.publish);
};

const isConnectResult = ({ json }: Content): boolean => {
  const result = member(json, 'connect');
  return isObject(result) && typeof result.client === 'string';
};

/** Commands or replies of one message that are looked at: clients batch a handful. */
const MESSAGES_READ = 256;

class CentrifugoReader implements SubprotocolReader {
  private readonly protobuf: boolean;
  private firstCommand = true;
  /** The id of the last refresh: without a new token the client has to leave. */
  private refreshId: string | undefined;

  constructor(
    private readonly log: SubprotocolLog,
    { token, target }: UpgradeWords,
  ) {
    this.protobuf = token === 'centrifuge-protobuf' || /[?&](?:cf_protocol|format)=protobuf/.test(target);
    log.detail.format = this.protobuf ? 'protobuf' : 'json';
  }

  message(side: Side, content: Content, arrival: Arrival): void {
    const read = this.protobuf ? readProtobufMessages : readJsonMessages;
    let any = false;
    for (const message of read(content, MESSAGES_READ, side)) {
      any = true;
      if (side === 'client') this.command(message, arrival, content.length);
      else this.reply(message, arrival, content.length);
    }
    if (!any) this.log.unread++;
  }

  private command({ verb, id }: CentrifugoMessage, arrival: Arrival, bytes: number): void {
    const { log } = this;
    if (verb === undefined && id === undefined) {
      log.pong('client', arrival);
      log.ordinary('pong', 'client', arrival, bytes);
      return;
    }
    const name = verb ?? 'unknown command';
    if (this.firstCommand) {
      this.firstCommand = false;
      log.detail.firstCommand = name;
    }
    if (id !== undefined) log.request('client', id, arrival);
    if (verb === 'refresh') this.refreshId = id;
    if (verb === 'connect') log.asks('connect', 'client', arrival);
    else log.event(name, 'client', arrival);
  }

  private reply(message: CentrifugoMessage, arrival: Arrival, bytes: number): void {
    const { log } = this;
    const { verb, id, error, connected } = message;
    const latencyNs = id === undefined ? undefined : log.reply('server', id, arrival);
    const data = latencyNs === undefined ? {} : { latencyNs };
    if (error !== undefined) {
      const inHandshake = !log.isOpen && verb !== 'push';
      const fatal = inHandshake || (id !== undefined && id === this.refreshId);
      log.fails('error', 'server', arrival, { ...error, subject: id ?? '', inHandshake, fatal });
    } else if (connected !== undefined) {
      log.version = verb === 'connect' ? 'v2' : 'v1';
      if (connected.server !== '') log.detail.server = connected.server;
      log.detail.pingSeconds = connected.pingSeconds;
      log.promise('server', arrival, connected.pingSeconds * 1000);
      log.accepts(
        'connect',
        'server',
        arrival,
        connected.pingSeconds > 0 ? { pingSeconds: connected.pingSeconds } : {},
      );
    } else if (verb === 'push') {
      log.isUnderWay('server', arrival);
      log.ordinary('push', 'server', arrival, bytes);
    } else if (verb === undefined && id === undefined) {
      log.isUnderWay('server', arrival);
      log.ping('server', arrival);
      log.ordinary('ping', 'server', arrival, bytes);
    } else {
      log.event(verb ?? 'reply', 'server', arrival, data);
    }
  }
}
