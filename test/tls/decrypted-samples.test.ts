/**
 * Samples with their key logs through the whole pipeline: what was inside TLS is told as on plain TCP. Counts are held
 * against what the programs at both ends counted themselves (samples/truth).
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type AnalyzeOptions, analyze } from '../../src/analyze.js';
import { type CaptureSource, memorySource } from '../../src/capture/capture-source.js';
import type { Report, SessionReport } from '../../src/report/report.js';
import { join, PcapngBuilder } from '../wire/capture-files.js';

const SAMPLES = new URL('../../samples/', import.meta.url);
/** Samples of HTTPS without WebSocket. */
const HTTPS = readdirSync(SAMPLES).flatMap((name) => /^(https-.*)\.pcap$/.exec(name)?.[1] ?? []);
const sample = (name: string): Buffer => readFileSync(new URL(name, SAMPLES));
const keyLogOf = (name: string): string => sample(`${name}.keylog`).toString('latin1');

const run = async (source: CaptureSource, options: AnalyzeOptions = {}): Promise<Report> => {
  const { report, errors } = await analyze([source], options);
  expect(errors).toEqual([]);
  return report;
};

const open = (name: string, keyLog = keyLogOf(name)): Promise<Report> =>
  run(memorySource(`${name}.pcap`, sample(`${name}.pcap`)), { keyLog });

const stagesOf = ({ stages }: SessionReport): string[] => stages.map(({ stage, status }) => `${stage} ${status}`);

interface Peer {
  sent: number;
  received: number;
  close: { code: number } | null;
}

interface Truth {
  /** A list where the capture has several sessions. */
  peers: Record<'client' | 'server', Peer | Peer[]>;
}

describe('sessions inside TLS', () => {
  const healthy = readdirSync(SAMPLES)
    .filter((name) => /^wss-.*\.keylog$/.test(name))
    .map((name) => name.replace('.keylog', ''));

  it.each(healthy)('%s is told from its hello to its Close', async (name) => {
    const { sessions, captures } = await open(name);
    expect(sessions.length).toBeGreaterThan(0);
    expect(captures[0]?.warnings).toEqual([]);
    for (const session of sessions) {
      expect([session.transport, session.outcome, session.url]).toEqual([
        'wss',
        'ok',
        'wss://chat.example.test/socket',
      ]);
      expect(session.tls).toMatchObject({ decrypted: true, missingSecrets: [], undecryptable: null });
      expect(stagesOf(session)).toEqual(expect.arrayContaining(['tls ok', 'upgrade ok', 'open ok', 'close ok']));
      expect(session.sight).toEqual(expect.arrayContaining(['upgrade', 'frames', 'payloads', 'no-gaps']));
      const { client, server } = session.websocket!.messages;
      expect(client).toBeGreaterThan(0);
      expect(server).toBe(client);
    }
  });

  const counted = healthy.filter(
    (name) => existsSync(new URL(`truth/${name}.json`, SAMPLES)) || name.includes('lossy'),
  );
  it.each(counted)('%s has the messages that its ends counted', async (name) => {
    const { peers } = JSON.parse(sample(`truth/${name.replace(/(lossy)-.*/, '$1')}.json`).toString()) as Truth;
    const { sessions } = await open(name);
    const [clients, servers] = [[peers.client].flat(), [peers.server].flat()];
    expect(sessions).toHaveLength(clients.length);
    for (const [index, { websocket }] of sessions.entries()) {
      const [client, server] = [clients[index]!, servers[index]!];
      expect(websocket!.messages).toEqual({ client: client.sent, server: server.sent });
      expect(websocket!.messages).toEqual({ client: server.received, server: client.received });
      expect(websocket!.close?.code).toBe(client.close!.code);
    }
  });

  it('stay closed without their secrets, and the report says which are missing', async () => {
    const { sessions, captures } = await open('wss-resumed-tls13', keyLogOf('wss-healthy-tls13'));
    expect(captures[0]?.warnings).toEqual([expect.stringMatching(/^The key log fits no TLS connection here/)]);
    for (const session of sessions) {
      expect([session.outcome, session.tls?.decrypted, session.websocket]).toEqual(['partial', false, null]);
      expect(stagesOf(session)).toContain('upgrade hidden');
      expect(session.tls?.missingSecrets).toContain('SERVER_HANDSHAKE_TRAFFIC_SECRET');
    }
  });

  it('are opened one by one where the key log has the secrets of one', async () => {
    const [random] = /[0-9a-f]{64}/.exec(keyLogOf('wss-resumed-tls13'))!;
    const one = keyLogOf('wss-resumed-tls13').replace(new RegExp(`^.*${random}.*$`, 'gm'), '');
    const { sessions, captures } = await open('wss-resumed-tls13', one);
    expect(sessions.map(({ tls }) => tls?.decrypted).sort()).toEqual([false, true]);
    expect(sessions.find(({ tls }) => tls?.decrypted === false)?.tls).toMatchObject({ clientRandom: random });
    expect(captures[0]?.warnings).toEqual([]);
  });

  it('tell a damaged record from the rest', async () => {
    for (const name of ['tls-bad-record-tls12', 'tls-bad-record-tls13']) {
      const [session] = (await open(name)).sessions;
      expect(session?.tls?.decrypted).toBe('partly');
      expect(session?.tls?.alerts.map(({ description }) => description)).toEqual(['bad_record_mac']);
      expect(session?.cause).toBe('tls-alert-while-open');
    }
  });

  it('show the fault that encryption hid', async () => {
    for (const [name, cause] of [
      ['tls-wrong-name-tls13', 'tls-certificate-name-mismatch'],
      ['tls-expired-tls13', 'tls-certificate-expired'],
      ['tls-self-signed-tls13', 'tls-unknown-ca'],
      ['tls-client-certificate-nginx-tls13', 'tls-client-certificate-required'],
      ['tls-client-certificate-stranger-tls13', 'tls-client-certificate-rejected'],
      ['alpn-h2-chosen-tls13', 'alpn-h2-chosen'],
    ] as const) {
      const { sessions } = await open(name);
      expect({ name, causes: sessions.map((session) => session.cause) }).toEqual({ name, causes: [cause] });
    }
  });

  it.each(HTTPS)('are none in %s, which holds no WebSocket', async (name) => {
    expect((await open(name)).sessions).toEqual([]);
  });
});

