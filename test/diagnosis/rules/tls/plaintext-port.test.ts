import { describe, expect, it } from 'vitest';
import { plaintextPort } from '../../../../src/diagnosis/rules/tls/plaintext-port.js';
import { aSession } from '../../../wire/session-builder.js';
import { findingOf, found, verdictOn, viewOf } from '../../verdict.js';

const hello = () => aSession().handshake().clientHello('a.example.com');

describe('tls/plaintext-port', () => {
  it('quotes an answer in plaintext', () => {
    const session = hello().fin('server').build();
    const preview = new TextEncoder().encode('HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n');
    if (session.tls !== undefined) session.tls.notTls = { side: 'server', arrival: session.tcp.last, preview };
    expect(findingOf(plaintextPort, session)?.data?.preview).toMatchObject({
      text: 'HTTP/1.1 400 Bad Request Server: nginx',
    });
    expect(verdictOn(session)).toBe('failed tls tls-to-plaintext-port');
  });

  it('learns from other connections to the port', () => {
    const session = hello().fin('server').build();
    expect(found(plaintextPort, session, viewOf([session], { spokeHttp: 1 }))).toBe(
      'tls-to-plaintext-port error ended',
    );
    expect(found(plaintextPort, session, viewOf([session], { spokeHttp: 1, spokeTls: 1 }))).toBe('nothing');
    expect(found(plaintextPort, session)).toBe('nothing');
  });

  it('has nothing against a port that answers by TLS', () => {
    expect(found(plaintextPort, hello().serverHello().fin('server').build())).toBe('nothing');
  });
});
