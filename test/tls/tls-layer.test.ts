import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { fromHex } from '../../src/bytes/hex.js';
import type { Side } from '../../src/stream/side.js';
import { TlsLayer } from '../../src/tls/tls-layer.js';
import { CERTIFICATE, KEY } from '../wire/tls-certificates.js';
import {
  arrivalOf,
  chooseVersion,
  clientHello,
  cutAt,
  EventLog,
  extension,
  message,
  offerVersions,
  record,
  serverHello,
  serverName,
  vector,
} from '../wire/tls-streams.js';
import { handshake, type Transcript } from '../wire/tls-witness.js';

type Step = { side: Side; bytes: Uint8Array };

/** Packet n carries step n; both sides end by FIN in the packets after it. */
function run(steps: readonly Step[], { end = true, cuts = [] as readonly number[] } = {}) {
  const log = new EventLog();
  const layer = new TlsLayer(log);
  steps.forEach(({ side, bytes }, index) => {
    for (const part of cutAt(bytes, cuts)) layer.bytes(side, part, arrivalOf(index + 1));
  });
  if (end) {
    layer.end('client', { kind: 'fin', arrival: arrivalOf(steps.length + 1) });
    layer.end('server', { kind: 'fin', arrival: arrivalOf(steps.length + 2) });
  }
  return { facts: layer.facts, log };
}

const client = (...records: Uint8Array[]): Step => ({ side: 'client', bytes: new Uint8Array(Buffer.concat(records)) });
const server = (...records: Uint8Array[]): Step => ({ side: 'server', bytes: new Uint8Array(Buffer.concat(records)) });
const sealed = (length: number): Uint8Array => record(23, new Uint8Array(length).fill(0xe7));
const CCS = record(20, [1]);

const NAME = 'chat.example.com';

