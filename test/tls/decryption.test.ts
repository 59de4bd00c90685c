import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { warningText } from '../../src/capture/warning.js';
import { KeyLog } from '../../src/tls/key-log.js';
import { type Delivery, decrypt } from '../wire/decrypted.js';
import { CERTIFICATE, KEY } from '../wire/tls-certificates.js';
import { early, type Recording, renegotiation, rsaKeyExchange } from '../wire/tls-recordings.js';
import { cutAt } from '../wire/tls-streams.js';
import { handshake, type Transcript } from '../wire/tls-witness.js';

const ASK = 'GET / HTTP/1.1\r\n\r\n';
/** Records of different lengths, and no stretch of it twice. */
const REPLY = Array.from({ length: 12_000 }, (_, index) => `${index};`).join('');

const SUITES = [
  ['TLSv1.3', 'TLS_AES_128_GCM_SHA256'],
  ['TLSv1.3', 'TLS_AES_256_GCM_SHA384'],
  ['TLSv1.3', 'TLS_CHACHA20_POLY1305_SHA256'],
  ['TLSv1.3', 'TLS_AES_128_CCM_SHA256'],
  ['TLSv1.3', 'TLS_AES_128_CCM_8_SHA256'],
  ['TLSv1.2', 'ECDHE-ECDSA-AES128-GCM-SHA256'],
  ['TLSv1.2', 'ECDHE-ECDSA-AES256-GCM-SHA384'],
  ['TLSv1.2', 'ECDHE-ECDSA-CHACHA20-POLY1305'],
  ['TLSv1.2', 'ECDHE-ECDSA-AES128-CCM'],
  ['TLSv1.2', 'ECDHE-ECDSA-AES256-CCM8'],
  ['TLSv1.2', 'ECDHE-ECDSA-ARIA128-GCM-SHA256'],
  ['TLSv1.2', 'ECDHE-ECDSA-CAMELLIA256-SHA384'],
  ['TLSv1.2', 'ECDHE-ECDSA-AES128-SHA256'],
  ['TLSv1.2', 'ECDHE-ECDSA-AES256-SHA384'],
  ['TLSv1.2', 'ECDHE-ECDSA-AES128-SHA'],
  ['TLSv1.1', 'ECDHE-ECDSA-AES128-SHA'],
  ['TLSv1', 'ECDHE-ECDSA-AES256-SHA'],
] as const;

type Version = (typeof SUITES)[number][0];

const options = (version: Version, suite: string) => ({
  servername: 'chat.example.com',
  minVersion: version,
  maxVersion: version,
  ciphers: version === 'TLSv1.3' ? suite : `${suite}:@SECLEVEL=0`,
  ALPNProtocols: ['http/1.1'],
});

const transcripts = new Map<string, Transcript>();
const transcript = (version: string, suite: string): Transcript => transcripts.get(`${version} ${suite}`)!;

beforeAll(async () => {
  for (const [version, suite] of SUITES) {
    const both = options(version, suite);
    transcripts.set(`${version} ${suite}`, await handshake(both, both, { ask: ASK, reply: REPLY }));
  }
});

/** Packet n carries write n; both sides end by FIN in the packets after them. */
function deliveries({ writes }: Transcript, cuts: readonly number[] = []): Delivery[] {
  const bytes = writes.flatMap(({ side, bytes }, index) =>
    cutAt(bytes, cuts).map((part) => ({ side, kind: 'bytes' as const, bytes: part, packet: index + 1 })),
  );
  const packet = writes.length + 1;
  return [...bytes, { side: 'client', kind: 'fin', packet }, { side: 'server', kind: 'fin', packet }];
}

