import { describe, expect, it } from 'vitest';
import { Progress } from '../../src/cli/progress.js';
import { terminalLook } from '../../src/cli/terminal-look.js';

const terminal = { isTTY: true, columns: 132 };
const pipe = { isTTY: false, columns: 0 };

describe('the look', () => {
  it.each([
    [terminal, {}, 132, true],
    [pipe, {}, 80, false],
    [terminal, { COLUMNS: '100' }, 100, true],
    [pipe, { COLUMNS: '100' }, 100, false],
    [pipe, { COLUMNS: '99999' }, 400, false],
    [pipe, { COLUMNS: 'wide' }, 80, false],
    [terminal, { NO_COLOR: '1' }, 132, false],
    [terminal, { NO_COLOR: '' }, 132, true],
    [terminal, { NO_COLOR: '1', FORCE_COLOR: '1' }, 132, false],
    [pipe, { FORCE_COLOR: '1' }, 80, true],
    [terminal, { FORCE_COLOR: '0' }, 132, false],
    [terminal, { TERM: 'dumb' }, 132, false],
  ])('of %j with %j is %d columns, colour %s', (stream, environment, width, colour) => {
    expect(terminalLook(stream, environment, false)).toEqual({ width, colour, ascii: false });
  });
});

describe('progress', () => {
  const record = (isTTY: boolean) => {
    const written: string[] = [];
    let time = 0;
    const progress = new Progress({ isTTY, write: (text) => written.push(text) }, () => time);
    return { written, progress, at: (ms: number) => (time = ms) };
  };

  it('says nothing in the first half second, then where it is, and cleans up', () => {
    const { written, progress, at } = record(true);
    at(499);
    progress.update(10, 1000);
    expect(written).toEqual([]);
    at(500);
    progress.update(430, 1000);
    at(550);
    progress.update(440, 1000);
    at(600);
    progress.update(5_000_000, undefined);
    progress.end();
    expect(written).toEqual(['\r\x1b[Kreading 43 % of 1.0 kB', '\r\x1b[Kreading 5.0 MB', '\r\x1b[K']);
  });

  it('is silent where standard error is no terminal', () => {
    const { written, progress, at } = record(false);
    at(5000);
    progress.update(1, 2);
    progress.end();
    expect(written).toEqual([]);
  });
});