describe('real handshakes of node:tls', () => {
  const transcripts: Record<string, Transcript> = {};
  beforeAll(async () => {
    const run = async (name: string, ...options: Parameters<typeof handshake>) => {
      transcripts[name] = await handshake(...options);
    };
    const tls12 = { servername: NAME, maxVersion: 'TLSv1.2' } as const;
    const mutual = { cert: CERTIFICATE, key: KEY };
    await run('1.3', { servername: NAME, ALPNProtocols: ['http/1.1'] }, { ALPNProtocols: ['http/1.1'] });
    await run('1.2', { ...tls12, ALPNProtocols: ['http/1.1'] }, { ALPNProtocols: ['http/1.1'] });
    await run('version', tls12, { minVersion: 'TLSv1.3' });
    await run(
      'cipher',
      { ...tls12, ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' },
      { ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384' },
    );
    await run('alpn', { servername: NAME, ALPNProtocols: ['h2'] }, { ALPNProtocols: ['http/1.1'] });
    await run('retry', { servername: NAME, ecdhCurve: 'X25519:P-384' }, { ecdhCurve: 'P-384' });
    await run('mutual 1.2', { ...tls12, ...mutual }, { requestCert: true, rejectUnauthorized: false });
    await run('mutual 1.2 without', tls12, { requestCert: true, rejectUnauthorized: false });
    await run('mutual 1.3', { servername: NAME, ...mutual }, { requestCert: true, rejectUnauthorized: false });
  });

  it('TLS 1.3: hellos in clear, the rest by order and length', () => {
    const { facts, log } = run(transcripts['1.3']!.writes);
    expect(facts.clientHello).toMatchObject({ sni: NAME, alpn: ['http/1.1'], versions: [0x0304, 0x0303] });
    expect(facts.serverHello).toMatchObject({ version: 0x0304, resumed: false, alpn: null });
    expect(facts.certificates).toBeUndefined();
    expect(log.names).toEqual([
      'client client-hello',
      'server server-hello',
      'server finished',
      'client finished',
      'client alert',
      'server alert',
    ]);
    expect(facts.finished).toMatchObject({ server: { packet: 2 }, client: { packet: 3 } });
    expect(facts.applicationData.client).toMatchObject({ records: 1, bytes: 3 + 17, first: { packet: 3 } });
    // OpenSSL sends two tickets before the answer.
    expect(facts.applicationData.server.records).toBe(3);
    expect(facts.possibleTickets).toBe(2);
    expect(facts.encryptedAlerts.map(({ from, inferred }) => [from, inferred])).toEqual([
      ['client', true],
      ['server', true],
    ]);
    expect([facts.problems, facts.handshakeGap, facts.notTls]).toEqual([[], false, undefined]);
  });

  it('TLS 1.2: certificate, Finished and alerts show themselves', () => {
    const { facts, log } = run(transcripts['1.2']!.writes);
    expect(facts.serverHello).toMatchObject({ version: 0x0303, alpn: 'http/1.1', resumed: false });
    expect(facts.certificates).toMatchObject([{ subject: expect.stringContaining('CN=chat.example.com') }]);
    expect(log.names).toEqual([
      'client client-hello',
      'server server-hello',
      'server certificate',
      'client finished',
      'server new-session-ticket',
      'server finished',
      'client alert',
      'server alert',
    ]);
    expect(log.events[2]?.data).toMatchObject({ notAfter: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) });
    expect([facts.applicationData.client.records, facts.applicationData.server.records]).toEqual([1, 1]);
    expect(facts.encryptedAlerts.map(({ inferred }) => inferred)).toEqual([false, false]);
    expect(facts.possibleTickets).toBe(0);
    expect(facts.problems).toEqual([]);
  });

  it.each([
    { name: 'version', description: 'protocol_version' },
    { name: 'cipher', description: 'handshake_failure' },
    { name: 'alpn', description: 'no_application_protocol' },
  ])('without a common $name end in the alert $description', ({ name, description }) => {
    const { facts, log } = run(transcripts[name]!.writes);
    expect(facts.alerts).toMatchObject([{ from: 'server', level: 'fatal', description, arrival: { packet: 2 } }]);
    expect(log.events.at(-1)).toMatchObject({ event: 'alert', from: 'server', data: { level: 'fatal', description } });
    expect(facts.serverHello).toBeUndefined();
  });

  it('with a HelloRetryRequest keep both ClientHellos', () => {
    const { facts, log } = run(transcripts.retry!.writes);
    expect(log.names.slice(0, 4)).toEqual([
      'client client-hello',
      'server hello-retry-request',
      'client client-hello',
      'server server-hello',
    ]);
    expect(facts.firstClientHello?.keyShareGroups).toEqual([0x001d]);
    expect(facts.clientHello?.keyShareGroups).toEqual([0x0018]);
    expect(facts.serverHello?.group).toBe(0x0018);
    expect(facts.finished).toMatchObject({ client: { packet: 5 }, server: { packet: 4 } });
  });

  it.each([
    { name: 'mutual 1.2', count: 1 },
    { name: 'mutual 1.2 without', count: 0 },
  ])('$name: the certificates of the client are counted ($count)', ({ name, count }) => {
    const { facts } = run(transcripts[name]!.writes);
    expect(facts.certificateRequest).toMatchObject({ first: { packet: 2 } });
    expect(facts.clientCertificates).toBe(count);
  });

  it('TLS 1.3 with a client certificate: the certificate is not taken for application data', () => {
    const { facts, log } = run(transcripts['mutual 1.3']!.writes);
    expect(facts.applicationData.client).toMatchObject({ records: 1, bytes: 3 + 17 });
    expect(log.names.filter((name) => name === 'client finished')).toHaveLength(1);
  });

  it('TLS 1.2 and 1.3 are recognised when resumed', async () => {
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      const ticketKeys = Buffer.alloc(48, 5);
      const first = await handshake({ servername: NAME, maxVersion }, { ticketKeys });
      const second = await handshake({ servername: NAME, maxVersion, session: first.session! }, { ticketKeys });
      const { facts } = run(second.writes);
      expect(facts.clientHello?.offersResumption).toBe(true);
      expect([maxVersion, facts.serverHello?.resumed]).toEqual([maxVersion, true]);
      expect(facts.certificates).toBeUndefined();
      expect(facts.finished).toMatchObject({ client: { packet: 3 }, server: { packet: 2 } });
    }
  });

  it('tell the same however their bytes are cut', () => {
    for (const { writes } of Object.values(transcripts)) {
      const whole = run(writes);
      fc.assert(
        fc.property(fc.array(fc.nat(2000), { maxLength: 30 }), (cuts) => {
          const cut = run(writes, { cuts });
          expect(cut.facts).toEqual(whole.facts);
          expect(cut.log).toEqual(whole.log);
        }),
        { numRuns: 15 },
      );
      const bytewise = run(writes, { cuts: Array.from({ length: 2000 }, (_, index) => index) });
      expect(bytewise.facts).toEqual(whole.facts);
    }
  });

  it('with a hole never show what was not there', () => {
    const { writes } = transcripts['1.2']!;
    const whole = run(writes).facts;
    const flight = writes[1]!.bytes;
    fc.assert(
      fc.property(fc.nat(flight.length - 1), fc.integer({ min: 1, max: flight.length }), (start, length) => {
        const log = new EventLog();
        const layer = new TlsLayer(log);
        const end = Math.min(flight.length, start + length);
        layer.bytes('client', writes[0]!.bytes, arrivalOf(1));
        layer.bytes('server', flight.subarray(0, start), arrivalOf(2));
        layer.gap('server', { length: end - start, cause: 'not-captured', arrival: arrivalOf(2) });
        layer.bytes('server', flight.subarray(end), arrivalOf(2));
        writes.slice(2).forEach(({ side, bytes }, index) => {
          layer.bytes(side, bytes, arrivalOf(index + 3));
        });
        const { facts } = layer;
        expect(facts.handshakeGap).toBe(true);
        for (const { what } of facts.problems) expect(what).toContain('octets are missing');
        if (facts.certificates !== undefined) expect(facts.certificates).toEqual(whole.certificates);
        if (facts.serverHello !== undefined)
          expect({ ...facts.serverHello, span: 0 }).toEqual({ ...whole.serverHello!, span: 0 });
        expect(facts.applicationData.client.records).toBe(whole.applicationData.client.records);
        expect(facts.alerts).toEqual([]);
        expect(facts.notTls).toBeUndefined();
      }),
      { numRuns: 200 },
    );
  });
});