describe('decryption of what node:tls wrote', () => {
  it.each(SUITES)('%s with %s gives the plaintext and nothing else', (version, suite) => {
    const { facts, above, log } = decrypt(deliveries(transcript(version, suite)), transcript(version, suite).keyLog);
    expect(transcript(version, suite).protocol).toBe(version);
    expect(above.text).toEqual({ client: ASK, server: REPLY });
    expect([facts.decrypted, facts.missingSecrets, facts.problems, above.midway]).toEqual([true, [], [], false]);
    expect(above.ends).toEqual({ client: ['close-notify'], server: ['close-notify'] });
    expect(facts.certificates).toMatchObject([{ subject: expect.stringContaining('CN=chat.example.com') }]);
    expect(facts.serverHello?.alpn).toBe('http/1.1');
    expect(facts.alerts.map(({ from, description }) => `${from} ${description}`)).toEqual([
      'client close_notify',
      'server close_notify',
    ]);
    expect([facts.encryptedAlerts, facts.possibleTickets, log.ordinaries]).toEqual([[], 0, []]);
    expect(log.names.filter((name) => name.endsWith('finished')).sort()).toEqual([
      'client finished',
      'server finished',
    ]);
  });

  it('is the same however the bytes are cut', () => {
    for (const [version, suite] of [SUITES[0], SUITES[5], SUITES[12], SUITES[16]]) {
      const { keyLog } = transcript(version, suite);
      const cuts = fc.array(fc.nat({ max: 20_000 }), { maxLength: 12 });
      fc.assert(
        fc.property(cuts, (cuts) => {
          const { above } = decrypt(deliveries(transcript(version, suite), cuts), keyLog);
          expect(above.text).toEqual({ client: ASK, server: REPLY });
        }),
        { numRuns: 15 },
      );
    }
  });

  it('opens nothing with the keys of another connection, and says what is missing', () => {
    const traffic = ['CLIENT', 'SERVER'].flatMap((side) => [
      `${side}_HANDSHAKE_TRAFFIC_SECRET`,
      `${side}_TRAFFIC_SECRET_0`,
    ]);
    for (const [version, suite, labels] of [
      [...SUITES[0], traffic],
      [...SUITES[5], ['CLIENT_RANDOM']],
    ] as const) {
      const { keyLog } = transcript(version, SUITES.find(([one, name]) => one === version && name !== suite)![1]);
      const { facts, above, keyLog: read } = decrypt(deliveries(transcript(version, suite)), keyLog);
      expect([facts.decrypted, above.text, above.gaps]).toEqual([false, { client: '', server: '' }, []]);
      expect(facts.missingSecrets).toEqual(labels);
      expect(facts.clientRandom).toMatch(/^[0-9a-f]{64}$/);
      expect(read.warnings().map((each) => warningText(each))).toEqual([
        expect.stringMatching(/^The key log fits no TLS connection here/),
      ]);
    }
  });

  it('opens nothing, and passes nothing on, with wrong secrets under the right name', () => {
    for (const [version, suite] of SUITES) {
      const keyLog = transcript(version, suite).keyLog.replace(/.{4}$/gm, (end) => (end === '0000' ? '1111' : '0000'));
      const { facts, above } = decrypt(deliveries(transcript(version, suite)), keyLog);
      expect([facts.decrypted, above.text.client + above.text.server]).toEqual([false, '']);
    }
  });

  it('leaves everything closed without a key log, and misses nothing', () => {
    const { facts, above } = decrypt(deliveries(transcript(...SUITES[0])), '');
    expect([facts.decrypted, facts.missingSecrets, above.text.client]).toEqual([false, [], '']);
    expect(facts.applicationData.server.records).toBeGreaterThan(3);
  });

  it('opens one side alone where only its secrets are known', () => {
    const { keyLog } = transcript(...SUITES[0]);
    const { facts, above } = decrypt(deliveries(transcript(...SUITES[0])), keyLog.replace(/^SERVER_.*$/gm, ''));
    expect(facts.decrypted).toBe('partly');
    expect(above.text.client).toBe(ASK);
    expect(above.text.server).toMatch(/^<\d+>$/);
    expect(above.gaps.map(({ cause }) => cause)).toEqual(['not-decrypted']);
    expect(facts.missingSecrets).toEqual(['SERVER_HANDSHAKE_TRAFFIC_SECRET', 'SERVER_TRAFFIC_SECRET_0']);
  });

  it('needs no secrets of the handshake for the application data', () => {
    const { keyLog } = transcript(...SUITES[1]);
    const { facts, above } = decrypt(deliveries(transcript(...SUITES[1])), keyLog.replace(/^.*HANDSHAKE.*$/gm, ''));
    expect([facts.decrypted, above.text]).toEqual(['partly', { client: ASK, server: REPLY }]);
  });
});

