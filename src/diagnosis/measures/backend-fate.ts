/**
 * What became of a request behind the proxy, where that explains the answer at the client's leg: the backend refused the
 * connection, was silent, hung up, or gave that very answer itself; or what reached it was no upgrade request any more.
 */
import type { Leg } from '../../session/legs.js';
import type { Session } from '../../session/session.js';
import type { Arrival } from '../../stream/arrival.js';
import type { HandshakeProblem } from '../../websocket/websocket-facts.js';
import { tcpEnd } from './ending.js';

export type Fate =
  | 'refused'
  | 'unreached'
  | 'silent'
  | 'hung-up'
  | 'passed-on'
  | 'not-passed-on'
  | 'spoiled'
  | 'failed';

export interface BackendFate {
  fate: Fate;
  /** The packet of the backend's leg that shows it. */
  at: Arrival;
}

/** Undefined where the upgrade worked, or nothing is known of the backend's part in it. */
export const backendFate = (leg: Leg): BackendFate | undefined => {
  const { front, back } = leg;
  const answer = front.upgrade?.response;
  if (answer?.status === 101 || front.upgrade === undefined) return undefined;
  const { tcp, upgrade } = back;
  if (tcp.refused !== undefined) return { fate: 'refused', at: tcp.refused };
  if (upgrade?.response !== undefined) {
    if (answer === undefined) return undefined;
    if (wasSpoiled(leg) && upgrade.request !== undefined) return { fate: 'spoiled', at: upgrade.request.span.last };
    const fate = upgrade.response.status === answer.status ? 'passed-on' : 'not-passed-on';
    return { fate, at: upgrade.response.span.last };
  }
  // It never came to a request.
  if (leg.matchedBy === 'refused-within' && tcp.established !== undefined) {
    const end = tcpEnd(back);
    return end === undefined ? undefined : { fate: 'failed', at: end.at };
  }
  const lastSyn = tcp.syns.at(-1);
  if (lastSyn !== undefined && tcp.synAcks.length === 0 && tcp.established === undefined) {
    return tcp.flows.server.packets === 0 ? { fate: 'unreached', at: lastSyn } : undefined;
  }
  // A hole may hold the answer.
  if (upgrade?.request === undefined || back.http?.lost.server === true || tcp.gaps.length > 0) return undefined;
  // What it said before, on a connection that was kept, answered something else.
  const { lastData } = tcp.flows.server;
  if (lastData !== undefined && lastData.at >= upgrade.request.span.first.at) return undefined;
  const end = tcpEnd(back);
  if (end?.by === 'server') return { fate: 'hung-up', at: end.at };
  return tcp.bothSides ? { fate: 'silent', at: end?.at ?? upgrade.request.span.last } : undefined;
};

/** The proxy lost what makes a request an upgrade (RFC 6455 4.1); the client had sent it. */
const wasSpoiled = ({ front, back }: Leg): boolean =>
  SPOILING.some((code) => hasProblem(back, code) && !hasProblem(front, code));

const hasProblem = ({ handshake }: Session, code: HandshakeProblem['code']): boolean =>
  handshake?.problems.some((problem) => problem.code === code) === true;

const SPOILING = ['upgrade-missing', 'connection-upgrade-missing', 'http-version-old', 'key-missing'] as const;
