import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCommandLine } from '../../src/cli/command-line.js';
import { readKeyLog } from '../../src/cli/key-log-file.js';

const at = (path: string) => fileURLToPath(new URL(`../../samples/${path}`, import.meta.url));
let folder: string;

const written = (name: string, content: string): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wscope-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the file behind --keylog', () => {
  it('is read as it is', () => {
    expect(readKeyLog(at('wss-ipv6.keylog')).text).toMatch(/^\w+ [0-9a-f]{64} [0-9a-f]+$/m);
  });

  it('may be empty, or hold comments and lines of other programs', () => {
    for (const text of ['', '\n', '# nothing yet\n', 'FUTURE_LABEL 00 11\n']) {
      expect(readKeyLog(written('keys.log', text))).toEqual({ text });
    }
  });

  it.each([
    ['a path that leads nowhere', () => join(folder, 'missing'), 'There is no such file: check the path'],
    ['a directory', () => folder, 'It is a directory, not a key log'],
    ['a capture', () => at('wss-ipv6.pcap'), expect.stringMatching(/^It holds no TLS secrets/)],
    ['text', () => written('notes.txt', 'call me back\n'), expect.stringMatching(/^It holds no TLS secrets/)],
  ])('cannot be %s', (_name, path, problem) => {
    expect(readKeyLog(path())).toEqual({ problem });
  });
});

it('--keylog takes a file', () => {
  expect(JSON.stringify(readCommandLine(['--keylog', 'keys.log', 'a.pcap']))).toContain('"keyLog":"keys.log"');
  expect(() => readCommandLine(['a.pcap', '--keylog'])).toThrow(/argument missing/);
});
