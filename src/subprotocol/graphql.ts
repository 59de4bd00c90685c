/**
 * GraphQL over WebSocket, both of its protocols: graphql-transport-ws of today and the older one of subscriptions-transport-ws,
 * whose name in Sec-WebSocket-Protocol is graphql-ws. JSON objects with a type. Follows connection_init and its
 * acknowledgement, keep-alives, operations by their id, and errors.
 */
import type { Arrival } from '../stream/arrival.js';
import type { Side } from '../stream/side.js';
import { type Content, isObject, member, toText } from './content.js';
import { type CloseMeaning, NO_CLOSE_CODES, type Subprotocol, type SubprotocolReader } from './subprotocol.js';
import type { SubprotocolLog } from './subprotocol-log.js';

/** As graphql-ws names them in its PROTOCOL.md and its CloseCode. */
const CLOSE_CODES: ReadonlyMap<number, CloseMeaning> = new Map([
  [4004, { text: 'bad response' }],
  [4005, { text: 'internal client error' }],
  [4400, { text: 'bad request: a message that is none of the protocol' }],
  [4401, { text: 'unauthorized: an operation before the connection was acknowledged' }],
  [4403, { text: 'forbidden' }],
  [4406, { text: 'subprotocol not acceptable' }],
  [4408, { text: 'connection initialisation timeout: no connection_init in time' }],
  [4409, { text: 'a subscriber with this id already exists' }],
  [4429, { text: 'too many initialisation requests' }],
  [4499, { text: 'terminated', isGoodbye: true }],
  [4500, { text: 'internal server error' }],
  [4504, { text: 'connection acknowledgement timeout' }],
]);

export const graphqlTransportWs: Subprotocol = {
  name: 'graphql-transport-ws',
  named: (token) => (token === 'graphql-transport-ws' ? null : undefined),
  resembles: (side, content) => isInit(side, content),
  hasHandshake: true,
  read: (log) => new GraphqlReader(log),
  closeCodes: CLOSE_CODES,
};

/** Known by its name only: its first messages are those of the newer protocol. */
export const graphqlWs: Subprotocol = {
  name: 'graphql-ws',
  named: (token) => (token === 'graphql-ws' ? null : undefined),
  resembles: () => false,
  hasHandshake: true,
  read: (log) => new GraphqlReader(log),
  closeCodes: NO_CLOSE_CODES,
};

const isInit = (side: Side, { json }: Content): boolean => {
  const type = member(json, 'type');
  // Of the open session, met in mid-stream: only these two have a payload of this shape.
  if (type === 'next') return typeof member(json, 'id') === 'string' && isObject(member(json, 'payload'));
  if (type === 'subscribe') return typeof member(member(json, 'payload'), 'query') === 'string';
  return side === 'client' ? type === 'connection_init' : type === 'connection_ack';
};

class GraphqlReader implements SubprotocolReader {
  constructor(private readonly log: SubprotocolLog) {}

  message(side: Side, content: Content, arrival: Arrival): void {
    const { log } = this;
    const type = member(content.json, 'type');
    const id = toText(member(content.json, 'id'));
    switch (type) {
      case 'connection_init':
        log.asks(type, side, arrival);
        return;
      case 'connection_ack':
        log.accepts(type, side, arrival);
        return;
      case 'connection_error':
        log.fails(type, side, arrival, { text: errorText(content), inHandshake: true });
        return;
      case 'connection_terminate':
        log.goodbye(type, side, arrival);
        log.event(type, side, arrival);
        return;
      case 'ping':
        log.ping(side, arrival);
        log.ordinary(type, side, arrival, content.length);
        return;
      case 'pong':
        log.pong(side, arrival);
        log.ordinary(type, side, arrival, content.length);
        return;
      case 'ka':
        log.beat(side, arrival);
        log.ordinary(type, side, arrival, content.length);
        return;
      case 'subscribe':
      case 'start':
        log.isUnderWay(side, arrival);
        log.request(side, id, arrival);
        log.event(type, side, arrival, { detail: id });
        return;
      case 'next':
      case 'data':
      case 'complete':
      case 'stop':
        log.isUnderWay(side, arrival);
        log.reply(side, id, arrival);
        log.ordinary(type, side, arrival, content.length);
        return;
      case 'error':
        log.reply(side, id, arrival);
        log.fails(type, side, arrival, { text: errorText(content), subject: id, fatal: false });
        return;
      default:
        log.unread++;
    }
  }
}

/** `payload` is one error, a list of them, or an object with a message. */
const errorText = ({ json }: Content): string => {
  const payload = member(json, 'payload');
  const first: unknown = Array.isArray(payload) ? payload[0] : payload;
  return toText(member(first, 'message') ?? first);
};