describe('secrets inside a pcapng', () => {
  const NAME = 'wss-healthy-tls13';
  /** The sample as a pcapng with its key log behind the packet of that number; 0: before all packets. */
  const withSecrets = (behind: number): Uint8Array => {
    const pcap = sample(`${NAME}.pcap`);
    const file = new PcapngBuilder();
    const secrets = file.secrets(0x544c534b, Buffer.from(keyLogOf(NAME)));
    const blocks = [file.section(), file.interface(pcap.readUInt32LE(20), 0)];
    if (behind === 0) blocks.push(secrets);
    for (let at = 24, number = 1; at < pcap.length; number++) {
      const length = pcap.readUInt32LE(at + 8);
      const micros = BigInt(pcap.readUInt32LE(at)) * 1_000_000n + BigInt(pcap.readUInt32LE(at + 4));
      blocks.push(file.enhanced(0, micros, { octets: pcap.subarray(at + 16, at + 16 + length) }));
      if (number === behind) blocks.push(secrets);
      at += 16 + length;
    }
    return join(...blocks);
  };
  const pipe = (bytes: Uint8Array, blockLength = 700): CaptureSource => ({
    name: '-',
    async *blocks() {
      for (let at = 0; at < bytes.length; at += blockLength) yield bytes.subarray(at, at + blockLength);
    },
  });

  it.each([0, 3, 6, 9, 28])('are used when they stand behind packet %i', async (behind) => {
    const expected = (await open(NAME)).sessions;
    for (const source of [memorySource('a.pcapng', withSecrets(behind)), pipe(withSecrets(behind))]) {
      const { sessions } = await run(source);
      expect(sessions[0]?.tls?.decrypted).toBe(true);
      expect(sessions).toEqual(expected);
    }
  });

  it('and a key log beside them are both used', async () => {
    const { sessions } = await run(memorySource('a.pcapng', withSecrets(0)), { keyLog: keyLogOf('wss-ipv6') });
    expect(sessions[0]?.tls?.decrypted).toBe(true);
  });
});
