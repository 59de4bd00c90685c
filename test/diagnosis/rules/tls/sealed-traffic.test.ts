import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { analyze } from '../../../../src/analyze.js';
import { memorySource } from '../../../../src/capture/capture-source.js';
import { sealedTraffic } from '../../../../src/diagnosis/rules/tls/sealed-traffic.js';
import { runRule } from '../../../../src/diagnosis/run-rules.js';
import { sealedShape } from '../../../../src/session/sealed-shape.js';
import type { Session } from '../../../../src/session/session.js';
import type { Side } from '../../../../src/stream/side.js';
import { emptyTlsFacts, type TlsFacts } from '../../../../src/tls/tls-facts.js';
import { aSession } from '../../../wire/session-builder.js';
import { withTls } from '../../sessions.js';
import { found, viewOf } from '../../verdict.js';

const SAMPLES = new URL('../../../../samples/', import.meta.url);

/** Without any secrets. */
const messagesOf = async (name: string): Promise<string[]> => {
  const { report } = await analyze([memorySource(name, readFileSync(new URL(name, SAMPLES)))]);
  return report.sessions.flatMap(({ findings }) => findings.map(({ message }) => message));
};

/** Seconds and lengths as in TlsFacts: positive the client's. */
const traffic = (...records: readonly (readonly [seconds: number, length: number])[]): TlsFacts => {
  const tls = emptyTlsFacts();
  tls.sealedTraffic.times = records.map(([seconds]) => seconds * 1e9);
  tls.sealedTraffic.lengths = records.map(([, length]) => length);
  return tls;
};
const UPGRADED = [
  [0, 250],
  [0.1, -160],
] as const;

describe('the shape of encrypted records', () => {
  it.each([
    { name: 'an upgrade and short frames', tls: traffic(...UPGRADED, [0.2, 40], [0.3, -36]), kind: 'upgrade' },
    { name: 'requests', tls: traffic([0, 250], [0.1, -900], [2, 252], [2.1, -900]), kind: 'requests' },
    { name: 'one request', tls: traffic([0, 250], [0.1, -900]), kind: undefined },
    { name: 'a download', tls: traffic([0, 250], [0.1, -16_000], [0.2, -16_000]), kind: undefined },
    { name: 'a head and its body', tls: traffic([0, 250], [0.1, 60], [0.2, -160]), kind: undefined },
    { name: 'nothing', tls: traffic(), kind: undefined },
  ])('is $kind for $name', ({ tls, kind }) => {
    expect(sealedShape(tls).kind).toBe(kind);
  });

  it('shows pings at a steady interval, by whoever sends them', () => {
    const rounds = [10, 20, 30, 40, 50].flatMap((at) => [[at, -26] as const, [at + 0.02, 30] as const]);
    expect(sealedShape(traffic(...UPGRADED, ...rounds)).pings).toEqual({ from: 'server', interval: 10e9, rounds: 5 });
  });

  it('shows none where the times are not steady, or nothing answers', () => {
    const uneven = [10, 13, 31, 40, 66].flatMap((at) => [[at, -26] as const, [at + 0.02, 30] as const]);
    expect(sealedShape(traffic(...UPGRADED, ...uneven)).pings).toBeUndefined();
    const alone = [10, 20, 30, 40, 50].map((at) => [at, -26] as const);
    expect(sealedShape(traffic(...UPGRADED, ...alone)).pings).toBeUndefined();
  });
});

describe('tls/sealed-traffic', () => {
  it('accuses nobody, and is silent where there are keys', () => {
    const build = () =>
      aSession()
        .handshake()
        .clientHello('example.com')
        .serverHello()
        .finished()
        .records('client', 2, 90)
        .records('server', 2, 90);
    const sealed = withTls(build().build(), (tls) => {
      tls.sealedTraffic = traffic(...UPGRADED, [0.2, 40]).sealedTraffic;
      if (tls.clientHello !== undefined) tls.clientHello.alpn = [];
    });
    expect(found(sealedTraffic, sealed)).toBe('null note upgrade');
    const opened = withTls(build().build(), (tls) => {
      tls.decrypted = true;
      tls.sealedTraffic = traffic(...UPGRADED, [0.2, 40]).sealedTraffic;
    });
    expect(found(sealedTraffic, opened)).toBe('nothing');
  });

  it('tells an idle timer where several ended after the same whole seconds, and the server ended them', () => {
    const sealed = (seconds: number, by: Side, id: number) => {
      const build = aSession()
        .wait(id * 10_000)
        .handshake()
        .clientHello('example.com')
        .serverHello()
        .finished();
      return build
        .records('client', 1, 250)
        .records('server', 1, 160)
        .wait(seconds * 1000)
        .fin(by)
        .build();
    };
    const of = (...sessions: Session[]) =>
      runRule(sealedTraffic, sessions[0]!, viewOf(sessions)).findings.map(({ message }) => message);
    const three = (seconds: number, by: Side) => [1, 2, 3].map((id) => sealed(seconds, by, id));
    expect(of(...three(3, 'server'))).toContain('timer');
    expect(of(...three(3, 'client'))).not.toContain('timer');
    expect(of(...three(3.2, 'server'))).not.toContain('timer');
    expect(of(...three(3, 'server').slice(1))).not.toContain('timer');
  });

  it('takes no sample of HTTPS for an upgrade', async () => {
    const names = readdirSync(SAMPLES).filter((name) => /^https-.*\.pcap$/.test(name));
    expect(names.length).toBeGreaterThan(10);
    for (const name of names) {
      expect({ name, upgrade: (await messagesOf(name)).includes('upgrade') }).toEqual({ name, upgrade: false });
    }
  });

  it.each(['wss-healthy-tls12', 'wss-healthy-tls13', 'wss-sealed', 'wss-key-update'])(
    'sees the upgrade in %s',
    async (name) => {
      expect(await messagesOf(`${name}.pcap`)).toContain('upgrade');
    },
  );
});
