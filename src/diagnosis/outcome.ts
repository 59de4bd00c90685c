/**
 * Says how a session came out: failed when a finding is fatal; else ok, open or partial from what was seen. Absence of
 * findings is never taken for health: what too few packets show is partial.
 */
import type { Session } from '../session/session.js';
import { closeMeaning } from '../subprotocol/recognise.js';
import { hasSaidGoodbye } from '../subprotocol/subprotocol-facts.js';
import type { Judged } from './choose-cause.js';
import { closeMayBeUnseen } from './measures/close-visibility.js';
import type { Confidence, Diagnosis } from './rule.js';

/** Close codes of a session that ended as it should: 1005 stands for a Close without a code (RFC 6455 7.4.1). */
const GOODBYES: ReadonlySet<number> = new Set([1000, 1001, 1005]);

export const isGoodbye = (code: number): boolean => GOODBYES.has(code);

/** The same, and the codes that the session's subprotocol calls an ordinary goodbye. */
export const isOrdinaryClose = ({ subprotocol }: Session, code: number): boolean =>
  isGoodbye(code) || (subprotocol !== undefined && closeMeaning(subprotocol.name, code)?.isGoodbye === true);

export type OutcomeAndConfidence = Pick<Diagnosis, 'outcome' | 'confidence'>;

export const judgeOutcome = (session: Session, decisive: Judged | undefined): OutcomeAndConfidence => {
  if (decisive !== undefined) return { outcome: 'failed', confidence: decisive.finding.confidence };
  const { websocket } = session;
  if (websocket !== undefined && session.sight.has('frames')) {
    const { firstClose } = websocket;
    if (firstClose !== undefined) return isOrdinaryClose(session, firstClose.code) ? ok(session) : PARTIAL;
    if (hasSaidGoodbye(session.subprotocol) && session.tcp.end !== 'none') return ok(session);
    if (session.tcp.end !== 'none' || closeMayBeUnseen(session)) return PARTIAL;
    return { outcome: 'open', confidence: 'proven' };
  }
  return looksAliveInside(session) ? { outcome: 'open', confidence: 'likely' } : PARTIAL;
};

const PARTIAL: OutcomeAndConfidence = { outcome: 'partial', confidence: 'possible' };

/** The Close of the side that was not captured may have come first, with a code of its own. */
const ok = (session: Session): OutcomeAndConfidence => {
  const confidence: Confidence = closeMayBeUnseen(session) && !bothClosesSeen(session) ? 'likely' : 'proven';
  return { outcome: 'ok', confidence };
};

const bothClosesSeen = ({ websocket }: Session): boolean =>
  websocket?.closes.client !== undefined && websocket.closes.server !== undefined;

/**
 * An encrypted connection that is still open and on which both sides have spoken: nothing wrong shows. Once it has
 * ended, the code of its Close is hidden, so it stays partial.
 */
const looksAliveInside = ({ tls, tcp, sight }: Session): boolean =>
  tls !== undefined &&
  tcp.end === 'none' &&
  sight.has('both-sides') &&
  tls.alerts.length === 0 &&
  tls.applicationData.client.records > 0 &&
  tls.applicationData.server.records > 0;
