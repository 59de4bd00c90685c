import { describe, expect, it } from 'vitest';
import { unansweredHello } from '../../../../src/diagnosis/rules/tls/unanswered-hello.js';
import { aSession } from '../../../wire/session-builder.js';
import { refusedBy, unacknowledged } from '../../sessions.js';
import { findingOf, found, verdictOn, viewOf } from '../../verdict.js';

const hello = (sni: string | null = 'a.example.com') => aSession().handshake().clientHello(sni);

describe('tls/unanswered-hello', () => {
  it.each([
    { session: hello().captureGoesOn(6000).build(), says: 'tls-hello-unanswered error silent' },
    { session: hello().wait(900).fin('client').build(), says: 'tls-hello-unanswered error gaveUp' },
    { session: hello().fin('server').build(), says: 'tls-reset-after-client-hello error fin' },
    { session: hello().rst('server').build(), says: 'tls-reset-after-client-hello error rst' },
  ])('tells by who ended the silence: $says', ({ session, says }) => {
    expect(found(unansweredHello, session)).toBe(says);
    expect(verdictOn(session)).toBe(`failed tls ${says.split(' ')[0]}`);
  });

  it('says so when the hello itself was lost', () => {
    const session = hello().captureGoesOn(9000).build();
    unacknowledged(session, 'client', session.tls!.clientHello!.span.last);
    expect(found(unansweredHello, session)).toBe('tls-hello-unanswered error lost');
    expect(findingOf(unansweredHello, session)?.remedies).toEqual(['mtu', 'filter']);
    refusedBy(session, session.tls!.clientHello!.span.last, 2);
    expect(findingOf(unansweredHello, session)?.remedies).toEqual(['refused']);
  });

  it('knows a ServerHello that came when the client had left', () => {
    const late = hello().wait(2000).fin('client').wait(4000).serverHello().rst('client').build();
    unacknowledged(late, 'server', late.tls!.serverHello!.span.first);
    expect(findingOf(unansweredHello, late)).toMatchObject({
      message: 'late',
      confidence: 'proven',
      data: { patience: { ns: 2_001_000_000 }, waited: { ns: 6_002_000_000 } },
      remedies: ['stall', 'client'],
    });
    expect(verdictOn(late)).toBe('failed tls tls-hello-unanswered');
    const inTime = hello().serverHello().fin('client').build();
    expect(found(unansweredHello, inTime)).toBe('nothing');
  });

  it('knows an answer that was lost: here by the numbers, at the server by its repeats', () => {
    const lost = hello().wait(14_000).fin('client').build();
    lost.tcp.flows.server.unseenBytes = 1383;
    expect(findingOf(unansweredHello, lost)).toMatchObject({
      message: 'answerLost',
      data: { unseen: { bytes: 1383 } },
    });
    lost.tcp.flows.server.unseenBytes = 1;
    expect(findingOf(unansweredHello, lost)?.message).toBe('gaveUp');
    const repeated = (times: number) => {
      const session = hello().serverHello().wait(14_000).fin('client').build();
      return unacknowledged(session, 'server', session.tls!.serverHello!.span.first, times);
    };
    expect(findingOf(unansweredHello, repeated(7))).toMatchObject({
      message: 'unheardLeft',
      cause: 'tls-hello-unanswered',
      data: { repeats: { n: 7 }, patience: { ns: 14.002e9 } },
      remedies: ['answerPath'],
    });
    expect(verdictOn(repeated(7))).toBe('failed tls tls-hello-unanswered');
    expect(found(unansweredHello, repeated(0))).toBe('nothing');
  });

  it('suspects the missing name only where a name was accepted', () => {
    const session = hello(null).rst('server').build();
    const view = viewOf([session], { sniAccepted: ['b.example.com'] });
    expect(found(unansweredHello, session, view)).toBe('tls-server-name-missing error noName');
    expect(found(unansweredHello, session)).toBe('tls-reset-after-client-hello error rst');
  });

  it('says nothing while the capture may just end, or when the server spoke', () => {
    expect(found(unansweredHello, hello().captureGoesOn(3000).build())).toBe('nothing');
    expect(verdictOn(hello().captureGoesOn(3000).build())).toBe('partial tls');
    const spoke = hello().captureGoesOn(9000).build();
    spoke.tcp.flows.server.missingBytes = 1200;
    expect(found(unansweredHello, spoke)).toBe('nothing');
  });

  it('does not blame the server for the reset of something nearer', () => {
    const session = hello().rst('server').build();
    session.tcp.flows.server.rstTtl = session.tcp.flows.server.ttl + 1;
    expect(findingOf(unansweredHello, session)).toMatchObject({
      message: 'foreign',
      confidence: 'likely',
      remedies: ['filter'],
    });
  });
});