describe('a damaged record', () => {
  it.each(SUITES)('of %s with %s stays closed alone, and the rest opens', (version, suite) => {
    const { keyLog, writes } = transcript(version, suite);
    const all = deliveries({ writes } as Transcript);
    const records = serverRecords(writes).filter(({ type, length }) => type === 23 && length > 8_000);
    const victim = records[1]!;
    const damaged = changeServer(all, (stream) => {
      stream[victim.start + 5 + victim.length - 40]! ^= 1;
    });
    const { facts, above } = decrypt(damaged, keyLog);
    expect(facts.decrypted).toBe('partly');
    const [before = '', hole = '', after = ''] = above.text.server.split(/<(\d+)>/);
    expect(REPLY.startsWith(before) && REPLY.endsWith(after)).toBe(true);
    // Padding makes lengths uncertain with CBC, and its chain takes a second record along before TLS 1.1.
    const lost = REPLY.length - before.length - after.length;
    if (/SHA(256|384)?$/.test(suite) && !/GCM|CCM|POLY/.test(suite))
      expect(Math.abs(lost - Number(hole))).toBeLessThan(40);
    else expect(Number(hole)).toBe(lost);
    expect(above.gaps.map(({ cause }) => cause)).toEqual(['not-decrypted']);
  });
});

describe('records lost to holes in the capture', () => {
  it.each(SUITES)('%s with %s resumes behind a hole', (version, suite) => {
    const { keyLog, writes } = transcript(version, suite);
    const all = deliveries({ writes } as Transcript);
    const places = applicationRecords(writes);
    const { pieces } = decrypt(all, keyLog).above;
    expect(pieces.server.join('')).toBe(REPLY);
    const [first, last] = [places[0]!.start, endOf(places.at(-1)!)];
    const hole = fc.tuple(fc.integer({ min: first, max: last }), fc.integer({ min: 1, max: 40_000 }));
    fc.assert(
      fc.property(hole, ([from, octets]) => {
        const to = Math.min(last, from + octets);
        const { above, facts } = decrypt(loseServer(all, from, to), keyLog);
        expect(above.text.client).toBe(ASK);
        const isWhole = (place: RecordPlace) => endOf(place) <= from || place.start >= to;
        // The IV of a record is the end of the one before it in TLS 1.0.
        const chained = (index: number) => version !== 'TLSv1' || index === 0 || isWhole(places[index - 1]!);
        const expected = pieces.server.filter((_, index) => isWhole(places[index]!) && chained(index));
        expect(above.pieces.server).toEqual(expected);
        expect(facts.decrypted === true || version === 'TLSv1').toBe(true);
      }),
      { numRuns: 12 },
    );
  });

  it.each([SUITES[0], SUITES[5]])(
    '%s with %s: a hole of whole records becomes a gap of exactly their plaintext',
    (version, suite) => {
      const { keyLog, writes } = transcript(version, suite);
      const records = serverRecords(writes).filter(({ type, length }) => type === 23 && length > 8_000);
      const [first, second, third] = records;
      const all = deliveries({ writes } as Transcript);
      const { above, facts } = decrypt(loseServer(all, first!.start, third!.start), keyLog);
      const text = above.text.server;
      const [, hole = '', after = ''] = /^<(\d+)>(.*)$/s.exec(text)!;
      expect(REPLY.endsWith(after)).toBe(true);
      expect(Number(hole) + after.length).toBe(REPLY.length);
      expect(second!.length).toBeGreaterThan(0);
      expect(facts.decrypted).toBe(true);
      expect(above.gaps.map(({ cause }) => cause)).toEqual(['not-captured']);
    },
  );
});

it('a hello that says it is longer, and swallows what follows, costs no record its first block', () => {
  for (const [version, suite] of SUITES) {
    const { keyLog, writes } = transcript(version, suite);
    const all = deliveries({ writes } as Transcript);
    const whole = decrypt(all, keyLog).above.pieces;
    const damaged = changeServer(all, (stream) => {
      stream[3]! ^= 4;
    });
    const { pieces } = decrypt(damaged, keyLog).above;
    expect(whole.server).toEqual(expect.arrayContaining(pieces.server));
  }
});

