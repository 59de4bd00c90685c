import { describe, expect, it } from 'vitest';
import { unansweredRequest } from '../../../../src/diagnosis/rules/upgrade/unanswered-request.js';
import { aSession } from '../../../wire/session-builder.js';
import { judged, opened, refusedBy, UPGRADE, unacknowledged } from '../../sessions.js';
import { filled, findingOf, found, verdictOn, viewOf } from '../../verdict.js';

const asked = () =>
  aSession()
    .handshake()
    .request('/live', [...UPGRADE]);

describe('upgrade/unanswered-request', () => {
  it.each([
    {
      name: 'the client left soon',
      session: asked().wait(800).fin('client').build(),
      says: 'upgrade-unanswered error left',
    },
    {
      name: 'the client gave up',
      session: asked().wait(5000).fin('client').build(),
      says: 'upgrade-unanswered error gaveUp',
    },
    {
      name: 'nobody ended it for 5 s',
      session: asked().captureGoesOn(5000).build(),
      says: 'upgrade-unanswered error silent',
    },
    { name: 'the server closed', session: asked().fin('server').build(), says: 'upgrade-connection-closed error fin' },
    { name: 'the server reset', session: asked().rst('server').build(), says: 'upgrade-connection-closed error rst' },
  ])('tells who ended the silence: $name', ({ session, says }) => {
    expect(found(unansweredRequest, judged(session))).toBe(says);
    expect(verdictOn(judged(session))).toBe(`failed upgrade ${says.split(' ')[0]}`);
  });

  it('knows a server that had closed before the request came, and which sessions it kept', () => {
    const turnedAway = aSession(3)
      .handshake()
      .fin('server')
      .request('/live', [...UPGRADE])
      .build();
    const alone = findingOf(unansweredRequest, judged(turnedAway));
    expect(alone).toMatchObject({ cause: 'upgrade-connection-closed', message: 'before', remedies: ['backend'] });
    expect(verdictOn(judged(turnedAway))).toBe('failed upgrade upgrade-connection-closed');
    const living = opened(1).wait(9000).message('server', 3).build();
    const beside = findingOf(unansweredRequest, turnedAway, viewOf([living, turnedAway]));
    expect(beside).toMatchObject({ message: 'full', data: { others: { texts: ['1'] } }, remedies: ['limit'] });
    const over = opened(1).rst('server').build();
    over.tcp.endPacket = over.tcp.first;
    expect(findingOf(unansweredRequest, turnedAway, viewOf([over, turnedAway]))?.message).toBe('before');
    const kept = aSession(3)
      .handshake()
      .wait(60_000)
      .fin('server')
      .request('/live', [...UPGRADE])
      .build();
    expect(findingOf(unansweredRequest, kept, viewOf([living, kept]))?.remedies).toEqual(['log']);
  });

  it('leaves it open whether a client that left soon was stopped by its own program', () => {
    const soon = findingOf(unansweredRequest, judged(asked().wait(800).fin('client').build()));
    expect(soon).toMatchObject({ confidence: 'likely', remedies: ['client', 'program', 'tls'] });
    const late = findingOf(unansweredRequest, judged(asked().wait(5000).fin('client').build()));
    expect(late).toMatchObject({ confidence: 'proven', remedies: ['program', 'tls'] });
    const back = asked().wait(800).fin('client').build();
    const leg = { front: opened(2).build(), back, matchedBy: 'key' as const };
    expect(found(unansweredRequest, back, { ...viewOf([back]), legs: [leg] })).toBe('upgrade-unanswered error gaveUp');
  });

  it('does not send to wss whoever asks a port that has answered plain HTTP', () => {
    for (const session of [asked().captureGoesOn(6000).build(), asked().fin('server').build()]) {
      expect(findingOf(unansweredRequest, session)?.remedies).toContain('tls');
      const known = viewOf([session], { spokeHttp: 1 });
      expect(findingOf(unansweredRequest, session, known)?.remedies).not.toContain('tls');
    }
  });

  it('does not blame the server for the reset of something nearer', () => {
    const session = asked().rst('server').build();
    session.tcp.flows.server.rstTtl = session.tcp.flows.server.ttl + 1;
    expect(findingOf(unansweredRequest, session)).toMatchObject({
      message: 'foreign',
      confidence: 'likely',
      remedies: ['middle'],
    });
  });

  it('calls a request lost that was repeated and never acknowledged', () => {
    const session = asked().captureGoesOn(8000).build();
    unacknowledged(session, 'client', session.upgrade!.request!.span.last);
    expect(found(unansweredRequest, session)).toBe('upgrade-request-lost error lost');
  });

  it('names who refused the request by ICMP, and does not wait for more of it', () => {
    const session = asked().captureGoesOn(2000).build();
    const sent = session.upgrade!.request!.span.last;
    refusedBy(unacknowledged(session, 'client', sent), sent, 3);
    const finding = findingOf(unansweredRequest, session);
    expect(finding).toMatchObject({ message: 'lost', data: { router: { text: '192.0.2.1' } }, remedies: ['refused'] });
    expect(filled(finding, 'refusal')).toBe('; 192.0.2.1 answered 3 packets of the client by ICMP: port unreachable');
  });

  it.each([
    { name: 'a capture that ends', session: asked().captureGoesOn(4000).build() },
    { name: 'an answer', session: opened().build() },
    { name: 'one direction only', session: asked().unseen('both-sides').captureGoesOn(9000).build() },
  ])('says nothing of $name', ({ session }) => {
    expect(found(unansweredRequest, session)).toBe('nothing');
  });

  it('does not take an answer that the capture missed for silence', () => {
    const session = asked().captureGoesOn(9000).build();
    session.tcp.gaps.push({ side: 'server', length: 200, packet: 6, at: session.tcp.last.at });
    expect(found(unansweredRequest, session)).toBe('nothing');
    expect(verdictOn(session)).toBe('partial upgrade');
  });
});
