/** `wscope explain` as a user runs it. Needs a build, as `npm test` makes one. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { causeInShort, causesLike, explainedCauses } from '../../src/cli/cause-pages.js';

const BIN = fileURLToPath(new URL('../../bin/wscope.js', import.meta.url));
const PAGES = readdirSync(new URL('../../docs/causes/', import.meta.url))
  .filter((name) => name.endsWith('.md'))
  .map((name) => name.replace('.md', ''));

const explain = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, 'explain', ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
};

describe('wscope explain', () => {
  it('shows the page of a cause', () => {
    const { status, stdout, stderr } = explain('ws-idle-timeout');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^ws-idle-timeout\n\n {2}The session was ended/);
    expect(stdout).toContain('\n    proxy_read_timeout 3600s;\n');
  });

  it('lists every cause that has a page, under its stage', () => {
    const { status, stdout } = explain();
    expect(status).toBe(0);
    for (const cause of PAGES) expect(stdout).toMatch(new RegExp(`^ {2}${cause.replaceAll('.', '\\.')} +\\S`, 'm'));
    expect(stdout).toMatch(/^tls\n {2}tls-certificate-expired /m);
  });

  it('answers a mistyped cause with the ones that may have been meant, and 2', () => {
    expect(explain('ws-idel-timeout')).toEqual({
      status: 2,
      stdout: '',
      stderr: expect.stringMatching(/^wscope: there is no cause ws-idel-timeout: did you mean ws-idle-timeout\b.*\n$/),
    });
    expect(explain('zzzz').stderr).toContain('wscope explain lists them');
  });

  it('shows what was typed without obeying it', () => {
    expect(explain('\x1b[31mred').stderr).toMatch(/^[\x20-\x7e\n]+$/);
  });

  it('takes no second cause', () => {
    expect(explain('ws-idle-timeout', 'ws-reset').status).toBe(2);
  });
});

describe('a cause that was nearly named', () => {
  it.each([
    ['ws-idle-timeot', 'ws-idle-timeout'],
    ['TCP-REFUSED', 'tcp-refused'],
    ['certificate-expired', 'tls-certificate-expired'],
    ['502 bad gateway', 'upgrade-bad-gateway'],
  ])('%s is found', (typed, meant) => {
    expect(causesLike(typed, explainedCauses())).toContain(meant);
  });

  it('is not found in nothing', () => {
    expect(causesLike('', explainedCauses())).toEqual([]);
    expect(causesLike('-', explainedCauses())).toEqual([]);
  });
});

describe('a cause in short', () => {
  it('is a sentence of its page for each', () => {
    for (const cause of explainedCauses()) expect(causeInShort(cause), cause).toMatch(/^[A-Z].{15,250}[^.:]$/);
  });
});
