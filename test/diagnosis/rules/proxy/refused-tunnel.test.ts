import { describe, expect, it } from 'vitest';
import { refusedTunnel } from '../../../../src/diagnosis/rules/proxy/refused-tunnel.js';
import { aSession } from '../../../wire/session-builder.js';
import { tunnelOf } from '../../tunnels.js';
import { findingOf, found, verdictOn } from '../../verdict.js';

const through = (...tunnel: Parameters<typeof tunnelOf>) =>
  aSession()
    .handshake()
    .wait(100)
    .proxied({ preambles: [], tunnels: [tunnelOf(...tunnel)] })
    .fin('server')
    .build();

describe('proxy/refused-tunnel', () => {
  it.each([
    { status: 407, outcome: 'auth-required', cause: 'proxy-auth-required' },
    { status: 403, outcome: 'refused', cause: 'proxy-refused' },
    { status: 503, outcome: 'unreachable', cause: 'proxy-bad-gateway' },
  ] as const)('reads $status to CONNECT as $cause', ({ status, outcome, cause }) => {
    const session = through(outcome, status, 'reason');
    expect(found(refusedTunnel, session)).toBe(`${cause} error ${outcome}`);
    expect(verdictOn(session)).toBe(`failed proxy ${cause}`);
    expect(findingOf(refusedTunnel, session)).toMatchObject({
      confidence: 'proven',
      struckAt: 60e6,
      evidence: [{ note: 'asked' }, { note: 'reply' }],
    });
  });

  it.each([
    {
      name: 'a general failure, which many servers say to everything',
      outcome: 'refused',
      code: 1,
      confidence: 'likely',
    },
    { name: 'a rule of the proxy', outcome: 'refused', code: 2, confidence: 'proven' },
    { name: 'an unreachable host', outcome: 'unreachable', code: 4, confidence: 'proven' },
    { name: 'no acceptable method', outcome: 'auth-required', code: 255, confidence: 'likely' },
  ] as const)('is as sure of SOCKS as its code allows: $name', ({ outcome, code, confidence }) => {
    const session = through(outcome, code, 'name', { protocol: 'SOCKS5' });
    expect(findingOf(refusedTunnel, session)?.confidence).toBe(confidence);
  });

  it('asks for right credentials where some were sent', () => {
    const login = { step: 'login' as const, arrival: { packet: 4, at: 50e6, readyAt: 50e6 } };
    const session = through('auth-required', 1, 'login refused', { protocol: 'SOCKS5', steps: [login] });
    expect(findingOf(refusedTunnel, session)?.remedies[0]).toBe('wrong');
    expect(findingOf(refusedTunnel, through('auth-required', 407))?.remedies[0]).toBe('credentials');
  });

  it('is silent about tunnels that opened, or were not answered', () => {
    expect(found(refusedTunnel, through('granted', 200))).toBe('nothing');
    expect(found(refusedTunnel, through(undefined))).toBe('nothing');
    expect(found(refusedTunnel, aSession().handshake().build())).toBe('nothing');
  });
});
