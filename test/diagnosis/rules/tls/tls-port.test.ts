import { describe, expect, it } from 'vitest';
import { tlsPort } from '../../../../src/diagnosis/rules/tls/tls-port.js';
import { aSession } from '../../../wire/session-builder.js';
import { answered, UPGRADE } from '../../sessions.js';
import { found, verdictOn, viewOf } from '../../verdict.js';

const asked = () =>
  aSession()
    .handshake()
    .request('/live', [...UPGRADE]);

describe('tls/tls-port', () => {
  it('sees a TLS record in answer to the request', () => {
    const session = asked().fin('server').build();
    const preview = Uint8Array.from([0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x46]);
    if (session.http !== undefined) session.http.notHttp = { side: 'server', arrival: session.tcp.last, preview };
    expect(found(tlsPort, session)).toBe('plaintext-to-tls-port error alert');
    expect(verdictOn(session)).toBe('failed tls plaintext-to-tls-port');
  });

  it.each([
    'The plain HTTP request was sent to HTTPS port',
    'Client sent an HTTP request to an HTTPS server.',
    "Reason: You're speaking plain HTTP to an SSL-enabled server port.",
  ])('reads "%s"', (body) => {
    expect(verdictOn(answered(400, { body }))).toBe('failed tls plaintext-to-tls-port');
  });

  it('learns from other connections to the port', () => {
    const session = asked().fin('server').build();
    expect(found(tlsPort, session, viewOf([session], { spokeTls: 2 }))).toBe('plaintext-to-tls-port error ended');
    expect(found(tlsPort, session, viewOf([session], { spokeTls: 2, spokeHttp: 1 }))).toBe('nothing');
    expect(verdictOn(session)).toBe('failed upgrade upgrade-connection-closed');
  });
});
