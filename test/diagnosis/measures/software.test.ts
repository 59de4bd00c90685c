import { describe, expect, it } from 'vitest';
import { remediesFor, softwareOf } from '../../../src/diagnosis/measures/software.js';
import { answered, having, UPGRADE } from '../sessions.js';
import { viewOf } from '../verdict.js';

const of = (told: Parameters<typeof answered>[1], status = 502) => {
  const session = answered(status, told);
  return softwareOf(session, viewOf([session])).join(' ');
};

describe('software', () => {
  it.each([
    { name: 'nothing', told: {}, is: '' },
    { name: 'Server: nginx', told: { response: [['Server', 'nginx/1.22.1']] as const }, is: 'nginx' },
    { name: 'Varnish', told: { response: [['Via', '1.1 varnish (Varnish/7.1)']] as const }, is: 'varnish' },
    { name: 'awselb', told: { response: [['Server', 'awselb/2.0']] as const }, is: 'alb' },
    { name: 'envoy’s words', told: { body: 'no healthy upstream' }, is: 'envoy' },
    {
      name: 'haproxy’s page',
      told: {
        body: '<html><body><h1>503 Service Unavailable</h1>\nNo server is available to handle this request.\n</body></html>\n',
      },
      is: 'haproxy',
    },
    { name: 'httpd', told: { response: [['Server', 'Apache/2.4.71 (Debian)']] as const }, is: 'apache' },
    { name: 'a Coyote is no httpd', told: { response: [['Server', 'Apache-Coyote/1.1']] as const }, is: '' },
    {
      name: 'Traefik’s headers',
      told: {
        request: having(UPGRADE, { 'X-Forwarded-Server': 'edge', 'X-Forwarded-Host': 'a', 'X-Real-Ip': '10.0.0.1' }),
      },
      is: 'traefik',
    },
    {
      name: 'the ingress controller in front of nginx’s own name',
      told: {
        request: having(UPGRADE, { 'X-Scheme': 'https', 'X-Forwarded-Scheme': 'https' }),
        response: [['Server', 'nginx']] as const,
      },
      is: 'ingress',
    },
    { name: 'Express', told: { response: [['X-Powered-By', 'Express']] as const }, is: 'express' },
    { name: 'gorilla', told: { body: 'websocket: request origin not allowed by Upgrader.CheckOrigin' }, is: 'gorilla' },
    {
      name: 'coder',
      told: { body: 'request Origin "https://a.test" is not authorized for Host "b.test"' },
      is: 'coder',
    },
    {
      name: 'Spring',
      told: { body: '{"timestamp":"2026-01-01T00:00:00Z","status":404,"error":"Not Found","path":"/a"}' },
      is: 'spring',
    },
    {
      name: 'Micronaut',
      told: {
        body: '{"_links":{"self":[{"href":"/ws","templated":false}]},"_embedded":{"errors":[{"message":"Page Not Found"}]},"message":"Not Found"}',
      },
      is: 'micronaut',
    },
  ])('reads $name', ({ told, is }) => {
    expect(of(told)).toBe(is);
  });

  it('gives the advice for what was found, and the general one only without', () => {
    const table = { nginx: 'a', envoy: 'b' };
    expect(remediesFor(['nginx'], table, ['c'])).toEqual(['a']);
    expect(remediesFor(['spring'], table, ['c'])).toEqual(['c']);
    expect(remediesFor(['nginx', 'envoy'], table, [])).toEqual(['a', 'b']);
  });
});
