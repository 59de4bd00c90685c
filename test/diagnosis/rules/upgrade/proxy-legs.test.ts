import { describe, expect, it } from 'vitest';
import type { SessionReport } from '../../../../src/report/report.js';
import { reportOf } from '../../../wire/analyze-sample.js';
import { reportOf as reportOfTalks } from '../../../wire/capture-report.js';
import { conversation } from '../../../wire/conversation.js';

const session = async (sample: string, id: number): Promise<SessionReport> => {
  const { sessions } = await reportOf(sample);
  return sessions[id - 1]!;
};
const said = ({ findings }: SessionReport): string[] =>
  findings.filter(({ rule }) => rule === 'upgrade/proxy-legs').map(({ message }) => message);

describe('upgrade/proxy-legs', () => {
  it.each([
    { sample: 'nginx-healthy.pcap', front: ['front-changed', 'client'], back: ['back-changed', 'client'] },
    { sample: 'nginx-idle-60s.pcap', front: ['front-changed', 'proxy'], back: ['back-changed', 'proxy'] },
    { sample: 'haproxy-idle-legs.pcap', front: ['front-changed', 'proxy'], back: ['back-changed', 'proxy'] },
    { sample: 'nginx-502.pcap', front: ['front', 'refused'], back: ['back'] },
    { sample: 'apache-503.pcap', front: ['front', 'refused'], back: ['back'] },
    { sample: 'apache-502.pcap', front: ['front-changed', 'hung-up'], back: ['back-changed'] },
    { sample: 'nginx-504.pcap', front: ['front-changed', 'silent'], back: ['back-changed'] },
    { sample: 'nginx-strips-upgrade.pcap', front: ['front-changed', 'spoiled'], back: ['back-changed'] },
    { sample: 'apache-strips-upgrade.pcap', front: ['front-changed', 'spoiled'], back: ['back-changed'] },
    { sample: 'nginx-http10.pcap', front: ['front-changed', 'spoiled'], back: ['back-changed'] },
  ])('tells $sample at both entries', async ({ sample, front, back }) => {
    expect(said(await session(sample, 1))).toEqual(front);
    expect(said(await session(sample, 2))).toEqual(back);
  });

  it.each([
    { sample: 'nginx-502.pcap', cause: 'upgrade-bad-gateway', leg: /behind nginx.*10\.77\.2\.2:8080 refused/ },
    { sample: 'apache-503.pcap', cause: 'upgrade-unavailable', leg: /behind Apache.*10\.77\.2\.2:8080 refused/ },
    { sample: 'haproxy-retries.pcap', cause: 'upgrade-unavailable', leg: /the backend 10\.77\.2\.2:8080 refused/ },
    { sample: 'nginx-504.pcap', cause: 'upgrade-gateway-timeout', leg: /10\.77\.2\.2:8080 took the request/ },
    { sample: 'nginx-http10.pcap', cause: 'upgrade-http-1.0', leg: /It broke at nginx/ },
    { sample: 'apache-strips-upgrade.pcap', cause: 'upgrade-headers-stripped', leg: /It broke at Apache/ },
    { sample: 'nginx-idle-60s.pcap', cause: 'ws-idle-timeout', leg: /nginx\/1\.22\.1 ended both legs/ },
  ])(
    'names the leg that broke in the verdict of $sample, and shows packets of both',
    async ({ sample, cause, leg }) => {
      const front = await session(sample, 1);
      expect(front.cause).toBe(cause);
      expect(front.verdict).toMatch(leg);
      if (!cause.startsWith('upgrade-')) return;
      const { sessions } = await reportOf(sample);
      const own = new Set(front.timeline.map(({ packet }) => packet));
      const others = new Set(sessions.slice(1).flatMap(({ timeline }) => timeline.map(({ packet }) => packet)));
      const shown = front.findings[0]!.evidence.map(({ packet }) => packet);
      expect(shown.some((packet) => own.has(packet))).toBe(true);
      expect(shown.some((packet) => others.has(packet))).toBe(true);
    },
  );

  it('lists what nginx changes as its configuration says: HTTP/1.0, Connection: close, Host, and no Upgrade', async () => {
    const { legs } = await session('nginx-strips-upgrade.pcap', 1);
    expect(legs).toHaveLength(1);
    expect(legs![0]).toMatchObject({
      client: 1,
      backend: 2,
      matchedBy: 'key',
      proxy: 'nginx/1.22.1',
      request: {
        removed: [['Upgrade', 'websocket']],
        added: [],
        altered: [
          { name: 'Connection', from: 'Upgrade', to: 'close' },
          { name: 'Host', from: 'chat.example.test', to: '10.77.2.2:8080' },
        ],
        httpVersion: { from: '1.1', to: '1.0' },
        target: null,
      },
      delay: { connectMs: expect.any(Number) },
    });
  });

  it('lists what httpd adds', async () => {
    const { legs } = await session('apache-healthy.pcap', 1);
    expect(legs![0]!.request!.added.map(([name]) => name)).toEqual([
      'X-Forwarded-For',
      'X-Forwarded-Host',
      'X-Forwarded-Server',
    ]);
  });

  it('ties every try of haproxy to the request that waited for it', async () => {
    const { legs } = await session('haproxy-retries.pcap', 1);
    expect(legs!.map(({ backend, matchedBy }) => `${backend} ${matchedBy}`)).toEqual([
      '2 refused-within',
      '3 refused-within',
      '4 refused-within',
      '5 refused-within',
    ]);
  });

  it('ties ten clients of one path each to its own backend connection', async () => {
    const { sessions } = await reportOf('haproxy-crowd.pcap');
    const keyOf = (id: number) =>
      sessions[id - 1]!.upgrade!.request!.headers.find(([name]) => /^sec-websocket-key$/i.test(name))![1];
    const legs = new Map(sessions.flatMap((each) => each.legs ?? []).map((leg) => [leg.client, leg]));
    expect(legs.size).toBe(10);
    expect(new Set([...legs.values()].map(({ backend }) => backend)).size).toBe(10);
    for (const { client, backend } of legs.values()) expect(keyOf(backend)).toBe(keyOf(client));
  });

  it('says where the answer was waited for, when it was long', async () => {
    const head =
      'Host: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: bm90IHRoZSBleGFtcGxlIQ==\r\n\r\n';
    const switching = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n';
    const front = conversation({ server: '10.0.0.80', serverPort: 80 })
      .handshake()
      .client(`GET /a HTTP/1.1\r\n${head}`);
    front.after(3000).server(switching);
    const back = conversation({ client: '10.0.0.80', server: '10.0.0.99', startMs: 5 }).handshake();
    back.client(`GET /a HTTP/1.1\r\n${head}`).after(2500).server(switching);
    const { sessions } = await reportOfTalks(front, back);
    const slow = sessions[0]!.findings.find(({ message }) => message === 'slow');
    expect(slow).toMatchObject({ remedy: [expect.stringContaining('backend')] });
    expect(sessions[0]!.legs![0]!.delay!.backendMs).toBeCloseTo(2501, 0);
  });

  it('shows no credentials of the other leg', async () => {
    const head =
      'Host: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: bm90IHRoZSBleGFtcGxlIQ==\r\n';
    const switching = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n';
    const front = conversation({ server: '10.0.0.80', serverPort: 80 })
      .handshake()
      .client(`GET /a HTTP/1.1\r\n${head}\r\n`);
    front.after(30).server(switching);
    const back = conversation({ client: '10.0.0.80', server: '10.0.0.99', startMs: 5 }).handshake();
    back
      .client(`GET /a HTTP/1.1\r\n${head}Authorization: Bearer topsecrettoken\r\nX-Api-Key: alsosecret99\r\n\r\n`)
      .server(switching);
    const report = await reportOfTalks(front, back);
    expect(report.sessions[0]!.legs).toHaveLength(1);
    expect(JSON.stringify(report)).not.toMatch(/topsecrettoken|alsosecret99/);
  });

  it.each([
    { name: 'refused it', answers: 'HTTP/1.1 503 Sorry\r\nContent-Length: 0\r\n\r\n', cause: 'upgrade-unavailable' },
    { name: 'was silent', answers: undefined, cause: 'upgrade-unanswered' },
  ])('ends nothing where the proxy left a server that $name for one that worked', async ({ answers, cause }) => {
    const [key, accept] = ['bm90IHRoZSBleGFtcGxlIQ==', 'qGNgvtZzGJ1QvzT0jKYGqO0N1fQ='];
    const asks = `GET /live HTTP/1.1\r\nHost: chat.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n\r\n`;
    const agrees = `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`;
    const outer = conversation({ client: '10.0.0.1', server: '10.0.0.80', serverPort: 80, stepMs: 1 });
    outer.handshake().client(asks).after(3000).server(agrees).after(500).bye('client');
    const inside = { client: '10.9.0.80', serverPort: 8080, stepMs: 1 };
    const left = conversation({ ...inside, server: '10.9.0.98', startMs: 10, clientPort: 50000 });
    left.handshake().client(asks);
    if (answers === undefined) left.ack('server').after(2900);
    else left.server(answers);
    left.bye('client');
    const worked = conversation({ ...inside, server: '10.9.0.99', startMs: 2950, clientPort: 50001 });
    worked.handshake().client(asks).server(agrees).after(570).bye('client');
    const { sessions } = await reportOfTalks(outer, left, worked);
    expect(sessions[1]).toMatchObject({ cause, recovered: true });
    expect(said(sessions[0]!)).toEqual(['front', 'tried', 'client']);
    expect(said(sessions[1]!)).toEqual(['back', 'next-worked']);
    expect(said(sessions[2]!)).toEqual(['back', 'client']);
    expect(sessions[1]!.verdict).toContain('tried 10.9.0.99:8080, session 3, with success');
  });
});
