/** `wscope slice` as a user runs it. Needs a build, as `npm test` makes one. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { analyze } from '../../src/analyze.js';
import { CaptureSet } from '../../src/capture/capture-set.js';
import { fileSource } from '../../src/capture/read-blocks.js';
import { conversation, pcapOf } from '../wire/conversation.js';
import { head } from '../wire/http-conversation.js';

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const hasTshark = spawnSync('tshark', ['--version']).status === 0;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wscope-slice-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const wscope = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [at('bin/wscope.js'), ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
};
const sliced = (name: string, session: number) => {
  const output = join(folder, `${name}-${session}.pcapng`);
  return { output, ...wscope('slice', at(`samples/${name}`), '--session', String(session), '-o', output) };
};
const commentsOf = async (path: string) => {
  const set = new CaptureSet([fileSource(path)]);
  await set.run(() => {});
  return set.infos[0]!;
};

describe('wscope slice', () => {
  it.each([
    ['tcp-unreachable.pcap', 1],
    ['dns-nxdomain.pcap', 1],
    ['dns-slow.pcap', 1],
    ['nginx-strips-upgrade.pcap', 2],
    ['ws-peer-vanished.pcap', 1],
    ['ws-pcapng.pcapng', 2],
  ])('of %s, session %i, says the same as the whole', async (name, id) => {
    const { output, status, stderr } = sliced(name, id);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const [whole, part] = await Promise.all(
      [at(`samples/${name}`), output].map(async (path) => (await analyze([fileSource(path)])).report),
    );
    const session = whole!.sessions[id - 1]!;
    const again = part!.sessions.find(({ client, server }) => client === session.client && server === session.server)!;
    const { outcome, cause, stage, packets, verdict } = session;
    expect(again).toMatchObject({ outcome, cause, stage, packets, verdict });
    expect(part!.captures[0]!.warnings).toEqual([]);
  });

  it('has the packets of its session and no others, with comments on the evidence', async () => {
    const { output } = sliced('nginx-reload.pcap', 1);
    const { report } = await analyze([fileSource(output)]);
    expect(report.sessions.length).toBeLessThan(5);
    const { comments, start, resolvedNames } = await commentsOf(output);
    expect(comments[0]!.text).toMatch(
      /^wscope: Many sessions ended together: last frame \(session 1, packet \d+ of nginx-reload\.pcap\)$/,
    );
    expect(start).toBe((await commentsOf(at('samples/nginx-reload.pcap'))).start);
    expect(resolvedNames.flatMap(({ names }) => names)).toEqual(['chat.example.test']);
  });

  it('comments in the language that is asked for', async () => {
    const output = join(folder, 'chinese.pcapng');
    const capture = at('samples/nginx-idle-60s.pcap');
    expect(wscope('slice', capture, '--session', '1', '--lang', 'zh-CN', '-o', output).status).toBe(0);
    const { comments } = await commentsOf(output);
    expect(comments.map(({ text }) => text)).toContain(
      'wscope：静默之后结束：连接结束（会话 1，nginx-idle-60s.pcap 的数据包 24）',
    );
  });

  it('shows what would move the cursor or turn the text around, and nothing too long', async () => {
    const hostile = '\x1b[2J\u202e\x9b31m\u2066';
    const output = join(folder, 'hostile-slice.pcapng');
    const capture = join(folder, 'hostile.pcap');
    const request = [`GET /${'x'.repeat(900)} HTTP/1.1`, 'Host: a.test', 'Upgrade: websocket', 'Connection: Upgrade'];
    const told = conversation()
      .handshake()
      .client(head(...request, 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='))
      .server(`HTTP/1.1 403 ${hostile}\r\nContent-Length: 12\r\n\r\n${hostile}`)
      .fin('server');
    writeFileSync(capture, pcapOf(told));
    expect(wscope('slice', capture, '--session', '1', '-o', output).status).toBe(0);
    const written = readFileSync(output);
    const { comments, warnings } = await commentsOf(output);
    expect(warnings).toEqual([]);
    expect(comments.length).toBeGreaterThan(0);
    expect(written.includes('\\x1b[2J')).toBe(true);
    // The packets keep their octets, the comments have none of them.
    for (const control of ['\x1b[2J', '\u202e', '\u2066']) {
      expect(written.toString().split(control).length).toBe(readFileSync(capture).toString().split(control).length);
    }
    for (const { text } of comments) expect(text.length).toBeLessThan(1500);
  });

  it('says where a verdict rests on sessions that are not in it', () => {
    expect(sliced('nginx-reload.pcap', 1).stderr).toMatch(
      /session 1 is failed \(ws-mass-disconnect\) in the capture and failed \(ws-[a-z-]+\) in the slice alone: its verdict rests on packets of others\n$/,
    );
  });

  it('refuses standard input, an unknown session, and no session', () => {
    const output = join(folder, 'none.pcapng');
    expect(wscope('slice', '-', '--session', '1', '-o', output).status).toBe(2);
    expect(wscope('slice', at('samples/tcp-refused.pcap'), '--session', '9', '-o', output)).toMatchObject({
      status: 2,
      stderr: 'wscope: there is no session 9\n',
    });
    expect(wscope('slice', at('samples/tcp-refused.pcap'), '-o', output).status).toBe(2);
    expect(existsSync(output)).toBe(false);
  });

  it.skipIf(!hasTshark)('is what Wireshark reads', () => {
    const { output } = sliced('nginx-idle-60s.pcap', 2);
    const { stdout, status } = spawnSync(
      'tshark',
      ['-r', output, '-T', 'fields', '-e', 'frame.number', '-e', 'frame.comment'],
      {
        encoding: 'utf8',
      },
    );
    expect(status).toBe(0);
    expect(stdout).toContain(
      'wscope: Ended after a silence: last frame before the silence (session 2, packet 19 of nginx-idle-60s.pcap)',
    );
  });

  it('with --redact writes nothing of what the capture names, and says the same of it', async () => {
    const output = join(folder, 'redacted.pcapng');
    const capture = at('samples/nginx-idle-60s.pcap');
    expect(wscope('slice', capture, '--session', '1,2', '--redact', '-o', output)).toEqual({
      status: 0,
      stdout: '',
      stderr: '',
    });
    const written = readFileSync(output);
    for (const name of ['chat.example', 'nginx-idle-60s', '10.77.1.']) {
      expect({ name, found: written.includes(name) }).toEqual({ name, found: false });
    }
    const { report } = await analyze([fileSource(output)]);
    expect(report.sessions.map(({ outcome, cause }) => [outcome, cause])).toEqual([
      ['failed', 'ws-idle-timeout'],
      ['failed', 'ws-idle-timeout'],
    ]);
    expect(report.sessions.flatMap(({ client, server }) => [client, server]).join(' ')).not.toContain('10.77.');
  });

  it('with --redact writes nothing at all where the verdict cannot stay', () => {
    const output = join(folder, 'h2c.pcapng');
    const { status, stderr } = wscope('slice', at('samples/h2c-404.pcap'), '--session', '1', '--redact', '-o', output);
    expect(status).toBe(2);
    expect(stderr).toContain('nothing was written');
    expect(existsSync(output)).toBe(false);
  });
});