describe('TLS 1.3 without keys', () => {
  const hello = (...more: number[][]) => record(22, clientHello({ extensions: [offerVersions(0x0304), ...more] }));
  const answer = (suite = 0x1301) => record(22, serverHello({ suite, extensions: [chooseVersion(0x0304)] }));
  const FINISHED = sealed(53);

  it('takes a record as short as an alert inside the handshake for one, and not for a Finished', () => {
    const { facts, log } = run([client(hello()), server(answer(), CCS, sealed(900)), client(CCS, sealed(19))]);
    expect(facts.finished.client).toBeUndefined();
    expect(facts.encryptedAlerts).toMatchObject([{ from: 'client', length: 19, inferred: true }]);
    expect(facts.applicationData.client.records).toBe(0);
    expect(log.names.at(-1)).toBe('client alert');
  });

  it('counts tickets apart from answers', () => {
    const { facts } = run([
      client(hello()),
      server(answer(), CCS, sealed(900)),
      client(CCS, FINISHED),
      server(sealed(250)),
      server(sealed(250)),
      client(sealed(400)),
      server(sealed(180)),
    ]);
    expect(facts.serverRecordsBeforeClientData).toBe(2);
    expect(facts.possibleTickets).toBe(2);
    expect(facts.applicationData.server.records).toBe(3);
  });

  it('counts the tickets that cross the first request', () => {
    const { facts } = run([
      client(hello()),
      server(answer(), CCS, sealed(900)),
      client(CCS, FINISHED, sealed(400)),
      server(sealed(250), sealed(250)),
      server(sealed(180)),
    ]);
    expect([facts.serverRecordsBeforeClientData, facts.possibleTickets]).toEqual([0, 2]);
  });

  it('tells an answer from the tickets in the same packet', () => {
    const { facts } = run([
      client(hello()),
      server(answer(), CCS, sealed(900)),
      client(CCS, FINISHED, sealed(400)),
      server(sealed(250), sealed(250), sealed(174)),
    ]);
    expect([facts.possibleTickets, facts.applicationData.server.records]).toEqual([2, 3]);
  });

  it.each([
    { flight: 'a Finished alone', records: [FINISHED], sent: undefined },
    { flight: 'an empty Certificate and a Finished', records: [sealed(25), FINISHED], sent: 'none' },
    { flight: 'both in one record', records: [sealed(8 + 36 + 17)], sent: 'none' },
    { flight: 'a certificate, its proof and a Finished', records: [sealed(458), sealed(95), FINISHED], sent: 'sent' },
    { flight: 'a Finished and a request', records: [FINISHED, sealed(25), sealed(400)], sent: undefined },
    { flight: 'one record of another length', records: [sealed(600)], sent: undefined },
  ])('infers from $flight what the client gave: $sent', ({ records, sent }) => {
    const { facts } = run([client(hello()), server(answer(), CCS, sealed(900)), client(CCS, ...records)]);
    expect(facts.inferredClientCertificate).toBe(sent);
  });

  it('keeps early data apart and finds the Finished behind it', () => {
    const { facts } = run([
      client(hello(extension(42, [])), CCS, sealed(300)),
      server(answer(), CCS, sealed(900)),
      client(sealed(21), FINISHED, sealed(100)),
    ]);
    expect(facts.earlyData).toMatchObject({ records: 2, bytes: 321 });
    expect(facts.finished.client).toMatchObject({ packet: 3 });
    expect(facts.applicationData.client).toMatchObject({ records: 1, bytes: 100 });
  });

  it('prefers a record of the length of a Finished to the certificate before it', () => {
    const { facts } = run([
      client(hello()),
      server(answer(0x1302), CCS, sealed(900)),
      client(CCS, sealed(700), sealed(100)),
      client(sealed(69), sealed(200)),
    ]);
    expect(facts.finished.client).toMatchObject({ packet: 4 });
    expect(facts.applicationData.client).toMatchObject({ records: 1, bytes: 200 });
  });

  it('takes the first record for a Finished where none has its length (padding)', () => {
    const { facts } = run([client(hello()), server(answer(), sealed(900)), client(sealed(64)), server(sealed(100))]);
    expect(facts.finished.client).toMatchObject({ packet: 3 });
    expect(facts.applicationData.client.records).toBe(0);
  });

  it('counts a last record of the length of an alert as data while the capture goes on', () => {
    const steps = [client(hello()), server(answer(), sealed(900)), client(FINISHED, sealed(300)), client(sealed(19))];
    expect(run(steps, { end: false }).facts.applicationData.client.records).toBe(2);
    const ended = run(steps).facts;
    expect(ended.applicationData.client).toMatchObject({ records: 1, bytes: 300, last: { packet: 3 } });
    expect(ended.encryptedAlerts).toMatchObject([{ from: 'client', inferred: true, arrival: { packet: 4 } }]);
  });

  it('takes a record of the length of an alert for data when more follows', () => {
    const { facts } = run([
      client(hello()),
      server(answer(), sealed(900)),
      client(FINISHED, sealed(19), sealed(300)),
      client(record(20, [1])),
    ]);
    expect(facts.applicationData.client).toMatchObject({ records: 2, bytes: 319 });
    expect(facts.encryptedAlerts).toEqual([]);
  });

  it('reads an alert in clear before there are keys', () => {
    const { facts, log } = run([client(hello()), server(answer(), sealed(900)), client(record(21, [2, 48]))]);
    expect(facts.alerts).toMatchObject([{ from: 'client', level: 'fatal', description: 'unknown_ca', code: 48 }]);
    expect(log.events.at(-1)).toMatchObject({ event: 'alert', packet: 3 });
  });

  it('with the server unseen infers from what the client offered', () => {
    const { facts } = run([client(hello()), client(CCS, FINISHED), client(sealed(300))]);
    expect(facts.finished).toMatchObject({ client: { packet: 2 }, server: undefined });
    expect(facts.applicationData.client).toMatchObject({ records: 1, bytes: 300 });
  });

  it('with the server unseen reads the second ClientHello after a ChangeCipherSpec', () => {
    const { facts } = run([client(hello()), client(CCS, hello(serverName('b.example'))), client(FINISHED)]);
    expect(facts.clientHello?.sni).toBe('b.example');
    expect(facts.firstClientHello?.sni).toBeNull();
    expect(facts.finished.client).toMatchObject({ packet: 3 });
  });
});

