import { describe, expect, it } from 'vitest';
import { refusedStatus } from '../../../../src/diagnosis/rules/upgrade/refused-status.js';
import { reportOf } from '../../../wire/capture-report.js';
import { conversation } from '../../../wire/conversation.js';
import { answered, opened } from '../../sessions.js';
import { filled, findingOf, found, verdictOn } from '../../verdict.js';

describe('upgrade/refused-status', () => {
  it.each([
    [200, 'upgrade-not-switched'],
    [204, 'upgrade-not-switched'],
    [301, 'upgrade-redirected'],
    [304, 'upgrade-redirected'],
    [400, 'upgrade-bad-request'],
    [401, 'upgrade-unauthorized'],
    [403, 'upgrade-forbidden'],
    [404, 'upgrade-not-found'],
    [405, 'upgrade-method-not-allowed'],
    [410, 'upgrade-not-found'],
    [418, 'upgrade-client-error'],
    [429, 'upgrade-rate-limited'],
    [431, 'upgrade-headers-too-large'],
    [500, 'upgrade-server-error'],
    [501, 'upgrade-server-error'],
    [502, 'upgrade-bad-gateway'],
    [503, 'upgrade-unavailable'],
    [504, 'upgrade-gateway-timeout'],
  ])('reads %i as %s', (status, cause) => {
    expect(found(refusedStatus, answered(status))).toBe(`${cause} error ${cause}`);
    expect(verdictOn(answered(status))).toBe(`failed upgrade ${cause}`);
  });

  it('has nothing against a 101', () => {
    expect(found(refusedStatus, opened().build())).toBe('nothing');
  });

  it('quotes the body without its markup, and where a redirect leads', () => {
    const session = answered(404, { body: '<html><h1>Not\n Found</h1><p>No such socket.</p></html>' });
    expect(filled(findingOf(refusedStatus, session), 'body')).toBe('; its body says “Not Found No such socket.”');
    const moved = answered(301, { response: [['Location', 'https://a.example.com/live/']] });
    expect(findingOf(refusedStatus, moved)?.data?.location).toMatchObject({ text: 'https://a.example.com/live/' });
  });

  it('waits for credentials behind a 401 on a connection that goes on, or that the capture lacks', () => {
    const session = answered(401);
    const { span } = session.upgrade!.response!;
    Object.assign(session.tcp, { end: 'none', endedBy: 'none' });
    Object.assign(session, { captureEnd: span.last.at + 1e9 });
    expect(found(refusedStatus, session)).toBe('nothing');
    expect(found(refusedStatus, Object.assign(session, { captureEnd: span.last.at + 6e9 }))).not.toBe('nothing');
    session.tcp.gaps.push({ side: 'client', length: 200, packet: 99, at: span.last.at + 1e6 });
    expect(found(refusedStatus, session)).toBe('nothing');
  });

  it('gives a command that repeats the request', () => {
    expect(findingOf(refusedStatus, answered(400))?.data?.url).toMatchObject({ text: 'http://api.example.com/live' });
  });

  it('suspects the path that a proxy changed, at both legs, before anything else', async () => {
    const leg = (client: string, server: string, startMs: number, target: string, status: number) =>
      conversation({ client, server, serverPort: 80, startMs, stepMs: 0.1 })
        .handshake()
        .client(
          `GET ${target} HTTP/1.1\r\nHost: chat.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: bm90IHRoZSBleGFtcGxlIQ==\r\nSec-WebSocket-Version: 13\r\n\r\n`,
        )
        .after(10 - 2 * startMs)
        .server(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`)
        .bye('client');
    const told = async (asked: string, passed: string, status = 400) => {
      const talks = [leg('10.0.0.1', '10.0.0.80', 0, asked, status), leg('10.1.0.80', '10.1.0.99', 2, passed, status)];
      return (await reportOf(...talks)).sessions.map(({ findings }) => findings[0]?.remedy[0]);
    };
    const suspected = expect.stringContaining('The proxy made /room of /ws/room.');
    expect(await told('/ws/room?token=secret', '/room')).toEqual([suspected, suspected]);
    expect(await told('/ws/room', '/room', 404)).toEqual([suspected, suspected]);
    for (const [asked, passed, status] of [
      ['/room?a', '/room', 400],
      ['/ws/room', '/room', 429],
    ] as const)
      expect(JSON.stringify(await told(asked, passed, status))).not.toContain('The proxy made');
  });
});
