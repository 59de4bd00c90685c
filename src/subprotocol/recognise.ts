/**
 * Which subprotocol a session speaks: by the name that was agreed on, else by what a message among the first ones looks like.
 * A name that is not agreed on is no proof: clients offer several, servers answer with none.
 */
import type { Side } from '../stream/side.js';
import { actionCable } from './action-cable.js';
import { centrifugo } from './centrifugo.js';
import type { Content } from './content.js';
import { graphqlTransportWs, graphqlWs } from './graphql.js';
import { jsonRpc } from './json-rpc.js';
import { mqtt } from './mqtt.js';
import { namedCloseCodes } from './named-only.js';
import { phoenix } from './phoenix.js';
import { signalr } from './signalr.js';
import { socketIo } from './socket-io.js';
import { stomp } from './stomp.js';
import type { CloseMeaning, Subprotocol } from './subprotocol.js';
import { wamp } from './wamp.js';

/** Those whose messages are read. The first that fits is it. */
export const SUBPROTOCOLS: readonly Subprotocol[] = [
  stomp,
  mqtt,
  socketIo,
  graphqlTransportWs,
  graphqlWs,
  signalr,
  wamp,
  phoenix,
  jsonRpc,
  centrifugo,
  actionCable,
];

export const byName = (token: string): { subprotocol: Subprotocol; version: string | null } | undefined => {
  for (const subprotocol of SUBPROTOCOLS) {
    const version = subprotocol.named(token);
    if (version !== undefined) return { subprotocol, version };
  }
  return undefined;
};

export const byResemblance = (side: Side, content: Content, target: string): Subprotocol | undefined => {
  if (!mayBegin(content)) return undefined;
  return SUBPROTOCOLS.find((subprotocol) => subprotocol.resembles(side, content, target));
};

/** What a close code means to a subprotocol; undefined where it says nothing about it. */
export const closeMeaning = (name: string, code: number): CloseMeaning | undefined => {
  const subprotocol = SUBPROTOCOLS.find((one) => one.name === name);
  return (subprotocol?.closeCodes ?? namedCloseCodes(name)).get(code);
};

/** First octets of any message that is told by its look: most messages of strangers are ruled out by this alone. */
const BEGINNINGS = new Uint8Array(256);
for (const char of '{[ACEMNRSU0234') BEGINNINGS[char.charCodeAt(0)] = 1;
BEGINNINGS[0x10] = 1;

const mayBegin = ({ bytes }: Content): boolean => bytes.length > 1 && BEGINNINGS[bytes[0]!] === 1;