describe('TLS 1.2 without keys', () => {
  const hello = record(22, clientHello({ extensions: [serverName(NAME)] }));
  const finished = record(22, new Uint8Array(40).fill(0));

  it('with the server unseen: the handshake record after a ChangeCipherSpec is the Finished', () => {
    const { facts } = run([client(hello), client(record(22, message(16, [1, 2])), CCS, finished), client(sealed(30))]);
    expect(facts.finished.client).toMatchObject({ packet: 2 });
    expect(facts.encryptedFrom.client).toMatchObject({ packet: 2 });
    expect(facts.applicationData.client.records).toBe(1);
  });

  it('a ticket taken without an echo of a session id is a resumption', () => {
    const { facts } = run([client(hello), server(record(22, serverHello()), CCS, finished), client(CCS, finished)]);
    expect(facts.serverHello?.resumed).toBe(true);
  });

  it('messages over several records, and several in one, are read', () => {
    const flight = [...serverHello(), ...message(11, vector(3, vector(3, [0x30, 0]))), ...message(14, [])];
    const { facts } = run([client(hello), server(record(22, flight.slice(0, 50)), record(22, flight.slice(50)))]);
    expect(facts.serverHello?.cipherSuite).toBe(0xc02f);
    expect(facts.certificates).toMatchObject([{ problem: 'the certificate is not valid DER' }]);
    expect(facts.serverHelloDone).toMatchObject({ first: { packet: 2 } });
    expect(facts.problems).toMatchObject([{ from: 'server', what: 'the certificate is not valid DER' }]);
  });

  it('a message cut short by a hole is not continued with what follows the hole', () => {
    const log = new EventLog();
    const layer = new TlsLayer(log);
    const half = message(11, new Array<number>(60).fill(0)).slice(0, 30);
    layer.bytes('server', server(record(22, serverHello()), record(22, half)).bytes, arrivalOf(1));
    layer.gap('server', { length: 50, cause: 'not-captured', arrival: arrivalOf(2) });
    layer.bytes('server', record(22, message(14, [])), arrivalOf(3));
    expect(layer.facts.serverHelloDone).toMatchObject({ first: { packet: 3 } });
    expect(layer.facts).toMatchObject({ handshakeGap: true, certificates: undefined, problems: [] });
  });

  it('a message that says it is huge is passed over by its length, not kept', () => {
    const huge = Uint8Array.from([11, 0x04, 0, 1]);
    const records = Array.from({ length: 17 }, (_, index) =>
      record(22, index === 0 ? [...huge, ...new Uint8Array(16380)] : new Uint8Array(index === 16 ? 5 : 16384)),
    );
    const { facts } = run([client(hello), server(record(22, serverHello())), server(...records)]);
    expect(facts.certificates).toBeUndefined();
    expect(facts.problems).toMatchObject([{ what: expect.stringContaining('longer than 262144 octets') }]);
    const after = run([client(hello), server(...records, record(22, message(14, [])))]);
    expect(after.facts.serverHelloDone).toBeDefined();
  });

  it('a visible close_notify is its own event', () => {
    const { facts, log } = run([client(hello), server(record(21, [1, 0]))]);
    expect(log.names).toEqual(['client client-hello', 'server close-notify']);
    expect(facts.alerts).toMatchObject([{ level: 'warning', description: 'close_notify' }]);
  });

  it('alerts are kept up to a limit', () => {
    const { facts } = run([client(hello), server(...new Array<Uint8Array>(40).fill(record(21, [1, 112])))]);
    expect(facts.alerts).toHaveLength(16);
  });

  it('a ClientHello in the format of SSL 2.0 opens a connection', () => {
    const old = fromHex(
      '80 22 01 03 01 00 09 00 00 00 10 00 00 04 00 00 0a 01 00 80 00112233445566778899aabbccddeeff',
    )!;
    const { facts, log } = run([client(old), server(record(22, serverHello({ suite: 4 })))]);
    expect(facts.clientHello).toMatchObject({ versions: [0x0301], span: { length: 36, offset: 0 } });
    expect(log.events[0]?.data).toEqual({ alpn: [], versions: ['TLS 1.0'] });
    expect(facts.serverHello?.cipherSuite).toBe(4);
  });
});

