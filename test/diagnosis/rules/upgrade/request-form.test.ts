import { describe, expect, it } from 'vitest';
import { requestForm } from '../../../../src/diagnosis/rules/upgrade/request-form.js';
import { answered, having, UPGRADE } from '../../sessions.js';
import { found, verdictOn } from '../../verdict.js';

const changed = (changes: Record<string, string | undefined>, status = 400) =>
  answered(status, { request: having(UPGRADE, changes) });

describe('upgrade/request-form', () => {
  it.each([
    { session: changed({ 'Sec-WebSocket-Version': '8' }), cause: 'upgrade-version-unsupported' },
    { session: changed({ 'Sec-WebSocket-Version': undefined }, 426), cause: 'upgrade-version-unsupported' },
    { session: changed({ 'Sec-WebSocket-Key': 'aGVsbG8=' }), cause: 'upgrade-key-invalid' },
    { session: changed({ 'Sec-WebSocket-Key': undefined }), cause: 'upgrade-key-invalid' },
    { session: answered(405, { method: 'POST' }), cause: 'upgrade-method-not-allowed' },
    { session: answered(400, { httpVersion: '1.0' }), cause: 'upgrade-http-1.0' },
  ])('finds $cause', ({ session, cause }) => {
    expect(verdictOn(session)).toBe(`failed upgrade ${cause}`);
  });

  it.each([401, 403, 404, 429])('does not blame the form for a %i', (status) => {
    expect(found(requestForm, changed({ 'Sec-WebSocket-Version': '8' }, status))).toBe('nothing');
  });

  it('leaves HTTP/1.0 to the proxy that stripped the headers too', () => {
    const request = having(UPGRADE, { Upgrade: undefined, Connection: 'close' });
    expect(found(requestForm, answered(400, { request, httpVersion: '1.0' }))).toBe('nothing');
  });

  it('has nothing against a proper request, or one that was accepted', () => {
    expect(found(requestForm, answered(400))).toBe('nothing');
    expect(found(requestForm, changed({ 'Sec-WebSocket-Version': '8' }, 101))).toBe('nothing');
  });
});
