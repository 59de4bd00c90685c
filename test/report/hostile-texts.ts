/** What strangers may write into a capture, and what must not come of it in anything that shows texts. */
import type { Report } from '../../src/report/report.js';
import { aSession } from '../wire/session-builder.js';
import { aReport, failing } from './sample-report.js';

export const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  '</code></details></script><!--',
  '@everyone and #1 !2 ~3 &4 %5 $6 a/b#7 GH-8 ABC-9',
  '[x](javascript:alert(1)) ![y](http://evil.example/z.png)',
  'http://evil.example www.evil.example a@evil.example',
  '``` ` ``\n# h\n| a | b |\n---\n> q',
  'c0ffee1234567 :tada: *b* _i_ ~~s~~ \\| |',
  '\x1b[31mred\x07\u202egnp\u2028next\0',
  'end\nparticipant X; Note over C,S: #59;',
  "'; DROP TABLE x; --`$(reboot)`",
] as const;

/** Hostile texts wherever a capture has a say: names, targets, reasons, headers. */
export const hostileReport = (): Report => {
  const sessions = HOSTILE.map((text, index) =>
    failing(
      aSession(index + 1)
        .handshake()
        .request(`/${text}`)
        .response(101)
        .message('client', 5)
        .close('server', 1008, text)
        .fin('server')
        .build(),
      {
        cause: 'ws-policy-violation',
        stage: 'open',
        message: 'The server closed with 1008 and said: {reason}',
        data: { reason: { type: 'text', text } },
        title: 'Policy violation',
      },
    ),
  );
  const report = aReport(sessions);
  report.captures[0]!.file = `${HOSTILE[1]}.pcap`;
  report.captures[0]!.warnings.push(...HOSTILE);
  for (const [index, session] of report.sessions.entries()) {
    const text = HOSTILE[index]!;
    session.host = text;
    session.url = `ws://${text}`;
    session.stages[0]!.detail = text;
    session.findings[0]!.remedy.push(text);
    session.findings[0]!.evidence[0]!.note = text;
    session.upgrade?.request?.headers.push([text, text]);
    session.upgrade?.problems.push(text);
  }
  return report;
};
