/**
 * The encrypted sessions of a capture in the order in which they look like WebSocket, so that whoever has no keys knows
 * where to look first. What speaks for each is told at the session (tls/sealed-traffic).
 */
import type { Session } from '../../../session/session.js';
import type { WebSocketLikeness } from '../../../tls/tls-facts.js';
import { evidence, type Point } from '../../evidence.js';
import { count, list } from '../../measures/values.js';
import { defineCaptureRule } from '../../rule.js';

/** One alone needs no order. */
const CANDIDATES_NEEDED = 2;
/** Ids in the sentence; `sessions` of the finding has all of them. */
const IDS_SHOWN = 12;
const EVIDENCE_SHOWN = 4;

const DEGREES = ['likely', 'possible', 'unlikely'] as const;

interface Candidate {
  session: Session;
  likeness: WebSocketLikeness;
}

export const sealedCandidates = defineCaptureRule({
  meta: {
    id: 'tls/sealed-candidates',
    title: 'Encrypted, possibly WebSocket',
    severity: 'note',
    causes: [],
    needs: [],
    reference: ['RFC 8446 5.2', 'RFC 6455 4', 'RFC 7301'],
    messages: {
      likely:
        'Encrypted, and likely WebSocket by what the hellos offer and by sizes and times of the records: {sessions}, with the likeliest first: {ids}.',
      possible:
        'Encrypted, and possibly WebSocket; hellos, sizes and times of the records do not decide: {sessions}, with the likeliest first: {ids}.',
      unlikely:
        'Encrypted, and hardly WebSocket by what the hellos offer and by sizes and times of the records: {sessions}, with the likeliest first: {ids}.',
    },
    notes: { request: 'first application data of the client' },
    remedies: {
      keys: 'To see what is inside, capture with the keys of the session (SSLKEYLOGFILE for browsers, curl and Python; node --tls-keylog) and give them by --keylog.',
    },
  },
  *check(capture) {
    const candidates = candidatesOf(capture.sessions);
    if (candidates.length < CANDIDATES_NEEDED) return;
    for (const degree of DEGREES) {
      const alike = candidates.filter(({ likeness }) => likeness.websocket === degree).map(({ session }) => session);
      if (alike.length === 0) continue;
      yield {
        message: degree,
        cause: null,
        data: {
          sessions: count(alike.length),
          ids: list(alike.slice(0, IDS_SHOWN).map(({ id }) => `#${id}`)),
        },
        evidence: evidence(
          ...alike.slice(0, EVIDENCE_SHOWN).map(({ tls }): Point => [tls?.applicationData.client.first, 'request']),
        ),
        confidence: 'possible',
        remedies: ['keys'],
        sessions: alike,
      };
    }
  },
});

/** The likeliest first; of equals the earlier. */
function candidatesOf(sessions: readonly Session[]): Candidate[] {
  const candidates = sessions.flatMap((session) =>
    session.tls?.likeness === undefined ? [] : [{ session, likeness: session.tls.likeness }],
  );
  return candidates.sort((a, b) => b.likeness.score - a.likeness.score || a.session.id - b.session.id);
}
