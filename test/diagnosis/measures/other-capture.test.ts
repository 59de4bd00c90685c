import { describe, expect, it } from 'vitest';
import { CAPTURE_STRIDE } from '../../../src/capture/packet.js';
import { droppedBetween, lackingCapture, pathRemedy } from '../../../src/diagnosis/measures/other-capture.js';
import { lostPeer } from '../../../src/diagnosis/rules/keepalive/lost-peer.js';
import { unansweredRequest } from '../../../src/diagnosis/rules/upgrade/unanswered-request.js';
import type { Session } from '../../../src/session/session.js';
import type { Side } from '../../../src/stream/side.js';
import { arrivalAt, opened, unacknowledged } from '../sessions.js';
import { filled, findingOf } from '../verdict.js';

/** The client's data is stuck from 1 s on and sent again each second until 6 s, all in the first capture. */
const stuck = (): Session => {
  const session = opened().wait(980).message('client', 20).captureGoesOn(8000).build();
  return unacknowledged(session, 'client', session.websocket!.lastData.client!);
};
const sentAgain = ({ tcp }: Session) => [tcp.flows.client.oldestUnacked!, ...tcp.flows.client.repeats];
/** A packet that the second capture has, too. */
const inSecond = (session: Session, from: Side, packet: number, seconds: number): Session => {
  const { at } = arrivalAt(packet, seconds);
  session.timeline.event('tcp', 'copy', from, CAPTURE_STRIDE + packet, at, { bytes: 0 });
  return session;
};

describe('packets that another capture lacks', () => {
  it('were dropped in between, where that capture goes on', () => {
    const session = inSecond(inSecond(stuck(), 'client', 1, 0), 'server', 8, 7);
    const found = lackingCapture(session, 'client', sentAgain(session));
    expect(found).toEqual({ home: 1, other: 2, wentOn: true });
    expect(pathRemedy(found, 'path')).toBe('between');
    const finding = findingOf(lostPeer, session);
    expect(filled(finding, 'between')).toMatch(/^\. Capture 2 goes on/);
    expect(finding?.remedies).toEqual(['silent', 'notice', 'between']);
  });

  it('may have been, where nothing shows that it was still running', () => {
    const session = inSecond(stuck(), 'client', 1, 0);
    const found = lackingCapture(session, 'client', sentAgain(session));
    expect(found).toEqual({ home: 1, other: 2, wentOn: false });
    expect(pathRemedy(found, 'path')).toBe('betweenLikely');
    expect(droppedBetween(found).between).toEqual({ type: 'text', text: '' });
    expect(findingOf(lostPeer, session)?.remedies).toEqual(['silent', 'notice', 'betweenLikely']);
  });

  it.each([
    { name: 'there is one capture only', session: stuck() },
    { name: 'the other never saw that side', session: inSecond(stuck(), 'server', 1, 0) },
    { name: 'the other has one of them', session: inSecond(inSecond(stuck(), 'client', 1, 0), 'client', 8, 3) },
  ])('are not spoken of where $name', ({ session }) => {
    expect(lackingCapture(session, 'client', sentAgain(session))).toBeUndefined();
    expect(findingOf(lostPeer, session)?.remedies).toEqual(['silent', 'notice', 'path']);
  });

  it('are told of an answer that does not arrive, too', () => {
    const session = opened().wait(9000).fin('client').build();
    unacknowledged(session, 'server', session.upgrade!.response!.span.last, 4);
    expect(findingOf(unansweredRequest, session)?.remedies).toEqual(['answerPath']);
    inSecond(inSecond(session, 'server', 1, 0), 'client', 9, 9);
    expect(findingOf(unansweredRequest, session)?.remedies).toEqual(['between']);
  });
});
