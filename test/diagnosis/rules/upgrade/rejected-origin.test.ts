import { describe, expect, it } from 'vitest';
import { rejectedOrigin } from '../../../../src/diagnosis/rules/upgrade/rejected-origin.js';
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

  it.each([
    { name: 'a page of the same host', session: from('https://api.example.com', 403) },
    { name: 'a request without an Origin', session: answered(403) },
    { name: 'a 404', session: from('https://www.example.net', 404, 'origin server says no') },
    { name: 'a 101', session: from('https://www.example.net', 101) },
  ])('says nothing of $name', ({ session }) => {
    expect(found(rejectedOrigin, session)).toBe('nothing');
  });
});
