/**
 * Virtual hosts (RFC 9110 7.2): one address and port serve several names, and one of these takes WebSocket at a path where
 * the other does not. Told by a session that got its 101 under another Host.
 */
import type { CaptureView, Session } from '../../session/session.js';
import { header } from './headers.js';

export interface OtherHost {
  asked: string;
  /** The Host that got a 101. */
  good: string;
  session: Session;
}

const indexes = new WeakMap<CaptureView, Map<string, Map<string, Session>>>();

/** Undefined where this Host got a 101 at that place as well. */
export const otherHost = (session: Session, capture: CaptureView): OtherHost | undefined => {
  const asked = hostOf(session);
  const place = placeOf(session);
  if (asked === undefined || place === undefined) return undefined;
  let index = indexes.get(capture);
  if (index === undefined) {
    index = new Map();
    for (const each of capture.sessions) {
      const [host, where] = [hostOf(each), placeOf(each)];
      if (host === undefined || where === undefined || each.upgrade?.response?.status !== 101) continue;
      const known = index.get(where) ?? new Map<string, Session>();
      if (!known.has(host)) known.set(host, each);
      index.set(where, known);
    }
    indexes.set(capture, index);
  }
  const hosts = index.get(place);
  if (hosts === undefined || hosts.has(asked)) return undefined;
  const [[good, other] = []] = hosts;
  return good === undefined || other === undefined ? undefined : { asked, good, session: other };
};

const hostOf = ({ upgrade }: Session): string | undefined => header(upgrade?.request, 'Host')?.toLowerCase();

/** Address, port and path; the query is no matter of routing. */
const placeOf = ({ server, upgrade, stream }: Session): string | undefined => {
  const target = upgrade?.request?.target;
  return target === undefined || stream !== undefined ? undefined : `${server.text} ${target.split('?', 1)[0]}`;
};
