/**
 * What a proxy took out of the opening handshake (RFC 6455 9.1, 11.3.4), as both of its legs show: one end has agreed to
 * something that the other knows nothing of. Neither end is to blame for what follows.
 */
import type { Leg } from '../../session/legs.js';
import type { CaptureView, Session } from '../../session/session.js';
import { wayOf } from './chain.js';

export interface Removal {
  leg: Leg;
  from: 'request' | 'answer';
}

/** The backend agreed to compress, and the 101 that went on to the client does not say so. */
export const removedExtension = (session: Session, capture: CaptureView): Removal | undefined => {
  const leg = wayOf(session, capture).find(
    ({ front, back }) =>
      front.handshake !== undefined &&
      front.upgrade?.response?.status === 101 &&
      front.handshake.deflate === undefined &&
      back.handshake?.deflate !== undefined,
  );
  return leg && { leg, from: 'answer' };
};

/** The backend was not asked for a subprotocol, or its choice did not come to the client. */
export const removedSubprotocol = (session: Session, capture: CaptureView): Removal | undefined => {
  for (const leg of wayOf(session, capture)) {
    const [outer, inner] = [leg.front.handshake, leg.back.handshake];
    if (outer === undefined || inner === undefined || leg.back.upgrade?.request?.cut !== false) continue;
    if (outer.subprotocolsOffered.length === 0 || outer.subprotocol !== null) continue;
    if (inner.subprotocolsOffered.length === 0) return { leg, from: 'request' };
    if (inner.subprotocol !== null) return { leg, from: 'answer' };
  }
  return undefined;
};
