import { describe, expect, it } from 'vitest';
import { sentCookies, setCookies } from '../../../src/report/har/har-cookies.js';

describe('cookies', () => {
  it('of a request are those of all its Cookie headers', () => {
    const headers = [
      ['Cookie', 'a=1; b=x=y;; c'],
      ['Host', 'd=4'],
      ['cookie', 'e='],
    ] as const;
    expect(sentCookies(headers)).toEqual([
      { name: 'a', value: '1' },
      { name: 'b', value: 'x=y' },
      { name: '', value: 'c' },
      { name: 'e', value: '' },
    ]);
  });

  it.each([
    { header: 'a=1', is: {} },
    {
      header: 'a=1; Path=/x; Domain=example.com; Secure; HttpOnly',
      is: { path: '/x', domain: 'example.com', secure: true, httpOnly: true },
    },
    { header: 'a=1; expires=Fri, 20 Nov 2026 10:02:11 GMT', is: { expires: '2026-11-20T10:02:11.000Z' } },
    { header: 'a=1; Expires=Fri, 20-Nov-2026 10:02:11 GMT', is: { expires: '2026-11-20T10:02:11.000Z' } },
    { header: 'a=1; Expires=tomorrow; Max-Age=5; SameSite=Lax', is: {} },
    { header: 'a=1; Expires=Fri, 99 Foo 2026 99:02:11 GMT', is: {} },
    { header: 'a=1; Expires=1 Nov 2026 10:00', is: {} },
  ])('of a response: $header', ({ header, is }) => {
    expect(setCookies([['Set-Cookie', header]])).toEqual([
      { name: 'a', value: '1', httpOnly: false, secure: false, ...is },
    ]);
  });
});
