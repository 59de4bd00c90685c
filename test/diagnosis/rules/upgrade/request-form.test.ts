import { describe, expect, it } from 'vitest';
import { requestForm } from '../../../../src/diagnosis/rules/upgrade/request-form.js';
import type { Header } from '../../../../src/http/http-facts.js';
import { answered, having, UPGRADE } from '../../sessions.js';
import { filled, findingOf, found, verdictOn } from '../../verdict.js';

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

  it('blames of several faults the one that the answer names', () => {
    const bare = { 'Sec-WebSocket-Key': undefined, 'Sec-WebSocket-Version': undefined };
    const told = (body: string, response: Header[] = []) =>
      findingOf(requestForm, answered(400, { request: having(UPGRADE, bare), body, response }));
    const aboutKey = told('Missing or invalid Sec-WebSocket-Key header');
    expect(aboutKey).toMatchObject({ message: 'key-missing', cause: 'upgrade-key-invalid' });
    expect(filled(aboutKey, 'body')).toContain('its body says “Missing or invalid Sec-WebSocket-Key header”');
    expect(told('Bad Request')?.message).toBe('key-missing');
    expect(told('missing Sec-WebSocket-Version')?.message).toBe('version-absent');
    expect(told('', [['Sec-WebSocket-Version', '13']])?.message).toBe('version-missing');
  });

  it('blames a version given twice only where the answer names versions', () => {
    const twice = [...UPGRADE, ['Sec-WebSocket-Version', '8'] as const];
    const versions = [['Sec-Websocket-Version', '7, 8, 13']] as const;
    const listed = findingOf(requestForm, answered(426, { request: twice, response: versions }));
    expect(listed).toMatchObject({ message: 'version-repeated', cause: 'upgrade-version-unsupported' });
    expect(found(requestForm, answered(400, { request: twice, body: 'invalid Sec-WebSocket-Version' }))).toContain(
      'version-repeated',
    );
    expect(found(requestForm, answered(400, { request: twice }))).toBe('nothing');
  });

  it('does not invent the versions of a server that lists none', () => {
    expect(findingOf(requestForm, changed({ 'Sec-WebSocket-Version': '8' }))?.message).toBe('version-refused');
    expect(findingOf(requestForm, changed({ 'Sec-WebSocket-Version': undefined }))?.message).toBe('version-absent');
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
