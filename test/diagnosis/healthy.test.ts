import { describe, expect, it } from 'vitest';
import { diagnose } from '../../src/diagnosis/diagnose.js';
import type { Session } from '../../src/session/session.js';
import { aSession } from '../wire/session-builder.js';
import { answered, arrivalAt, closed, having, judged, opened, UPGRADE, unacknowledged } from './sessions.js';
import { verdictOn, viewOf } from './verdict.js';

const changed = (session: Session, change: (session: Session) => void): Session => {
  change(session);
  return session;
};
const encrypted = () => aSession().handshake().clientHello('a.example.com').serverHello().finished();
const oneDirection = (session: Session, missing: 'client' | 'server'): Session =>
  changed(session, ({ tcp, sight }) => {
    tcp.flows[missing].packets = 0;
    tcp.flows[missing].lastData = undefined;
    (sight as Set<string>).delete('both-sides');
  });

const CASES: { name: string; session: Session; verdict: string }[] = [
  // Closed as it should be.
  {
    name: 'closed by the client',
    session: closed(opened().message('client', 9).message('server', 9)),
    verdict: 'ok close',
  },
  { name: 'a browser tab that goes away', session: closed(opened().message('server', 9), 1001), verdict: 'ok close' },
  { name: 'a Close without a code', session: closed(opened(), 1005), verdict: 'ok close' },
  {
    name: 'a reset after the closing handshake',
    session: opened().close('client', 1000).close('server', 1000).rst('server').build(),
    verdict: 'ok close',
  },
  {
    name: 'Closes that cross',
    session: opened().close('client', 1000).close('server', 1001).fin('server').fin('client').build(),
    verdict: 'ok close',
  },
  {
    name: 'a Close that crosses the FIN',
    session: opened().message('server', 9).fin('server').close('client', 1000).rst('server').build(),
    verdict: 'ok close',
  },
  {
    name: 'a Close answered by an end at once',
    session: opened().close('server', 1001).fin('client').build(),
    verdict: 'ok close',
  },
  {
    name: 'a FIN that is never acknowledged after both Closes',
    session: unacknowledged(closed(opened()), 'client', arrivalAt(99, 1)),
    verdict: 'ok close',
  },
  {
    name: 'the last Close just before the capture ends',
    session: opened().message('server', 9).close('client', 1000).captureGoesOn(100).build(),
    verdict: 'ok close',
  },
  {
    name: 'a client without a subprotocol that is content',
    session: closed(opened().message('client', 9)),
    verdict: 'ok close',
  },
  {
    name: '401, then 101 on the same connection',
    session: judged(
      aSession()
        .handshake()
        .request('/live', [...UPGRADE])
        .response(401)
        .request('/live', [...UPGRADE])
        .response(101, undefined, [
          ['Upgrade', 'websocket'],
          ['Connection', 'Upgrade'],
          ['Sec-WebSocket-Accept', 's3pPLMBiTxaQ9kYGzzhZRbK+xOo='],
        ])
        .message('client', 9)
        .close('client', 1000)
        .close('server', 1000)
        .build(),
    ),
    verdict: 'ok close',
  },

  // Still open.
  {
    name: 'open at the end of the capture',
    session: opened().message('client', 9).captureGoesOn(0).build(),
    verdict: 'open open',
  },
  { name: 'open and quiet since the 101', session: opened().captureGoesOn(120_000).build(), verdict: 'open open' },
  {
    name: 'a ping just before the capture ends',
    session: opened().ping('client').pong('server').wait(25_000).ping('client').captureGoesOn(200).build(),
    verdict: 'open open',
  },
  {
    name: 'a retransmission just before the capture ends',
    session: unacknowledged(
      opened().message('server', 9).message('client', 9).captureGoesOn(1500).build(),
      'client',
      arrivalAt(9, 0.03),
      1,
    ),
    verdict: 'open open',
  },
  {
    name: 'a hole in the middle, frames found again',
    session: changed(
      opened().message('server', 9).wait(100).message('server', 9).message('client', 9).build(),
      ({ tcp }) => tcp.gaps.push({ side: 'server', length: 900, packet: 8, at: 80e6 }),
    ),
    verdict: 'open open',
  },
  {
    name: 'loss that TCP repaired',
    session: opened().retransmission('client', 'timeout').retransmission('server', 'fast').message('client', 9).build(),
    verdict: 'open open',
  },
  {
    name: 'records both ways under TLS, still open',
    session: encrypted().records('client', 5, 90).records('server', 5, 90).build(),
    verdict: 'open tls',
  },

  // Not seen is not failed.
  {
    name: 'a capture that starts midway and ends midway',
    session: aSession().midstream().message('client', 9).message('server', 9).build(),
    verdict: 'open open',
  },
  {
    name: 'a capture that starts midway, closed',
    session: closed(aSession().midstream().message('client', 9).message('server', 9)),
    verdict: 'ok close',
  },
  {
    name: 'only what the client sends, then its FIN',
    session: oneDirection(opened().message('client', 9).fin('client').build(), 'server'),
    verdict: 'partial open',
  },
  {
    name: 'only what the server sends, still open',
    session: oneDirection(opened().message('server', 9).build(), 'client'),
    verdict: 'partial open',
  },
  {
    name: 'only what the client sends, closed',
    session: oneDirection(opened().close('client', 1000).fin('client').build(), 'server'),
    verdict: 'ok close',
  },
  {
    name: 'a request whose answer lies behind the end of the capture',
    session: judged(
      aSession()
        .handshake()
        .request('/live', [...UPGRADE])
        .captureGoesOn(1000)
        .build(),
    ),
    verdict: 'partial upgrade',
  },
  {
    name: 'a request whose answer fell into a hole',
    session: changed(
      judged(
        aSession()
          .handshake()
          .request('/live', [...UPGRADE])
          .fin('server')
          .build(),
      ),
      ({ tcp }) => tcp.gaps.push({ side: 'server', length: 150, packet: 6, at: tcp.last.at }),
    ),
    verdict: 'partial upgrade',
  },
  {
    name: 'a stripped request that is still unanswered',
    session: judged(
      aSession()
        .handshake()
        .request('/live', having(UPGRADE, { Upgrade: undefined }))
        .captureGoesOn(500)
        .build(),
    ),
    verdict: 'partial upgrade',
  },
  {
    name: 'a hole at the very end, then a FIN',
    session: changed(opened().message('client', 9).message('server', 9).fin('server').build(), ({ tcp }) =>
      tcp.gaps.push({ side: 'server', length: 4, packet: 8, at: tcp.last.at }),
    ),
    verdict: 'partial open',
  },
  {
    name: 'SYNs at the end of the capture',
    session: aSession().unansweredSyns(2).captureGoesOn(500).build(),
    verdict: 'partial tcp',
  },
  {
    name: 'a TLS handshake cut off by the end of the capture',
    session: aSession().handshake().clientHello('a.example.com').serverHello().captureGoesOn(500).build(),
    verdict: 'partial tls',
  },
  {
    name: 'a TLS session half captured, with a hole in the handshake',
    session: changed(encrypted().fin('client').build(), ({ tls, tcp }) => {
      if (tls !== undefined) tls.handshakeGap = true;
      tcp.flows.server.bytes = 3000;
    }),
    verdict: 'partial tls',
  },
  {
    name: 'an encrypted session that ended as any might',
    session: encrypted()
      .records('client', 5, 90)
      .records('server', 5, 90)
      .wait(60_000)
      .fin('server')
      .fin('client')
      .build(),
    verdict: 'partial tls',
  },
  {
    name: 'a browser’s spare TLS connection',
    session: encrypted().wait(30_000).fin('client').build(),
    verdict: 'partial tls',
  },
];

describe('healthy and half-seen sessions', () => {
  it.each(CASES)('accuses nobody: $name', ({ session, verdict }) => {
    expect(verdictOn(session)).toBe(verdict);
  });

  it('has a cause exactly when it says failed, and a confidence always', () => {
    for (const session of [...CASES.map((known) => known.session), answered(403), aSession().refused().build()]) {
      const { outcome, cause, confidence, decisive } = diagnose(session, viewOf([session]));
      expect(cause !== null).toBe(outcome === 'failed');
      expect(decisive !== undefined).toBe(outcome === 'failed');
      expect(['proven', 'likely', 'possible']).toContain(confidence);
    }
  });

  it('is less sure of a goodbye when the other direction was not captured', () => {
    const session = oneDirection(opened().close('client', 1000).fin('client').build(), 'server');
    expect(diagnose(session, viewOf([session])).confidence).toBe('likely');
    const both = closed(opened());
    expect(diagnose(both, viewOf([both])).confidence).toBe('proven');
  });
});