it('damage and holes anywhere never bring up anything that was not said', () => {
  for (const [version, suite] of SUITES) {
    const { keyLog, writes } = transcript(version, suite);
    const whole = decrypt(deliveries({ writes } as Transcript), keyLog).above.pieces;
    const length = writes.reduce((sum, { side, bytes }) => sum + (side === 'server' ? bytes.length : 0), 0);
    const place = fc.nat({ max: length - 1 });
    const damage = fc.array(fc.tuple(place, fc.integer({ min: 1, max: 255 })), { maxLength: 4 });
    const holes = fc.array(fc.tuple(place, fc.nat({ max: 3000 })), { maxLength: 3 });
    fc.assert(
      fc.property(damage, holes, (damage, holes) => {
        const damaged = changeServer(deliveries({ writes } as Transcript), (stream) => {
          for (const [at, bits] of damage) stream[at]! ^= bits;
        });
        const lossy = holes.reduce((all, [from, octets]) => loseServer(all, from, from + octets), damaged);
        const { pieces } = decrypt(lossy, keyLog).above;
        expect(whole.server).toEqual(expect.arrayContaining(pieces.server));
        expect(whole.client).toEqual(expect.arrayContaining(pieces.client));
      }),
      { numRuns: 15 },
    );
  }
});

describe('resumption', () => {
  it.each(['TLSv1.2', 'TLSv1.3'] as const)('%s: the second connection opens with its own secrets', async (version) => {
    const [first, second] = await resumed(version);
    const { facts, above } = decrypt(deliveries(second), second.keyLog);
    expect([facts.serverHello?.resumed, facts.decrypted]).toEqual([true, true]);
    expect(above.text).toEqual({ client: ASK, server: 'reply' });
    expect(first.keyLog).not.toBe(second.keyLog);
  });

  it('TLS 1.2: the master of the first connection opens the second one by its ticket', async () => {
    const [first, second] = await resumed('TLSv1.2');
    const { keyLog } = decrypt(deliveries(first), first.keyLog);
    const { facts, above } = decrypt(deliveries(second), keyLog);
    expect([facts.decrypted, facts.missingSecrets]).toEqual([true, []]);
    expect(above.text).toEqual({ client: ASK, server: 'reply' });
  });
});

describe('what openssl wrote', () => {
  const played = ({ writes }: Recording): Delivery[] =>
    writes.map(([side, octets], index) => ({
      side,
      kind: 'bytes',
      bytes: new Uint8Array(Buffer.from(octets, 'hex')),
      packet: index + 1,
    }));

  it('as early data opens before the server has chosen a cipher', () => {
    const { facts, above } = decrypt(played(early), early.keyLog);
    expect(above.text.client).toBe('GET /early HTTP/1.1\nlater\n');
    expect(above.packets.client[0]).toBe(1);
    expect([facts.decrypted, facts.earlyData.records, facts.applicationData.client.records]).toEqual([true, 1, 1]);
    expect(facts.serverHello).toMatchObject({ resumed: true });
  });

  it('as early data stays closed without its secret, and the rest opens', () => {
    const keyLog = early.keyLog.replace(/^CLIENT_EARLY.*$/m, '');
    const { facts, above } = decrypt(played(early), keyLog);
    expect(above.text.client).toMatch(/later\n$/);
    expect(facts.decrypted).toBe('partly');
  });

  it('around a renegotiation opens with both secrets, and up to it with the first', () => {
    const both = decrypt(played(renegotiation), renegotiation.keyLog);
    expect([both.above.text.client, both.facts.decrypted]).toEqual(['before\nafter\n', true]);
    expect(both.facts.certificates).toHaveLength(1);
    const [first = ''] = renegotiation.keyLog.split('\n');
    const one = decrypt(played(renegotiation), first);
    expect([one.above.text.client, one.facts.decrypted, one.facts.missingSecrets]).toEqual([
      'before\n',
      'partly',
      ['CLIENT_RANDOM'],
    ]);
  });

  it.each([/^RSA.*$/m, /^CLIENT_RANDOM.*$/m])('with RSA key exchange opens by the line %s alone', (line) => {
    const { facts, above } = decrypt(played(rsaKeyExchange), line.exec(rsaKeyExchange.keyLog)![0]);
    expect([above.text.client, facts.decrypted]).toEqual(['hello rsa\n', true]);
  });
});

