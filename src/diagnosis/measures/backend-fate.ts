/**
 * What became of a request behind the proxy, where that explains the answer at the client's leg: the backend refused the
 * connection, was silent, hung up, or gave that very answer itself.
 */
import type { Leg } from '../../session/legs.js';
import type { Arrival } from '../../stream/arrival.js';
import { tcpEnd } from './ending.js';

export type Fate = 'refused' | 'unreached' | 'silent' | 'hung-up' | 'passed-on' | 'not-passed-on';

export interface BackendFate {
  fate: Fate;
  /** The packet of the backend's leg that shows it. */
  at: Arrival;
}

/** Undefined where the upgrade worked, or nothing is known of the backend's part in it. */
export const backendFate = ({ front, back }: Leg): BackendFate | undefined => {
  const answer = front.upgrade?.response;
  if (answer?.status === 101 || front.upgrade === undefined) return undefined;
  const { tcp, upgrade } = back;
  if (tcp.refused !== undefined) return { fate: 'refused', at: tcp.refused };
  if (upgrade?.response !== undefined) {
    if (answer === undefined) return undefined;
    const fate = upgrade.response.status === answer.status ? 'passed-on' : 'not-passed-on';
    return { fate, at: upgrade.response.span.last };
  }
  const lastSyn = tcp.syns.at(-1);
  if (lastSyn !== undefined && tcp.synAcks.length === 0 && tcp.established === undefined) {
    return tcp.flows.server.packets === 0 ? { fate: 'unreached', at: lastSyn } : undefined;
  }
  // A hole may hold the answer.
  if (upgrade?.request === undefined || back.http?.lost.server === true || tcp.gaps.length > 0) return undefined;
  if (tcp.flows.server.firstData !== undefined) return undefined;
  const end = tcpEnd(back);
  if (end?.by === 'server') return { fate: 'hung-up', at: end.at };
  return tcp.bothSides ? { fate: 'silent', at: end?.at ?? upgrade.request.span.last } : undefined;
};
