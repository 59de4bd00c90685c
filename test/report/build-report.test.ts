import { describe, expect, it } from 'vitest';
import { CAPTURE_STRIDE } from '../../src/capture/packet.js';
import { aSession } from '../wire/session-builder.js';
import { schemaErrors } from './report-schema.js';
import { aCapture, aReport, EPOCH, failing, well } from './sample-report.js';

const idle = () =>
  aSession(1)
    .handshake()
    .request('/live')
    .response()
    .message('client', 20)
    .message('server', 40)
    .wait(60_000)
    .fin('server')
    .build();

describe('the report', () => {
  it.each([
    {
      name: 'a healthy session',
      sessions: () => [
        well(
          aSession()
            .handshake()
            .request()
            .response()
            .message('client', 5)
            .ping('client')
            .pong('server')
            .close('client', 1000)
            .close('server', 1000)
            .fin('server')
            .build(),
        ),
      ],
    },
    {
      name: 'a refused connection',
      sessions: () => [
        failing(aSession().refused().build(), { cause: 'tcp-refused', stage: 'tcp', message: 'Refused.' }),
      ],
    },
    {
      name: 'unanswered SYNs',
      sessions: () => [
        failing(aSession().unansweredSyns(4).build(), { cause: 'tcp-unanswered', stage: 'tcp', message: 'No answer.' }),
      ],
    },
    {
      name: 'an encrypted session',
      sessions: () => [
        well(
          aSession().handshake().clientHello('a.example').serverHello().finished().records('client', 9, 100).build(),
          'partial',
        ),
      ],
    },
    {
      name: 'a TLS failure',
      sessions: () => [
        failing(
          aSession()
            .handshake()
            .clientHello('a.example')
            .serverHello(0x0303, 0xc02f)
            .certificate()
            .alert('client', 'certificate_expired', 45)
            .fin('client')
            .build(),
          { cause: 'tls-certificate-expired', stage: 'tls', message: 'Expired.' },
        ),
      ],
    },
    {
      name: 'a refusal with a body',
      sessions: () => [
        failing(
          aSession()
            .handshake()
            .request()
            .response(403, 'Forbidden', [['Server', 'nginx']], 'no')
            .build(),
          { cause: 'upgrade-forbidden', stage: 'upgrade', message: 'Forbidden.' },
        ),
      ],
    },
    {
      name: 'frames found midstream',
      sessions: () => [
        well(
          aSession().rolesGuessed().midstream().message('server', 3).violation('server-frame-masked', 'server').build(),
          'open',
        ),
      ],
    },
    { name: 'no session at all', sessions: () => [] },
  ])('keeps its schema for $name', ({ sessions }) => {
    const report = JSON.parse(JSON.stringify(aReport(sessions())));
    expect(schemaErrors(report)).toEqual([]);
  });

  it('is refused by the schema when a required key is missing or a failed session has no cause', () => {
    const report = JSON.parse(JSON.stringify(aReport([well(idle())])));
    delete report.sessions[0].verdict;
    expect(schemaErrors(report)).toEqual(["/sessions/0 must have required property 'verdict'"]);
    report.sessions[0].verdict = 'x';
    report.sessions[0].outcome = 'failed';
    expect(schemaErrors(report)).not.toEqual([]);
  });

  it('counts milliseconds from the earliest packet, with the precision of the capture and no noise', () => {
    const session = aSession().startingAt(41, 100).handshake(20.1).build();
    const [told] = aReport([well(session, 'open')], { start: 100e6 }).sessions;
    expect(told).toMatchObject({ startMs: 0, endMs: 20.2, tcp: { handshakeRttMs: 20.2 } });
    expect(told!.stages[0]).toMatchObject({ stage: 'tcp', startMs: 0, durationMs: 20.2, packets: [41, 42, 43] });
  });

  it('tells times of captures in ISO 8601 with six decimals, and nine where they matter', () => {
    const { captures } = aReport([], { captures: [aCapture(), aCapture({ start: EPOCH + 7n })] });
    expect(captures[0]).toMatchObject({ start: '2026-11-20T10:02:11.123456Z', durationMs: 252_000 });
    expect(captures[1]!.start).toBe('2026-11-20T10:02:11.123456007Z');
  });

  it('names the file of a packet unless it is the first', () => {
    const session = aSession()
      .startingAt(CAPTURE_STRIDE + 5, 0)
      .handshake()
      .build();
    const [told] = aReport([well(session, 'open')], { captures: [aCapture(), aCapture()] }).sessions;
    expect(told!.timeline[0]).toMatchObject({ packet: 5, capture: 1 });
    expect(told!.stages[0]).toMatchObject({ packets: [5, 6, 7], captures: [1, 1, 1] });
    expect(aReport([well(idle())]).sessions[0]!.timeline[0]).not.toHaveProperty('capture');
  });

  it('gives nulls, not zeros, for round trips without samples', () => {
    const { tcp, websocket } = aReport([well(idle())]).sessions[0]!;
    expect(tcp!.rtt.client).toEqual({ samples: 0, minMs: null, medianMs: null, p95Ms: null, maxMs: null });
    expect(websocket!.pingRtt).toEqual({ client: null, server: null });
  });

  it('words a finding from its typed data and keeps the data beside', () => {
    const failure = {
      cause: 'ws-idle-timeout' as const,
      stage: 'open' as const,
      message: 'Nothing was said for {silence}, then the {side} left. More follows.',
      data: {
        silence: { type: 'duration' as const, ns: 60e9 },
        side: { type: 'side' as const, side: 'server' as const },
      },
    };
    const [told] = aReport([failing(idle(), failure)]).sessions;
    expect(told!.verdict).toBe('Nothing was said for 60.0 s, then the server left.');
    expect(told!.findings[0]).toMatchObject({
      explanation: 'Nothing was said for 60.0 s, then the server left. More follows.',
      data: { silence: { type: 'duration', ms: 60_000 }, side: { type: 'side', side: 'server' } },
      evidence: [{ packet: 8, note: 'FIN' }],
      stage: 'open',
    });
  });

  it('counts failures by cause and stage, the commonest first', () => {
    const refused = (id: number) =>
      failing(aSession(id).refused().build(), { cause: 'tcp-refused', stage: 'tcp', message: 'No.' });
    const lost = failing(idle(), { cause: 'ws-idle-timeout', stage: 'open', message: 'Idle.' });
    const { summary } = aReport([lost, refused(2), refused(3), well(idle(), 'open')]);
    expect(summary).toMatchObject({ sessions: 4, failed: 3, open: 1, ok: 0, byStage: { tcp: 2, open: 1 } });
    expect(Object.entries(summary.byCause)).toEqual([
      ['tcp-refused', 2],
      ['ws-idle-timeout', 1],
    ]);
  });

  it('warns once for each rule that crashed', () => {
    const crashed = well(idle());
    const { rule } = failing(idle(), { cause: 'ws-reset', stage: 'open', message: '' }).diagnosis.decisive!;
    crashed.diagnosis.crashed = [{ rule, outcome: 'crashed', findings: [], because: 'x is undefined' }];
    const { captures } = aReport([crashed, crashed]);
    expect(captures[0]!.warnings).toEqual([
      'The rule test/failure crashed on 2 sessions, first on session 1: x is undefined',
    ]);
  });

  it('counts a ping as unanswered only after a silence, not when the session ends around it', () => {
    const open = () => aSession().handshake().request().response();
    const pings = (session: ReturnType<typeof open>) =>
      aReport([well(session.build())]).sessions[0]!.websocket!.unansweredPings.client;
    expect(pings(open().ping('client').fin('server'))).toBe(0);
    expect(pings(open().ping('client').wait(20_000).close('client', 1011).fin('client'))).toBe(1);
    expect(pings(open().ping('client').captureGoesOn(100))).toBe(0);
    expect(pings(open().ping('client').captureGoesOn(30_000))).toBe(1);
    expect(pings(open().ping('client').wait(2000).pong('server').ping('client').wait(1500).close('client', 1000))).toBe(
      0,
    );
  });
});
