/** `wscope report` as a user runs it. Needs a build, as `npm test` makes one. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const SAMPLE = at('samples/nginx-idle-60s.pcap');
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wscope-report-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const wscope = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [at('bin/wscope.js'), ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
};

describe('wscope report', () => {
  it('writes one file below a megabyte, and nothing else', () => {
    const output = join(folder, 'report.html');
    expect(wscope('report', SAMPLE, '-o', output)).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(statSync(output).size).toBeLessThan(2 ** 20);
    expect(readFileSync(output, 'utf8')).toContain('<code>wscope report nginx-idle-60s.pcap -o report.html</code>');
    expect(readdirSync(folder)).toEqual(['report.html']);
  });

  it('writes to standard output for -', () => {
    const { status, stdout } = wscope('report', '--session', '2', SAMPLE, '-o', '-');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/);
    expect(stdout).not.toContain('id="s1"');
  });

  it('wants to know where to', () => {
    expect(wscope('report', SAMPLE)).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringContaining('--output'),
    });
  });

  it('never writes over the capture', () => {
    const capture = join(folder, 'mine.pcap');
    copyFileSync(SAMPLE, capture);
    const { status, stderr } = wscope('report', capture, '-o', `${folder}/./mine.pcap`);
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining('never overwritten') });
    expect(readFileSync(capture)).toEqual(readFileSync(SAMPLE));
  });

  it('says why a file cannot be written, and leaves nothing behind', () => {
    const { status, stderr } = wscope('report', SAMPLE, '-o', join(folder, 'no', 'report.html'));
    expect(status).toBe(2);
    expect(stderr).toMatch(/^wscope: .*report\.html: It cannot be written: .+\n$/);
    expect(existsSync(join(folder, 'no'))).toBe(false);
  });

  it('writes nothing when no capture can be used', () => {
    const output = join(folder, 'none.html');
    expect(wscope('report', '/dev/null', '-o', output).status).toBe(2);
    expect(existsSync(output)).toBe(false);
  });
});

describe('wscope --markdown', () => {
  it('answers on standard output', () => {
    const { status, stdout, stderr } = wscope('--markdown', SAMPLE);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^\*\*Session 1 failed while open .*\n\*\*Proof:\*\* .*\n\*\*Fix:\*\* /);
    expect(stdout).toContain('`wscope --markdown nginx-idle-60s.pcap`');
  });

  it('does not go together with other formats', () => {
    expect(wscope('--markdown', '--json', SAMPLE).status).toBe(2);
    expect(wscope('--markdown', '--ndjson', SAMPLE).status).toBe(2);
  });
});
