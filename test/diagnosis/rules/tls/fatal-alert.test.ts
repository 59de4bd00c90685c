import { describe, expect, it } from 'vitest';
import { fatalTlsAlert } from '../../../../src/diagnosis/rules/tls/fatal-alert.js';
import type { Side } from '../../../../src/stream/side.js';
import type { CertificateFacts } from '../../../../src/tls/tls-facts.js';
import { aSession } from '../../../wire/session-builder.js';
import { withTls } from '../../sessions.js';
import { filled, findingOf, found, verdictOn, viewOf } from '../../verdict.js';

const hello = (sni: string | null = 'a.example.com') => aSession().handshake().clientHello(sni);
const alert = (from: Side, code: number, sni: string | null = 'a.example.com') =>
  hello(sni).alert(from, `alert_${code}`, code).fin(from).build();

describe('tls/fatal-alert', () => {
  it.each<[Side, number, string]>([
    ['client', 45, 'tls-certificate-expired'],
    ['client', 48, 'tls-unknown-ca'],
    ['client', 42, 'tls-certificate-rejected'],
    ['client', 43, 'tls-certificate-rejected'],
    ['client', 44, 'tls-certificate-rejected'],
    ['client', 46, 'tls-certificate-rejected'],
    ['server', 70, 'tls-protocol-version'],
    ['client', 70, 'tls-protocol-version'],
    ['server', 116, 'tls-client-certificate-required'],
    ['server', 120, 'tls-no-application-protocol'],
    ['server', 40, 'tls-no-shared-cipher'],
    ['server', 71, 'tls-no-shared-cipher'],
    ['server', 112, 'tls-unrecognized-name'],
    ['server', 86, 'tls-alert'],
    ['server', 80, 'tls-alert'],
    ['client', 40, 'tls-alert'],
  ])('reads the %s’s alert %i as %s', (from, code, cause) => {
    expect(verdictOn(alert(from, code))).toBe(`failed tls ${cause}`);
  });

  it.each(['192.0.2.7', null])('misses the server name where the SNI is %s', (sni) => {
    expect(verdictOn(alert('server', 112, sni))).toBe('failed tls tls-server-name-missing');
  });

  it('learns from the names that the server accepts elsewhere', () => {
    const view = (sniAccepted: (string | null)[]) => viewOf([], { sniAccepted });
    expect(findingOf(fatalTlsAlert, alert('server', 40, null), view(['b.example.com']))).toMatchObject({
      cause: 'tls-server-name-missing',
      confidence: 'likely',
    });
    expect(findingOf(fatalTlsAlert, alert('server', 80), view(['b.example.com']))?.cause).toBe('tls-unrecognized-name');
    expect(findingOf(fatalTlsAlert, alert('server', 80), view(['a.example.com']))?.cause).toBe('tls-alert');
  });

  it.each([
    [0, 'tls-client-certificate-required'],
    [1, 'tls-client-certificate-rejected'],
  ])('reads the server’s alert after %i client certificates as %s', (sent, cause) => {
    const session = withTls(
      hello().serverHello(0x0303).certificate().alert('server', 'handshake_failure', 40).build(),
      (tls) => {
        tls.certificateRequest = tls.certificatesAt;
        tls.clientCertificates = sent;
      },
    );
    expect(verdictOn(session)).toBe(`failed tls ${cause}`);
  });

  it('hears a TLS 1.3 server refuse the client certificate after both Finished', () => {
    const done = () => hello().serverHello().finished().records('client', 1, 180);
    const required = done().alert('server', 'certificate_required', 116).fin('server').build();
    expect(verdictOn(required)).toBe('failed tls tls-client-certificate-required');
    const rejected = withTls(done().alert('server', 'unknown_ca', 48).fin('server').build(), (tls) => {
      tls.certificateRequest = tls.clientHello?.span;
      tls.clientCertificates = 1;
    });
    expect(verdictOn(rejected)).toBe('failed tls tls-client-certificate-rejected');
  });

  it.each<{ name: string; offers: number[]; from: Side; chosen?: number; message: string }>([
    {
      name: 'the server is, where the client offers TLS 1.3',
      offers: [0x0304, 0x0303],
      from: 'server',
      message: 'oldServer',
    },
    {
      name: 'the client is, where it offers less than TLS 1.2',
      offers: [0x0302],
      from: 'server',
      message: 'oldClient',
    },
    {
      name: 'nobody knows, where it offers TLS 1.2',
      offers: [0x0303],
      from: 'server',
      message: 'tls-protocol-version',
    },
    {
      name: 'the server is, where it chose less than the client offers',
      offers: [0x0304, 0x0303],
      from: 'client',
      chosen: 0x0302,
      message: 'oldServer',
    },
  ])('tells who is too old: $name', ({ offers, from, chosen, message }) => {
    const begun = chosen === undefined ? hello() : hello().serverHello(chosen);
    const session = withTls(begun.alert(from, 'protocol_version', 70).fin(from).build(), (tls) => {
      tls.clientHello!.versions = offers;
    });
    const finding = findingOf(fatalTlsAlert, session);
    expect(finding).toMatchObject({ message, cause: 'tls-protocol-version' });
    expect(finding?.remedies).toEqual([message === 'tls-protocol-version' ? 'versions' : message]);
  });

  describe('of a client that does not take the certificate', () => {
    const refusedBy = (code: number, certificate: Partial<CertificateFacts> = {}) =>
      hello('example.com').serverHello().certificate(certificate).alert('client', 'no', code).fin('client').build();

    it.each([46, 48])('says by %i that one without its issuer may lack the intermediate', (code) => {
      const finding = findingOf(fatalTlsAlert, refusedBy(code));
      expect(finding?.remedies[0]).toBe('chain');
      expect(filled(finding, 'alone')).toContain('without that of the issuer (CN=Example CA)');
    });

    it('does not say so of one that is self-signed, of one by a root, or of a whole chain', () => {
      const selfSigned = findingOf(fatalTlsAlert, refusedBy(48, { selfSigned: true }));
      expect(filled(selfSigned, 'alone')).toBe('');
      const fromRoot = findingOf(fatalTlsAlert, refusedBy(46, { issuer: 'CN=Example Root CA' }));
      expect(filled(fromRoot, 'alone')).toBe('');
      const whole = withTls(refusedBy(46), (tls) => {
        tls.certificates!.push({ ...tls.certificates![0]!, subject: 'CN=Example CA', issuer: 'CN=Root' });
      });
      expect(findingOf(fatalTlsAlert, whole)?.remedies).toEqual(['rejected', 'chain']);
    });
  });

  it('does not listen to a complaint that comes after the client left', () => {
    const session = hello().serverHello().fin('client').alert('server', 'unexpected_message', 10).build();
    expect(found(fatalTlsAlert, session)).toBe('nothing');
  });

  it('does not mind warnings and goodbyes', () => {
    expect(found(fatalTlsAlert, alert('client', 0))).toBe('nothing');
    const session = withTls(alert('server', 112), (tls) => {
      tls.alerts[0]!.level = 'warning';
    });
    expect(found(fatalTlsAlert, session)).toBe('nothing');
  });
});
