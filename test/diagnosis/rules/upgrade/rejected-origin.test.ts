import { describe, expect, it } from 'vitest';
import { rejectedOrigin } from '../../../../src/diagnosis/rules/upgrade/rejected-origin.js';
import { reportOf } from '../../../wire/capture-report.js';
import { conversation } from '../../../wire/conversation.js';
import { answered, having, UPGRADE } from '../../sessions.js';
import { findingOf, found, verdictOn, viewOf } from '../../verdict.js';

const from = (origin: string, status: number, body = '') =>
  answered(status, { request: having(UPGRADE, { Origin: origin }), body });

describe('upgrade/rejected-origin', () => {
  it('believes an answer that says so', () => {
    const session = from('https://evil.example', 403, 'Failed to open a WebSocket connection: invalid Origin header');
    expect(findingOf(rejectedOrigin, session)).toMatchObject({ message: 'says', confidence: 'proven' });
    expect(verdictOn(session)).toBe('failed upgrade upgrade-origin-rejected');
  });

  it('takes a 403 to a page of another site for one, likely', () => {
    expect(findingOf(rejectedOrigin, from('https://www.example.net', 403))).toMatchObject({
      message: 'foreign',
      confidence: 'likely',
    });
  });

  it('proves it by the same request that was accepted from elsewhere', () => {
    const refused = from('https://www.example.net', 401);
    const accepted = from('https://api.example.com', 101);
    expect(findingOf(rejectedOrigin, refused, viewOf([refused, accepted]))).toMatchObject({
      message: 'elsewhere',
      confidence: 'proven',
      data: { accepted: { text: 'https://api.example.com' } },
    });
  });

  describe('behind a proxy', () => {
    const leg = (client: string, server: string, startMs: number, host: string, status: number, more = '') =>
      conversation({ client, server, serverPort: 80, startMs, stepMs: 0.1 })
        .handshake()
        .client(
          `GET /live HTTP/1.1\r\nHost: ${host}\r\nOrigin: https://chat.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: bm90IHRoZSBleGFtcGxlIQ==\r\nSec-WebSocket-Version: 13\r\n\r\n`,
        )
        .after(10 - 2 * startMs)
        .server(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n${more}\r\n`)
        .bye('client');
    const told = async (asked: string, passed: string, status = 403) => {
      const { sessions } = await reportOf(
        leg('10.0.0.1', '10.0.0.80', 0, asked, status, 'Server: nginx\r\n'),
        leg('10.1.0.80', '10.1.0.99', 2, passed, status),
      );
      return sessions;
    };

    it('tells at both legs that the proxy changed the Host, and how to pass it on', async () => {
      for (const { cause, verdict, findings } of await told('chat.test', '10.1.0.99')) {
        expect(cause).toBe('upgrade-origin-rejected');
        expect(findings[0]).toMatchObject({ message: 'rewritten', confidence: 'likely' });
        expect(findings[0]?.remedy).toEqual([expect.stringContaining('proxy_set_header Host $host;')]);
        expect(verdict).not.toContain('another site');
      }
    });

    it('leaves the page the fault where it was of another site before the proxy', async () => {
      const messages = (await told('api.test', '10.1.0.99')).map(({ findings }) => findings[0]?.message);
      expect(messages).toEqual(['foreign', 'foreign']);
    });

    it('says nothing of the Host where the server wants credentials, or got the Host of the client', async () => {
      expect((await told('chat.test', '10.1.0.99', 401)).map(({ cause }) => cause)).toEqual([
        'upgrade-unauthorized',
        'upgrade-unauthorized',
      ]);
      expect((await told('chat.test', 'chat.test')).map(({ cause }) => cause)).toEqual([
        'upgrade-forbidden',
        'upgrade-forbidden',
      ]);
    });
  });

  it.each([
    { name: 'a page of the same host', session: from('https://api.example.com', 403) },
    { name: 'a request without an Origin', session: answered(403) },
    { name: 'a 404', session: from('https://www.example.net', 404, 'origin server says no') },
    { name: 'a 101', session: from('https://www.example.net', 101) },
  ])('says nothing of $name', ({ session }) => {
    expect(found(rejectedOrigin, session)).toBe('nothing');
  });
});
