import { describe, expect, it } from 'vitest';
import { slowConsumer } from '../../../../src/diagnosis/rules/flow/slow-consumer.js';
import type { Session } from '../../../../src/session/session.js';
import { opened } from '../../sessions.js';
import { found, verdictOn, viewOf } from '../../verdict.js';

const closedWindow = (session: Session): Session => {
  session.tcp.flows.client.windowClosedSince = session.websocket?.lastFrame.server;
  return session;
};

describe('flow/slow-consumer', () => {
  it('sees a window that stayed closed until the end', () => {
    const session = closedWindow(opened().message('server', 9000).wait(8000).rst('server').build());
    expect(found(slowConsumer, session)).toBe('ws-slow-consumer error ended');
    expect(verdictOn(session)).toBe('failed open ws-slow-consumer');
  });

  it('stands before the Close that the sender gives up with', () => {
    const session = closedWindow(
      opened().message('server', 9000).wait(8000).close('server', 1008).fin('server').build(),
    );
    expect(verdictOn(session)).toBe('failed open ws-slow-consumer');
  });

  it.each(['client', 'server'] as const)('explains why the goodbye of the %s found no answer', (from) => {
    const session = closedWindow(
      opened().message('server', 9000).wait(4000).close(from, 1000).wait(15_000).rst(from).build(),
    );
    expect(found(slowConsumer, session)).toBe('ws-slow-consumer error ended');
    expect(verdictOn(session)).toBe('failed open ws-slow-consumer');
  });

  it('only warns where the goodbye was answered, or nobody waited for an answer', () => {
    const answered = opened().message('server', 9000).wait(4000).close('client', 1000).close('server', 1000);
    expect(verdictOn(closedWindow(answered.wait(9000).fin('server').build()))).toBe('ok close');
    const inHaste = opened().message('server', 9000).wait(4000).close('client', 1000).fin('client').build();
    expect(verdictOn(closedWindow(inHaste))).toBe('ok close');
  });

  it('only warns while nobody has ended the session', () => {
    const session = closedWindow(opened().message('server', 9000).captureGoesOn(6000).build());
    expect(found(slowConsumer, session)).toBe('ws-slow-consumer warning stillClosed');
    expect(verdictOn(session)).toBe('open open');
  });

  it('tells how often and how long the window had been closed before', () => {
    const session = closedWindow(opened().message('server', 9000).wait(8000).rst('server').build());
    const { client } = session.tcp.flows;
    client.zeroWindows = 3;
    client.windowClosedFor = 2.5e9;
    expect(found(slowConsumer, session)).toBe('ws-slow-consumer error endedAtLast');
    const [finding] = slowConsumer.check(session, viewOf([session]));
    expect(finding?.data).toMatchObject({
      times: { type: 'count', n: 2 },
      before: { type: 'duration', ns: 2.5e9 },
    });
    const open = closedWindow(opened().message('server', 9000).captureGoesOn(6000).build());
    open.tcp.flows.client.zeroWindows = 2;
    open.tcp.flows.client.windowClosedFor = 1e9;
    expect(found(slowConsumer, open)).toBe('ws-slow-consumer warning stillClosedAgain');
  });

  it('says nothing of a window that is open, or closed for a moment', () => {
    expect(found(slowConsumer, opened().message('server', 9000).fin('server').build())).toBe('nothing');
    expect(found(slowConsumer, closedWindow(opened().message('server', 9).captureGoesOn(900).build()))).toBe('nothing');
  });
});
