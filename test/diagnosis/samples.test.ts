import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { analyze } from '../../src/analyze.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The sample that the page about a cause names. */
const sampleOf = (cause: string): string | undefined => {
  const page = readFileSync(`${root}docs/causes/${cause}.md`, 'utf8');
  const section = page.split(/^## /m).find((part) => part.startsWith('Sample\n')) ?? '';
  return /^`samples\/([^`]+)`$/m.exec(section)?.[1];
};

const pages = readdirSync(`${root}docs/causes`)
  .filter((file) => file.endsWith('.md'))
  .map((file) => basename(file, '.md'));
const proven = pages.flatMap((cause) => {
  const sample = sampleOf(cause);
  return sample !== undefined && existsSync(`${root}samples/${sample}`) ? [{ cause, sample }] : [];
});

const sessionsOf = async (sample: string) => {
  const bytes = new Uint8Array(readFileSync(`${root}samples/${sample}`));
  const { report } = await analyze([{ name: sample, size: bytes.length, blocks: () => [bytes] }]);
  return report.sessions;
};

/** Traffic with nothing wrong in it that can be seen, with and without WebSocket. */
const HEALTHY = readdirSync(`${root}samples`).filter((file) =>
  /^(ws-(healthy|deflate|ipv6|cooked|nano|large|loopback|midstream|one-sided|capture-gap|lossy|rough|delay|open|gzip)|wss-|https-|h2-healthy|browser-healthy|nginx-healthy).*\.(pcap|pcapng|gz)$/.test(
    file,
  ),
);

describe('samples', () => {
  it.each(proven)('$sample yields $cause', async ({ cause, sample }) => {
    const sessions = await sessionsOf(sample);
    expect(sessions.map((session) => session.cause)).toContain(cause);
  });

  it.each(HEALTHY)('%s accuses nobody', async (sample) => {
    for (const { cause, outcome } of await sessionsOf(sample)) expect([outcome, cause]).toEqual([outcome, null]);
  });
});
