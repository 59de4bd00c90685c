/**
 * Sessions of one client that it ended in the same moment without a Close, though no timer ties them: the program that
 * held them is gone. Each by itself looks like a connection that was cut.
 */
import type { Nanos } from '../../../capture/packet.js';
import { purposeOf } from '../../../session/purpose.js';
import type { Session } from '../../../session/session.js';
import { evidence } from '../../evidence.js';
import { groupBy } from '../../measures/attempts.js';
import { sessionEnd, silenceBefore } from '../../measures/ending.js';
import { legsOf } from '../../measures/legs.js';
import { isFromProxy } from '../../measures/upgrade-attempt.js';
import { count, duration, text } from '../../measures/values.js';
import { defineCaptureRule, type JudgedCapture } from '../../rule.js';

/** A kernel closes the sockets of a dead process one after the other, with little in between. */
const TOGETHER: Nanos = 20e6;
/** Sessions that began together, or fell silent together, may have met one timer: these differ by more. */
const DIFFERENT: Nanos = 50e6;
const SESSIONS_NEEDED = 2;
const ENDS_SHOWN = 4;
const CUT = new Set<string | null | undefined>(['ws-abnormal-closure', 'ws-reset']);

interface Left {
  session: Session;
  end: NonNullable<ReturnType<typeof sessionEnd>>['at'];
}

export const clientExit = defineCaptureRule({
  meta: {
    id: 'capture/client-exit',
    title: 'A client left all its sessions at once',
    severity: 'note',
    causes: [],
    needs: [],
    reference: ['RFC 6455 7.1.4', 'RFC 9293 3.10.4'],
    messages: {
      left: '{client} ended {sessions} sessions within {spread} without a Close, though they differ in age and silence: the program that held them probably ended (exit, crash, kill) and its kernel closed what was open.',
    },
    notes: { end: 'a session is ended' },
    remedies: {
      program: 'Look at {client} for what ended at that moment; the server is probably not the reason.',
    },
  },
  *check(capture) {
    const byClient = groupBy(leftOf(capture), ({ session }) => keyOf(session));
    for (const all of byClient.values()) {
      all.sort((a, b) => a.end.at - b.end.at);
      for (const together of burstsOf(all)) {
        if (together.length < SESSIONS_NEEDED || !differ(together)) continue;
        const [first, last] = [together[0]!, together.at(-1)!];
        yield {
          message: 'left',
          cause: null,
          data: {
            client: text(first.session.client.address),
            sessions: count(together.length),
            spread: duration(last.end.at - first.end.at),
          },
          evidence: evidence(...together.slice(0, ENDS_SHOWN).map(({ end }) => [end, 'end'] as const)),
          confidence: 'likely',
          remedies: ['program'],
          sessions: together.map(({ session }) => session).sort((a, b) => a.id - b.id),
        };
      }
    }
  },
});

/** Behind one address may be several programs. */
const keyOf = (session: Session): string => `${session.client.address} ${purposeOf(session).agent ?? ''}`;

/** The client of a leg behind a proxy is the proxy, which passes on what others do. */
function* leftOf(capture: JudgedCapture): Iterable<Left> {
  for (const session of capture.sessions) {
    if (session.stream !== undefined || !CUT.has(capture.diagnosis(session)?.cause)) continue;
    const end = sessionEnd(session);
    if (end === undefined || end.by !== 'client' || isFromProxy(session)) continue;
    if (!legsOf(session, capture).some(({ back }) => back === session)) yield { session, end: end.at };
  }
}

function* burstsOf(ordered: readonly Left[]): Iterable<Left[]> {
  let burst: Left[] = [];
  for (const left of ordered) {
    const last = burst.at(-1);
    if (last !== undefined && left.end.at - last.end.at > TOGETHER) {
      yield burst;
      burst = [];
    }
    burst.push(left);
  }
  yield burst;
}

const differ = (together: readonly Left[]): boolean => {
  const ages = together.map(({ session, end }) => end.at - session.tcp.first.at);
  const silences = together.map(({ session, end }) => silenceBefore(session, end)?.length ?? 0);
  return [ages, silences].every((lengths) => spread(lengths) >= DIFFERENT);
};

const spread = (lengths: readonly Nanos[]): Nanos => {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const length of lengths) {
    least = Math.min(least, length);
    most = Math.max(most, length);
  }
  return most - least;
};
