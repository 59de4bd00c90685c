/**
 * Socket.IO on Engine.IO 3 and 4: one digit for the Engine.IO packet (open, close, ping, pong, message, upgrade, noop), a
 * second one for the Socket.IO packet inside a message (CONNECT, DISCONNECT, EVENT, ACK, CONNECT_ERROR). In revision 3
 * the client pings, in revision 4 the server does. Follows namespaces, heart-beats and acknowledgements. Engine.IO alone
 * carries messages of any kind: on its own path nothing is read into them.
 */
import type { Arrival } from '../stream/arrival.js';
import type { Side } from '../stream/side.js';
import { type Content, clip, member, parseJson, toCount, toText } from './content.js';
import { NO_CLOSE_CODES, type Subprotocol, type SubprotocolReader, type UpgradeWords } from './subprotocol.js';
import type { SubprotocolLog } from './subprotocol-log.js';

export const socketIo: Subprotocol = {
  name: 'socket.io',
  named: () => undefined,
  resembles: (side, { isText, bytes, text }, target) => {
    if (!isText) return false;
    if (side === 'server' && bytes[0] === 0x30) return /^0\{"sid":/.test(text);
    // An event or its acknowledgement, met in mid-stream.
    if (bytes[0] === 0x34) return isEngineTarget(target) ? /^4\d/.test(text) : isEvent(text);
    // Behind a polling transport the first word is a probe.
    return bytes[0] === 0x32 || bytes[0] === 0x33 ? /^[23]probe$/.test(text) : false;
  },
  hasHandshake: true,
  read: (log, upgrade) => new SocketIoReader(log, upgrade),
  closeCodes: NO_CLOSE_CODES,
};

/** Namespaces remembered; of more, one that ends is taken for the last. */
const NAMESPACES_KEPT = 256;

const isEvent = (text: string): boolean => {
  const digits = /^4[23](?:\/[^,"]{1,80},)?\d{0,10}(?=\[)/.exec(text);
  return digits !== null && Array.isArray(parseJson(text.slice(digits[0].length)));
};

/** EIO=3 or EIO=4 in the query is how every client of the last ten years introduces itself. */
export const isEngineTarget = (target: string): boolean => /[?&]EIO=\d/.test(target);

/** The path of Engine.IO without Socket.IO on it, unless told otherwise. */
const isBareEngine = (target: string): boolean => /^[^?#]*\/engine\.io\/?(?:[?#]|$)/.test(target);

const engineVersion = (target: string): string | null => /[?&]EIO=(\d{1,2})(?:&|$)/.exec(target)?.[1] ?? null;

/** What follows the digits of a Socket.IO packet: attachments, namespace, id of an acknowledgement, JSON. */
interface Packet {
  namespace: string;
  id: string;
  payload: string;
}

class SocketIoReader implements SubprotocolReader {
  private readonly engine: string | null;
  private readonly isBare: boolean;
  /** Namespaces that the server has granted and not ended. */
  private readonly joined = new Set<string>();
  /** The server granted a namespace in the words of Socket.IO 2, to a client of a later one. */
  private outdated = false;

  constructor(
    private readonly log: SubprotocolLog,
    { target }: UpgradeWords,
  ) {
    this.engine = engineVersion(target);
    this.isBare = isBareEngine(target);
    if (this.engine !== null) log.version = `Engine.IO ${this.engine}`;
    if (/[?&]sid=/.test(target)) log.detail.upgradedFromPolling = true;
  }

  message(side: Side, content: Content, arrival: Arrival): void {
    const { log } = this;
    // Binary: an attachment of the event before it.
    if (!content.isText) {
      log.ordinary('attachment', side, arrival, content.length);
      return;
    }
    const { text } = content;
    switch (text[0]) {
      case '0':
        this.open(side, text, arrival);
        return;
      case '1':
        log.goodbye('close', side, arrival);
        log.event('close', side, arrival);
        return;
      case '2':
        this.ping(side, text, arrival, content.length);
        return;
      case '3':
        if (text === '3probe') {
          log.step('probe', side, arrival);
          log.event('probe', side, arrival);
          return;
        }
        log.pong(side, arrival);
        log.ordinary('pong', side, arrival, content.length);
        return;
      case '4':
        this.packet(side, text, arrival, content.length);
        return;
      case '5':
        log.accepts('upgrade', side, arrival);
        return;
      case '6':
        log.ordinary('noop', side, arrival, content.length);
        return;
      default:
        log.unread++;
    }
  }

  private open(side: Side, text: string, arrival: Arrival): void {
    const { log } = this;
    const opening = parseJson(text.slice(1));
    const interval = toCount(member(opening, 'pingInterval')) ?? 0;
    const timeout = toCount(member(opening, 'pingTimeout')) ?? 0;
    log.detail.pingIntervalMs = interval;
    log.detail.pingTimeoutMs = timeout;
    // The largest message that the server takes; since revision 4 it says so.
    const maxPayload = toCount(member(opening, 'maxPayload'));
    if (maxPayload !== undefined) log.detail.maxPayloadBytes = maxPayload;
    // Engine.IO 3: the client pings. Without a request in sight, the first ping will tell.
    const pinger = this.engine === '3' ? 'client' : 'server';
    log.promise(pinger, arrival, interval, interval + timeout);
    const data = { intervalMs: interval, timeoutMs: timeout };
    if (this.isBare) log.accepts('open', side, arrival, data);
    else log.asks('open', side, arrival, data);
  }

  private ping(side: Side, text: string, arrival: Arrival, bytes: number): void {
    const { log } = this;
    if (text === '2probe') {
      log.asks('probe', side, arrival);
      return;
    }
    log.ping(side, arrival);
    log.ordinary('ping', side, arrival, bytes);
  }

  private packet(side: Side, text: string, arrival: Arrival, bytes: number): void {
    const { log } = this;
    const packet = readPacket(text);
    switch (this.isBare ? '' : text[1]) {
      case '0':
        this.connect(side, packet, arrival);
        return;
      case '1':
        this.disconnect(side, packet, arrival);
        return;
      case '2':
      case '5':
        // A client that uses what was granted takes the grant, whatever its form.
        log.isUnderWay(this.outdated ? 'server' : side, arrival);
        if (packet.id !== '') log.request(side, `${packet.namespace} ${packet.id}`, arrival);
        log.ordinary('EVENT', side, arrival, bytes);
        return;
      case '3':
      case '6':
        log.reply(side, `${packet.namespace} ${packet.id}`, arrival);
        log.ordinary('ACK', side, arrival, bytes);
        return;
      case '4':
        this.refuse(side, packet, arrival);
        return;
      default:
        // Engine.IO without Socket.IO on it: any text may stand here.
        log.isUnderWay(side, arrival);
        log.ordinary('message', side, arrival, bytes);
    }
  }

  /** The client asks for a namespace, the server grants it. In revision 3 it grants the main one unasked. */
  private connect(side: Side, { namespace, payload }: Packet, arrival: Arrival): void {
    const { log } = this;
    const data = { detail: namespace };
    if (side === 'client') {
      log.request('client', `CONNECT ${namespace}`, arrival);
      if (log.isOpen) log.event('CONNECT', side, arrival, data);
      else log.asks('CONNECT', side, arrival, data);
      return;
    }
    const latencyNs = log.reply('server', `CONNECT ${namespace}`, arrival);
    // Socket.IO protocol 5, which is the one on Engine.IO 4: the answer names the sid of the namespace.
    if (this.engine === '4' && payload === '' && !log.isOpen) {
      this.outdated = true;
      log.breaks(latencyNs === undefined ? 'connect-unasked' : 'connect-without-sid', side, arrival, namespace);
      log.step('CONNECT', side, arrival);
      log.event('CONNECT', side, arrival, data);
      return;
    }
    this.outdated = false;
    if (this.joined.size < NAMESPACES_KEPT) this.joined.add(namespace);
    log.recovers(namespace);
    log.accepts('CONNECT', side, arrival, latencyNs === undefined ? data : { ...data, latencyNs });
  }

  private disconnect(side: Side, { namespace }: Packet, arrival: Arrival): void {
    const { log } = this;
    if (side === 'client') {
      this.joined.delete(namespace);
      if (namespace === '/') log.goodbye('DISCONNECT', side, arrival);
      log.event('DISCONNECT', side, arrival, { detail: namespace });
      return;
    }
    this.joined.delete(namespace);
    if (log.goodbyeSaid !== undefined) log.event('DISCONNECT', side, arrival, { detail: namespace });
    else log.fails('DISCONNECT', side, arrival, { text: '', subject: namespace, leavesOthers: this.joined.size > 0 });
  }

  /** Revision 5 of the protocol writes {"message": …}, revision 4 the message alone or an object. */
  private refuse(side: Side, { namespace, payload }: Packet, arrival: Arrival): void {
    const { log } = this;
    log.reply(side, `CONNECT ${namespace}`, arrival);
    const reason = parseJson(payload);
    const text = toText(member(reason, 'message') ?? reason);
    const leavesOthers = this.joined.size > 0;
    log.fails('CONNECT_ERROR', side, arrival, { text, subject: namespace, inHandshake: true, leavesOthers });
  }
}

const readPacket = (text: string): Packet => {
  const found = /^\d\d(?:\d+-)?(?:(\/[^,]{0,200}),)?(\d{0,20})/.exec(text);
  // A namespace may come with the query that the client connected with.
  const namespace = clip((found?.[1] ?? '/').replace(/\?.*$/s, ''), 80);
  return { namespace, id: found?.[2] ?? '', payload: text.slice(found?.[0].length ?? 2) };
};
