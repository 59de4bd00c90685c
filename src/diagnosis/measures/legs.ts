/** The legs that a session is part of, where a reverse proxy was seen on both sides: found once for all rules. */
import type { Leg } from '../../session/legs.js';
import type { CaptureView, Session } from '../../session/session.js';

const indexes = new WeakMap<CaptureView, Map<Session, Leg[]>>();

/** As the client's leg of a proxy, as the backend's, or, between two proxies, as both. */
export const legsOf = (session: Session, capture: CaptureView): readonly Leg[] => {
  let index = indexes.get(capture);
  if (index === undefined) {
    index = new Map();
    for (const leg of capture.legs) {
      for (const each of [leg.front, leg.back]) {
        const known = index.get(each);
        if (known === undefined) index.set(each, [leg]);
        else known.push(leg);
      }
    }
    indexes.set(capture, index);
  }
  return index.get(session) ?? NONE;
};

/** Those behind the proxy that this session asked, in the order in which it went to them. */
export const legsBehind = (session: Session, capture: CaptureView): Leg[] =>
  legsOf(session, capture).filter(({ front }) => front === session);

const NONE: readonly Leg[] = [];
