/** The command as a user runs it. Needs a build, as `npm test` makes one. */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { schemaErrors } from '../report/report-schema.js';

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const BIN = at('bin/wscope.js');
const REFUSED = at('samples/tcp-refused.pcap');
const EMPTY = at('samples/empty.pcap');
let folder: string;

const wscope = (args: string[], options: { input?: Buffer; env?: Record<string, string> } = {}) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...args], {
    input: options.input,
    encoding: 'utf8',
    env: { PATH: process.env.PATH ?? '', ...options.env },
    maxBuffer: 2 ** 28,
  });
  return { status, stdout, stderr };
};

const written = (name: string, content: Uint8Array | string): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wscope-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('exit status 0', () => {
  it('when a capture was analyzed, also when a session failed', () => {
    const { status, stdout, stderr } = wscope([REFUSED]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('tcp-refused');
  });

  it('for a valid capture without packets, and it says so', () => {
    const { status, stdout } = wscope([EMPTY]);
    expect(status).toBe(0);
    expect(stdout).toContain('a valid capture without packets');
  });

  it('for a capture that is damaged behind its first packet, with a warning', () => {
    const { status, stdout, stderr } = wscope(['--json', written('cut.pcap', readFileSync(REFUSED).subarray(0, 150))]);
    expect(status).toBe(0);
    expect(stderr).toMatch(/^wscope: .*cut\.pcap: .*packet 2.*byte \d+.*\n$/);
    expect(JSON.parse(stdout).captures[0].warnings).toHaveLength(1);
  });

  it('for help and version, on standard output', () => {
    for (const command of [[], ['report'], ['slice'], ['explain']]) {
      const { stdout, ...rest } = wscope([...command, '--help']);
      expect(rest).toMatchObject({ status: 0, stderr: '' });
      expect(stdout).toMatch(new RegExp(`\nExamples:\n {2}${['wscope', ...command].join(' ')} `));
    }
    expect(wscope(['--version']).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('exit status 1', () => {
  it('only with --exit-code, and only when a shown session failed', () => {
    expect(wscope(['--exit-code', REFUSED]).status).toBe(1);
    expect(wscope(['--exit-code', '--outcome', 'ok', REFUSED]).status).toBe(0);
    expect(wscope(['--exit-code', '--port', '1', REFUSED]).status).toBe(0);
    expect(wscope(['--exit-code', EMPTY]).status).toBe(0);
  });
});

describe('exit status 2', () => {
  it.each([
    ['a file that is missing', () => join(folder, 'missing.pcap')],
    ['a directory', () => folder],
    ['an empty file', () => written('nothing.pcap', '')],
    ['/dev/null', () => '/dev/null'],
    ['a text', () => written('notes.txt', 'just some words\n')],
    ['a path through a file', () => join(REFUSED, 'x.pcap')],
  ])('for %s, with one line on standard error and nothing else', (_, path) => {
    for (const format of [[], ['--json'], ['--ndjson']]) {
      const { status, stdout, stderr } = wscope([...format, path()]);
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      expect(stderr).toMatch(/^wscope: [^\n]+: [^\n]+\n$/);
    }
  });

  it.skipIf(process.getuid?.() === 0)('for a file that must not be read', () => {
    const path = written('secret.pcap', readFileSync(REFUSED));
    chmodSync(path, 0);
    expect(wscope([path, REFUSED])).toMatchObject({ status: 2, stderr: expect.stringContaining('not permitted') });
  });

  it('for one unusable file among others, which are reported', () => {
    const { status, stdout, stderr } = wscope(['--json', written('notes.txt', 'words'), REFUSED]);
    expect(status).toBe(2);
    expect(stderr).toMatch(/notes\.txt/);
    expect(JSON.parse(stdout).summary.failed).toBe(1);
  });

  it.each([
    [['--bogus', REFUSED]],
    [[]],
    [['--session', '99', REFUSED]],
    [['--session', '1,99', REFUSED]],
    [['-', '-']],
  ])('for %j, without a report', (args) => {
    const { status, stdout, stderr } = wscope(args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^wscope: /);
  });

  it('shows what a hostile file name does instead of doing it', () => {
    const { stderr } = wscope([join(folder, '\x1b[2Jx\n.pcap')]);
    expect(stderr).toContain('\\x1b[2Jx\\n.pcap');
    expect(stderr).not.toContain('\x1b');
  });
});

describe('output', () => {
  it('is one JSON document that keeps the schema', () => {
    const report = JSON.parse(wscope(['--json', REFUSED]).stdout);
    expect(schemaErrors(report)).toEqual([]);
    expect(report.sessions[0]).toMatchObject({ id: 1, cause: 'tcp-refused', outcome: 'failed', stage: 'tcp' });
  });

  it('is one object a line with --ndjson: captures, sessions with their events, summary', () => {
    const lines = wscope(['--ndjson', REFUSED])
      .stdout.trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ type }) => type)).toEqual(['capture', 'session', 'event', 'event', 'summary']);
    expect(lines[1]).not.toHaveProperty('timeline');
    expect(lines[2]).toMatchObject({ session: 1, event: 'syn', packet: 1 });
  });

  it('is the same from standard input', () => {
    const fromFile = JSON.parse(wscope(['--json', REFUSED]).stdout);
    const fromPipe = JSON.parse(wscope(['--json', '-'], { input: readFileSync(REFUSED) }).stdout);
    expect(fromPipe.sessions).toEqual(fromFile.sessions);
    expect(fromPipe.captures[0].file).toBe('-');
  });

  it('is the same bytes every time, whatever the locale and the time zone', () => {
    const [a, b] = ['en_US.UTF-8', 'de_DE.UTF-8'].map(
      (LANG, n) => wscope(['--json', REFUSED], { env: { LANG, TZ: `UTC${n * 5}` } }).stdout,
    );
    expect(a).toBe(b);
  });

  it('has no colours in a pipe, unless they are forced', () => {
    expect(wscope([REFUSED]).stdout).not.toContain('\x1b');
    expect(wscope([REFUSED], { env: { FORCE_COLOR: '1' } }).stdout).toContain('\x1b[31m');
  });

  it('ends quietly when the reader goes away', async () => {
    for (const format of [[], ['--json'], ['--ndjson']]) {
      const child = spawn(process.execPath, [BIN, ...format, REFUSED], { stdio: ['ignore', 'pipe', 'pipe'] });
      child.stdout.destroy();
      let stderr = '';
      child.stderr.on('data', (text) => {
        stderr += text;
      });
      const status = await new Promise((resolve) => child.on('close', resolve));
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    }
  });
});