describe('what is not TLS', () => {
  const hello = record(22, clientHello());

  it('from the server is kept with its first bytes, and the client is still read', () => {
    const text = Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n');
    const { facts } = run([client(hello), server(text), client(record(21, [2, 70]))]);
    expect(facts.notTls).toMatchObject({ side: 'server', arrival: { packet: 2 } });
    expect(Buffer.from(facts.notTls!.preview).toString()).toBe(text.toString());
    expect(facts.alerts).toMatchObject([{ from: 'client', description: 'protocol_version' }]);
    expect(facts.problems).toEqual([]);
  });

  it('after TLS has run is a problem', () => {
    const { facts } = run([client(hello), server(record(21, [1, 0]), Buffer.from('plain text again'))]);
    expect(facts.notTls).toBeUndefined();
    expect(facts.problems).toMatchObject([{ from: 'server', what: 'bytes that are no TLS record' }]);
  });
});

it('from the middle of a connection only counts records', () => {
  const log = new EventLog();
  const layer = new TlsLayer(log);
  for (const side of ['client', 'server'] as const) {
    layer.gap(side, { length: 0, cause: 'capture-start', arrival: arrivalOf(1) });
    layer.bytes(side, sealed(50), arrivalOf(1));
    layer.bytes(side, sealed(19), arrivalOf(2));
  }
  layer.end('client', { kind: 'fin', arrival: arrivalOf(3) });
  const { facts } = layer;
  expect([facts.applicationData.client.records, facts.applicationData.server.records]).toEqual([2, 2]);
  expect(facts.finished).toEqual({ client: undefined, server: undefined });
  expect([facts.problems, facts.notTls, log.events]).toEqual([[], undefined, []]);
});

it('survives any bytes from both sides', () => {
  const noise = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc
      .tuple(fc.integer({ min: 20, max: 24 }), fc.uint8Array({ maxLength: 120 }))
      .map(([type, body]) => record(type, body)),
    fc
      .tuple(fc.constantFrom(1, 2, 11, 13), fc.uint8Array({ maxLength: 120 }))
      .map(([type, body]) => record(22, message(type, [...body]))),
  );
  const step = fc.tuple(fc.constantFrom<Side>('client', 'server'), noise, fc.integer({ min: 0, max: 9 }));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const layer = new TlsLayer(new EventLog());
      steps.forEach(([side, bytes, action], index) => {
        if (action === 0)
          layer.gap(side, { length: bytes.length, cause: 'not-captured', arrival: arrivalOf(index + 1) });
        else layer.bytes(side, bytes, arrivalOf(index + 1));
      });
      layer.end('client', { kind: 'rst', arrival: arrivalOf(99) });
      expect(layer.facts.problems.length).toBeLessThanOrEqual(16);
      expect(layer.facts.alerts.length).toBeLessThanOrEqual(16);
    }),
    { numRuns: 400 },
  );
});
