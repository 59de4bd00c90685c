import { describe, expect, it } from 'vitest';
import { saysPingTimeout } from '../../../../src/diagnosis/measures/ping-timeout.js';
import { closeCode } from '../../../../src/diagnosis/rules/closing/close-code.js';
import { latePing } from '../../../../src/diagnosis/rules/keepalive/late-ping.js';
import { unansweredPing } from '../../../../src/diagnosis/rules/keepalive/unanswered-ping.js';
import type { Session } from '../../../../src/session/session.js';
import { arrivalAt, opened } from '../../sessions.js';
import { findingOf, found, verdictOn } from '../../verdict.js';

const TIMEOUT = 'keepalive ping timeout';

/** The server pings after some milliseconds, and closes after more. */
const gaveUp = (waited: number, reason = TIMEOUT, code = 1011): Session =>
  opened().message('client', 5).ping('server').wait(waited).close('server', code, reason).rst('client').build();

/** The same; the ping was lost and acknowledged so many milliseconds before the Close. */
const lost = (before: number, reason = TIMEOUT, code = 1011): Session => {
  const session = gaveUp(13_000, reason, code);
  const since = session.websocket!.pings.server.last!;
  const until = arrivalAt(40, session.websocket!.firstClose!.span.first.at / 1e9 - before / 1e3);
  session.tcp.flows.server.outages.push({ since, until, repeats: 7 });
  return session;
};

const withTrips = (session: Session, seconds: number, samples = 100): Session => {
  const [median, max] = [seconds * 1e9, seconds * 2e9];
  session.tcp.flows.server.rtt = { samples, min: 1e6, median, p95: max, max };
  return session;
};

describe('keepalive/late-ping', () => {
  it('tells a ping that was lost until its sender gave up, and accuses no program of it', () => {
    const session = lost(1);
    expect(findingOf(latePing, session)).toMatchObject({
      message: 'outage',
      cause: 'ws-peer-vanished',
      confidence: 'likely',
      data: { peer: { side: 'client' }, repeats: { n: 7 } },
    });
    expect(found(unansweredPing, session)).toBe('nothing');
    expect(verdictOn(session)).toBe('failed open ws-peer-vanished');
    expect(found(latePing, lost(1, ''))).toBe('ws-peer-vanished error outage');
  });

  it('leaves a ping that arrived late, and then waited in vain, to what it waited for', () => {
    const session = lost(9000, '');
    expect(found(latePing, session)).toBe('nothing');
    expect(findingOf(unansweredPing, session)).toMatchObject({ message: 'stalledLeft', data: { waited: { ns: 9e9 } } });
    expect(found(latePing, lost(1, '', 1000))).toBe('nothing');
  });

  it('tells a way that was full while a ping waited', () => {
    expect(findingOf(latePing, withTrips(gaveUp(300), 1.7))).toMatchObject({
      message: 'queue',
      cause: 'ws-ping-unanswered',
      remedies: ['queue', 'patience'],
    });
    expect(found(latePing, withTrips(gaveUp(300), 0.2))).toBe('nothing');
    expect(found(latePing, withTrips(gaveUp(300), 1.7, 2))).toBe('nothing');
    expect(found(latePing, withTrips(gaveUp(300, 'bye', 4000), 1.7))).toBe('nothing');
    const far = withTrips(gaveUp(300), 1.7);
    far.tcp.handshakeRtt = 1.5e9;
    expect(found(latePing, far)).toBe('nothing');
  });

  it('tells, near the one that was pinged, a ping that the Close followed at once', () => {
    const near = (vantage: 'client' | 'server', waited: number): Session => {
      const session = gaveUp(waited);
      session.tcp.vantage = vantage;
      return session;
    };
    expect(findingOf(latePing, near('client', 5))).toMatchObject({ message: 'late', data: { before: { ns: 6e6 } } });
    expect(verdictOn(near('client', 5))).toBe('failed open ws-ping-unanswered');
    expect(found(latePing, near('client', 20_000))).toBe('nothing');
    expect(found(latePing, near('server', 5))).toBe('nothing');
  });

  it('knows the wording of a ping timeout, which closes for no fault of the program', () => {
    expect(['keepalive ping timeout', 'Ping timed out', 'pong time-out'].every(saysPingTimeout)).toBe(true);
    expect(['shipping timeout', 'timeout', 'pinged'].some(saysPingTimeout)).toBe(false);
    expect(found(closeCode, gaveUp(5))).toBe('ws-internal-error error ping-timeout');
    expect(found(closeCode, gaveUp(5, 'boom'))).toBe('ws-internal-error error ws-internal-error');
  });
});
