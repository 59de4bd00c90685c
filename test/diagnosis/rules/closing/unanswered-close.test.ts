import { describe, expect, it } from 'vitest';
import { unansweredClose } from '../../../../src/diagnosis/rules/closing/unanswered-close.js';
import { opened } from '../../sessions.js';
import { found, verdictOn } from '../../verdict.js';

describe('closing/unanswered-close', () => {
  it('does not blame a program for a Close that stood behind data which never arrived', () => {
    const session = opened().message('client', 4000).wait(500).close('client', 1000).wait(30_000).fin('client').build();
    expect(found(unansweredClose, session)).toBe('ws-close-unanswered error waited');
    const { client } = session.tcp.flows;
    client.oldestUnacked = session.websocket!.lastData.client;
    expect(found(unansweredClose, session)).toBe('ws-close-unanswered error waited');
    client.repeats.push(session.tcp.last);
    expect(found(unansweredClose, session)).toBe('nothing');
  });

  it('fails when the sender waited 2 s in vain', () => {
    const session = opened().message('server', 5).close('client', 1000).wait(2000).fin('client').build();
    expect(found(unansweredClose, session)).toBe('ws-close-unanswered error waited');
    expect(verdictOn(session)).toBe('failed close ws-close-unanswered');
  });

  it('fails when the sender was reset with data unacknowledged', () => {
    const session = opened().message('server', 5).close('client', 1000).rst('server').build();
    session.tcp.flows.client.unackedBytes = 8;
    expect(found(unansweredClose, session)).toBe('ws-close-unanswered error reset');
  });

  it.each([
    { name: 'an end at once', session: opened().close('client', 1000).fin('server').build(), says: 'null note note' },
    {
      name: 'a reset with all acknowledged',
      session: opened().close('client', 1001).rst('server').build(),
      says: 'null note note',
    },
    {
      name: 'a capture that ends',
      session: opened().close('client', 1000).captureGoesOn(3000).build(),
      says: 'null note late',
    },
    { name: 'an answer', session: opened().close('client', 1000).close('server', 1000).build(), says: 'nothing' },
    { name: 'an end that crossed it', session: opened().fin('server').close('client', 1001).build(), says: 'nothing' },
  ])('is content with $name', ({ session, says }) => {
    expect(found(unansweredClose, session)).toBe(says);
    expect(verdictOn(session)).toBe('ok close');
  });

  it('does not miss an answer that the capture missed', () => {
    const session = opened().message('server', 5).close('client', 1000).wait(3000).fin('client').build();
    const at = session.tcp.endPacket?.at ?? 0;
    session.tcp.gaps.push({ side: 'server', length: 4, packet: 20, at });
    expect(found(unansweredClose, session)).toBe('nothing');
  });

  it('expects no answer through a window that its sender had closed', () => {
    const session = opened().message('server', 5).close('client', 1000).wait(3000).rst('client').build();
    session.tcp.flows.client.windowClosedSince = session.websocket?.lastFrame.server;
    expect(found(unansweredClose, session)).toBe('nothing');
  });

  it('waits 5 s where nobody has ended the connection', () => {
    expect(found(unansweredClose, opened().close('client', 1000).captureGoesOn(6000).build())).toBe(
      'ws-close-unanswered error waited',
    );
  });
});
