import { describe, expect, it } from 'vitest';
import { idleTimeout } from '../../../../src/diagnosis/rules/keepalive/idle-timeout.js';
import { aSession } from '../../../wire/session-builder.js';
import { having, judged, opened, SWITCHING, UPGRADE } from '../../sessions.js';
import { filled, findingOf, found, verdictOn, viewOf } from '../../verdict.js';

const idle = (ms: number, by: 'client' | 'server' = 'server') =>
  opened().message('client', 20).message('server', 20).wait(ms).fin(by).build();

describe('keepalive/idle-timeout', () => {
  it('names all candidates of a known timer, and no single product', () => {
    const finding = findingOf(idleTimeout, idle(60_004));
    expect(finding).toMatchObject({ cause: 'ws-idle-timeout', confidence: 'likely', message: 'timer' });
    expect(filled(finding, 'candidates')?.split('), ')).toEqual(
      expect.arrayContaining([
        'nginx proxy_read_timeout (60 s, +0.005 s',
        'AWS ALB and CLB idle timeout (60 s, +0.005 s',
      ]),
    );
    expect(verdictOn(idle(60_004))).toBe('failed open ws-idle-timeout');
  });

  it.each([59_900, 60_300, 61_200])('takes a silence of %i ms for 60 s', (ms) => {
    expect(found(idleTimeout, idle(ms))).toBe('ws-idle-timeout error timer');
  });

  it.each([12_345, 58_000, 63_000, 90_000])('knows no timer of %i ms', (ms) => {
    expect(found(idleTimeout, idle(ms))).toBe('nothing');
    expect(verdictOn(idle(ms))).toBe('failed open ws-abnormal-closure');
  });

  it('is less sure when the client left, unless that client is a proxy', () => {
    expect(findingOf(idleTimeout, idle(60_004, 'client'))?.confidence).toBe('possible');
    const behind = aSession()
      .handshake()
      .request('/live', having(UPGRADE, { 'X-Forwarded-For': '10.0.0.9' }))
      .response(101, undefined, [...SWITCHING])
      .wait(60_004)
      .fin('client')
      .build();
    expect(findingOf(idleTimeout, behind)?.confidence).toBe('likely');
  });

  it('knows the leg behind a proxy by the key that both legs carry', () => {
    const legs = [judged(idle(60_004)), judged(idle(60_004, 'client'))];
    expect(findingOf(idleTimeout, legs[1]!, viewOf(legs))?.confidence).toBe('likely');
    expect(findingOf(idleTimeout, legs[1]!)?.confidence).toBe('possible');
  });

  it.each([
    { sessions: 3, ms: 3000, expected: 'ws-idle-timeout error shared' },
    { sessions: 2, ms: 3000, expected: 'nothing' },
    { sessions: 3, ms: 3200, expected: 'nothing' },
    { sessions: 3, ms: 1000, expected: 'nothing' },
  ])('takes $sessions silences of $ms ms for $expected', ({ sessions: number, ms, expected }) => {
    const sessions = Array.from({ length: number }, (_, n) =>
      opened(n + 1)
        .startingAt((n + 1) * 1000, (n + 1) * 20_000)
        .message('server', 5)
        .wait(ms)
        .fin('server')
        .build(),
    );
    expect(found(idleTimeout, sessions[0]!, viewOf(sessions))).toBe(expected);
  });

  it('learns a timer from other sessions with the same server', () => {
    const sessions = [1, 2].map((id) =>
      opened(id)
        .startingAt(id * 1000, id * 20_000)
        .message('server', 5)
        .wait(7_000)
        .fin('server')
        .build(),
    );
    const view = viewOf(sessions);
    for (const session of sessions) expect(found(idleTimeout, session, view)).toBe('ws-idle-timeout error shared');
    expect(found(idleTimeout, sessions[0]!)).toBe('nothing');
  });

  it('does not take one event that ended many for a timer', () => {
    const sessions = [1, 2].map((id) => opened(id).message('server', 5).wait(7_000).fin('server').build());
    expect(found(idleTimeout, sessions[0]!, viewOf(sessions))).toBe('nothing');
  });

  it('warns of an idle timeout that says goodbye with 1001, and calls the session ok', () => {
    const session = opened()
      .message('client', 5)
      .wait(30_000)
      .close('server', 1001, 'Idle Timeout')
      .fin('server')
      .build();
    expect(found(idleTimeout, session)).toBe('ws-idle-timeout warning closed');
    expect(verdictOn(session)).toBe('ok close');
  });

  it('is no silence when data was never acknowledged', () => {
    const session = idle(60_004);
    session.tcp.flows.client.unackedBytes = 20;
    expect(found(idleTimeout, session)).toBe('nothing');
  });
});
