/** The package as a program imports it: the examples of docs/library.md, and sessions told as they end. Needs a build. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { analyze } from '../src/analyze.js';
import { openCapture } from '../src/capture/read-blocks.js';
import type { SessionReport } from '../src/report/report.js';
import { SAMPLES, sampleFiles } from './wire/sample-table.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const GUIDE = readFileSync(`${ROOT}docs/library.md`, 'utf8');
const examples = [...GUIDE.matchAll(/```js\n(.*?)```\n\n```text\n(.*?)```/gs)].map(([, code = '', output = '']) => ({
  first: code.split('\n').find((line) => line.includes('samples/')) ?? code,
  code,
  output,
}));

describe('docs/library.md', () => {
  it('has an output under every example', () => {
    expect(examples.length).toBe(GUIDE.split('```js').length - 1);
    expect(examples.length).toBeGreaterThan(4);
  });

  it.each(examples)('runs: $first', ({ code, output }) => {
    const run = spawnSync(process.execPath, ['--input-type=module', '-'], { cwd: ROOT, input: code, encoding: 'utf8' });
    expect(run.stderr).toBe('');
    expect(run.stdout).toBe(output);
  });
});

describe('openCapture', () => {
  it('says at once what is not there, or no file', () => {
    expect(() => openCapture('nowhere.pcap')).toThrow('There is no such file');
    expect(() => openCapture(ROOT)).toThrow('It is a directory');
  });
});

describe('onSession', () => {
  it('is called once for each session on which something was said, with the verdict that it has alone', async () => {
    let told = 0;
    const differing = new Set<string>();
    for (const name of sampleFiles.filter((name) => /^(?:ws|close|nginx|tls|stomp|h2c|tomcat)-/.test(name))) {
      const ended: SessionReport[] = [];
      const { report } = await analyze([openCapture(SAMPLES + name)], { onSession: (session) => ended.push(session) });
      const plain = await analyze([openCapture(SAMPLES + name)]);
      expect(report).toEqual(plain.report);
      const spoken = report.sessions.filter(({ upgrade, websocket, tls }) => upgrade ?? websocket ?? tls);
      const of = ({ client, server, startMs, url }: SessionReport) => `${client} ${server} ${startMs} ${url}`;
      expect({ name, ended: ended.map(of).sort() }).toEqual({ name, ended: spoken.map(of).sort() });
      for (const session of ended) {
        const final = spoken.find((each) => of(each) === of(session))!;
        if (final.cause !== session.cause) differing.add(name);
      }
      told += ended.length;
    }
    expect(told).toBeGreaterThan(150);
    // Verdicts that rest on the other leg of a proxy, or on sessions that ended in the same way.
    expect([...differing]).toEqual([
      'nginx-http10.pcap',
      'nginx-idle-5s.pcap',
      'nginx-reload.pcap',
      'ws-lifetime.pcap',
    ]);
  });
});
