/**
 * Health checks of a proxy or load balancer that fail: connections without a byte, or with a handshake alone, at a steady
 * period, of which some were accepted. They are listed as no sessions, so what they tell of the server is told here.
 */
import type { Session } from '../../../session/session.js';
import { evidence } from '../../evidence.js';
import { failedCheckBefore } from '../../measures/failed-check.js';
import { phrase } from '../../measures/phrases.js';
import { count, duration, text } from '../../measures/values.js';
import { defineCaptureRule } from '../../rule.js';

const ENDS_SHOWN = 4;

const WHAT = '{client} checks {server} every {period} {how}: {passed} were accepted, {failed} refused or not answered';

export const healthChecks = defineCaptureRule({
  meta: {
    id: 'capture/health-checks',
    title: 'Health checks that fail',
    severity: 'note',
    causes: [],
    needs: [],
    reference: ['RFC 9293 3.5.2'],
    messages: {
      down: `${WHAT}, those at the end of the capture among them{cut}.`,
      back: `${WHAT}; the first was accepted again {after} after the first failure{cut}.`,
      late: `${WHAT}, all of these before the first was accepted{cut}.`,
    },
    notes: {
      passed: 'a check is accepted',
      failed: 'the first that fails',
      back: 'accepted again',
      end: 'a session is ended',
    },
    remedies: {
      server: 'See why nothing listened at {server} from then on: a crash, a restart, a deploy.',
      drain: 'Let the server close its sessions with 1001 or 1012 before its port goes away.',
    },
  },
  *check(capture) {
    for (const series of capture.checks) {
      const { checks } = series;
      const failed = checks.find(({ passed }) => !passed);
      if (failed === undefined) continue;
      const before = checks.findLast(({ passed, first }) => passed && first.at < failed.first.at);
      const after = checks.find(({ passed, first }) => passed && first.at > failed.first.at);
      const cut = capture.sessions.filter((session) => failedCheckBefore(session, capture)?.checks === series);
      yield {
        message: checks.at(-1)?.passed === false ? 'down' : before === undefined ? 'late' : 'back',
        cause: null,
        data: {
          client: text(series.client),
          server: text(series.server),
          period: duration(series.period),
          how: phrase(checks.some(({ key }) => key !== undefined) ? 'by-one-handshake' : 'by-bare-connections'),
          passed: count(checks.filter(({ passed }) => passed).length),
          failed: count(checks.filter(({ passed }) => !passed).length),
          after: duration((after?.first.at ?? failed.first.at) - failed.first.at),
          cut:
            cut.length === 0 ? text('') : phrase('marked-down', { client: text(series.client), n: count(cut.length) }),
        },
        evidence: evidence([before?.first, 'passed'], [failed.first, 'failed'], ...endsOf(cut), [after?.first, 'back']),
        severity: cut.length === 0 ? 'note' : 'warning',
        confidence: 'likely',
        remedies: ['server', 'drain'],
        sessions: cut,
      };
    }
  },
});

const endsOf = (cut: readonly Session[]) => cut.slice(0, ENDS_SHOWN).map(({ tcp }) => [tcp.endPacket, 'end'] as const);
