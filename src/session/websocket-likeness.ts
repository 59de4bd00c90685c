/**
 * How much a connection that stayed encrypted looks like WebSocket: its hello, the sizes and times of its records, and
 * what other connections to the same name turned out to be. An order among candidates, never proof of one.
 */
import type { Nanos } from '../capture/packet.js';
import type { LikenessReason, TlsFacts, WebSocketLikeness } from '../tls/tls-facts.js';
import { sealedShape } from './sealed-shape.js';
import type { Session } from './session.js';

/** Ordinary requests are over sooner; RFC 6455 sessions are kept open. */
const LONG_LIVED: Nanos = 10e9;
/** One side sent this many times what the other did: a download or an upload. */
const ONE_WAY = 40;
/** Octets of records, on average: messages of a conversation are short, parts of a file are not. */
const SHORT_RECORD = 512;
/** Records of each side that make a conversation. */
const CONVERSATION = 3;

/**
 * What each reason weighs. The shape of the first records says most, since frames can follow a request that was answered
 * once and HTTP/1.1 bodies cannot; the hello says little, since libraries offer http/1.1 alone for ordinary requests too.
 */
const WEIGHTS: Readonly<Record<LikenessReason, number>> = {
  'upgrade-shape': 3,
  'sibling-is-websocket': 3,
  pings: 2,
  'only-http1-offered': 1,
  'no-alpn-offered': 0,
  'long-lived': 1,
  'short-records-both-ways': 2,
  'h2-offered': -3,
  'h2-chosen': -3,
  'one-way': -3,
  'requests-shape': -4,
};
const LIKELY_FROM = 3;
const POSSIBLE_FROM = 0;

/** Tells every sealed session among them; the whole capture must be known. */
export function tellLikeness(sessions: readonly Session[]): void {
  const spoken = new Set(sessions.filter(({ transport }) => transport === 'wss').flatMap(nameOf));
  for (const session of sessions) {
    const { tls } = session;
    if (tls === undefined || session.transport !== 'unknown' || !isSealedConversation(tls)) continue;
    tls.likeness = likenessOf(
      tls,
      nameOf(session).some((name) => spoken.has(name)),
    );
  }
}

/** `siblingIsWebSocket`: a connection to the same name and port was opened, and was one. */
export function likenessOf(tls: TlsFacts, siblingIsWebSocket: boolean): WebSocketLikeness {
  const reasons = [...reasonsOf(tls, siblingIsWebSocket)];
  const score = scoreOf({ because: reasons });
  const websocket = score >= LIKELY_FROM ? 'likely' : score >= POSSIBLE_FROM ? 'possible' : 'unlikely';
  const weightiest = reasons.toSorted((a, b) => Math.abs(WEIGHTS[b]) - Math.abs(WEIGHTS[a]));
  return { websocket, because: weightiest, score };
}

/** The higher, the more like WebSocket. */
export const scoreOf = ({ because }: Pick<WebSocketLikeness, 'because'>): number =>
  because.reduce((sum, reason) => sum + WEIGHTS[reason], 0);

function* reasonsOf(tls: TlsFacts, siblingIsWebSocket: boolean): Iterable<LikenessReason> {
  const { clientHello, serverHello, applicationData } = tls;
  const { client, server } = applicationData;
  const { kind, pings } = sealedShape(tls);
  if (siblingIsWebSocket) yield 'sibling-is-websocket';
  if (serverHello?.alpn === 'h2') yield 'h2-chosen';
  else if (kind !== undefined) yield kind === 'upgrade' ? 'upgrade-shape' : 'requests-shape';
  if (pings !== undefined) yield 'pings';
  if (clientHello !== undefined) {
    const { alpn } = clientHello;
    if (alpn.length === 0) yield 'no-alpn-offered';
    else if (alpn.every((name) => name === 'http/1.1')) yield 'only-http1-offered';
    else if (alpn.includes('h2') && serverHello?.alpn !== 'http/1.1') yield 'h2-offered';
  }
  const first = Math.min(client.first?.at ?? 0, server.first?.at ?? 0);
  if (Math.min(client.last?.at ?? first, server.last?.at ?? first) - first >= LONG_LIVED) yield 'long-lived';
  const [less, more] = [Math.min(client.bytes, server.bytes), Math.max(client.bytes, server.bytes)];
  const isConversation = client.records >= CONVERSATION && server.records >= CONVERSATION;
  if (more > ONE_WAY * less) yield 'one-way';
  else if (isConversation && (client.bytes + server.bytes) / (client.records + server.records) <= SHORT_RECORD)
    yield 'short-records-both-ways';
}

/** Both sides said something after a handshake, and nothing of it was opened. */
function isSealedConversation({ decrypted, applicationData: { client, server } }: TlsFacts): boolean {
  return decrypted === false && client.records > 0 && server.records > 0;
}

const nameOf = ({ tls, server }: Session): string[] => {
  const sni = tls?.clientHello?.sni;
  return tls?.clientHello === undefined ? [] : [`${sni ?? server.address} ${server.port}`];
};