describe('secrets that come late', () => {
  it('are noticed when a connection has asked for them', () => {
    const keyLog = new KeyLog();
    decrypt(deliveries(transcript(...SUITES[0])), keyLog);
    expect(keyLog.late).toBe(0);
    keyLog.add(transcript(...SUITES[1]).keyLog);
    expect(keyLog.late).toBe(0);
    keyLog.add(transcript(...SUITES[0]).keyLog);
    expect(keyLog.late).toBeGreaterThan(0);
  });
});

it('a client certificate in TLS 1.3 is read, and asked for', async () => {
  const own = { cert: CERTIFICATE, key: KEY };
  const both = options(...SUITES[0]);
  const run = await handshake({ ...both, ...own }, { ...both, requestCert: true, rejectUnauthorized: false });
  const { facts } = decrypt(deliveries(run), run.keyLog);
  expect(facts.clientCertificates).toBe(1);
  expect(facts.certificateRequest).toMatchObject({ first: { packet: 2 } });
  expect(facts.decrypted).toBe(true);
});

async function resumed(version: Version): Promise<[Transcript, Transcript]> {
  const both = { servername: 'chat.example.com', minVersion: version, maxVersion: version };
  // Only with the same ticket keys does a server know a ticket of another context.
  const server = { ...both, ticketKeys: Buffer.alloc(48, 7) };
  const first = await handshake(both, server, { ask: ASK });
  return [first, await handshake({ ...both, session: first.session! }, server, { ask: ASK })];
}

interface RecordPlace {
  type: number;
  start: number;
  length: number;
}

/** Records of the server, by their place in all that it sent. */
function serverRecords(writes: Transcript['writes']): RecordPlace[] {
  const stream = Buffer.concat(writes.filter(({ side }) => side === 'server').map(({ bytes }) => bytes));
  const records: RecordPlace[] = [];
  for (let at = 0; at + 5 <= stream.length; ) {
    const length = stream.readUInt16BE(at + 3);
    records.push({ type: stream[at]!, start: at, length });
    at += 5 + length;
  }
  return records;
}

const endOf = ({ start, length }: RecordPlace): number => start + 5 + length;

/** Those of the reply: all behind the handshake but the alert at the end, and in TLS 1.0 the empty ones. */
function applicationRecords(writes: Transcript['writes']): RecordPlace[] {
  const records = serverRecords(writes).filter(({ type }) => type === 23);
  const last = records.findLastIndex(({ length }) => length > 30);
  return records.slice(
    records.findIndex(({ length }) => length > 8_000),
    last + 1,
  );
}

function changeServer(all: readonly Delivery[], change: (stream: Uint8Array) => void): Delivery[] {
  const stream = Buffer.concat(
    all.flatMap((one) => (one.side === 'server' && one.kind === 'bytes' ? [one.bytes] : [])),
  );
  change(stream);
  let at = 0;
  return all.map((one) => {
    if (one.side !== 'server' || one.kind !== 'bytes') return one;
    at += one.bytes.length;
    return { ...one, bytes: stream.subarray(at - one.bytes.length, at) };
  });
}

/** Takes the octets from `from` to `to` of the server out of the capture. */
function loseServer(all: readonly Delivery[], from: number, to: number): Delivery[] {
  let at = 0;
  return all.flatMap((one): Delivery[] => {
    if (one.side !== 'server' || one.kind !== 'bytes') return [one];
    const start = at;
    at += one.bytes.length;
    const cut = (octet: number) => Math.min(Math.max(octet - start, 0), one.bytes.length);
    const [a, b] = [cut(from), cut(to)];
    if (a === b) return [one];
    return [
      { ...one, bytes: one.bytes.subarray(0, a) },
      { ...one, kind: 'gap' as const, bytes: one.bytes.subarray(a, b) },
      { ...one, bytes: one.bytes.subarray(b) },
    ].filter(({ bytes }) => bytes.length > 0);
  });
}
