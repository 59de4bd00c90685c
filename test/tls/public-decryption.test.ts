/**
 * Decryption of public captures with their key logs, against tshark: which streams open, and the HTTP inside. They are in
 * `public/` of the folder that WSCOPE_CAPTURES names.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decrypt } from '../wire/decrypted.js';
import { readConversations } from '../wire/tls-capture.js';

const folder = join(process.env.WSCOPE_CAPTURES ?? '', 'public');
const present = process.env.WSCOPE_CAPTURES !== undefined && existsSync(join(folder, 'tshark-truth.jsonl'));

interface Row {
  capture: string;
  client: string;
  server: string;
  kind: string;
  tls_decrypted?: boolean;
  http?: { from: 'c2s' | 's2c'; frame: number; method?: string; uri?: string; status?: number; version: string }[];
  http2?: unknown[];
  tls?: {
    alerts: { encrypted?: boolean; desc?: number; from: string }[];
    messages: { name: string; from: string; alpn_selected?: string[]; certificates?: unknown[] }[];
  };
}

const lines = (name: string): string[] =>
  present ? readFileSync(join(folder, name), 'utf8').split('\n').filter(Boolean) : [];
const rows = lines('tshark-truth.jsonl').map((line) => JSON.parse(line) as Row);
const keyLogs = (() => {
  const [head = '', ...entries] = lines('MANIFEST.tsv').map((line) => line.split('\t'));
  const path = (head as string[]).indexOf('path');
  const log = (head as string[]).indexOf('keylog');
  return new Map(entries.filter((entry) => entry[log]).map((entry) => [entry[path]!, entry[log]!]));
})();
const captures = rows.filter((row) => row.kind === 'capture' && keyLogs.has(row.capture));

describe.skipIf(!present)('public captures with a key log', () => {
  const streams = captures.flatMap(({ capture }) =>
    rows.filter((row) => row.capture === capture && row.kind === 'tcp_stream' && row.tls !== undefined),
  );
  it('there are some', () => expect(streams.length).toBeGreaterThan(8));

  it.each(streams.map((row) => [`${row.capture} ${row.client}`, row] as const))('%s', (_name, row) => {
    const conversation = readConversations(join(folder, row.capture)).find(
      ({ client, server }) => [client, server].includes(row.client) && [client, server].includes(row.server),
    );
    const { facts, above } = decrypt(
      conversation!.deliveries,
      readFileSync(join(folder, keyLogs.get(row.capture)!), 'latin1'),
    );
    const { alerts, messages } = row.tls!;
    const isRenegotiated = row.capture.includes('renogotiation');
    if (!captures.find(({ capture }) => capture === row.capture)!.tls_decrypted) {
      expect([facts.decrypted, above.text.client + above.text.server]).toEqual([false, '']);
      expect(facts.missingSecrets).not.toEqual([]);
      return;
    }
    // The key log of the renegotiation lacks the second handshake.
    expect(facts.decrypted).toBe(isRenegotiated ? 'partly' : true);
    expect(facts.missingSecrets).toEqual(isRenegotiated ? ['CLIENT_RANDOM'] : []);
    const codes = alerts.filter((alert) => !alert.encrypted).map(({ desc }) => desc);
    expect(facts.alerts.map(({ code }) => code)).toEqual(codes);
    const alpn = messages.flatMap((message) => message.alpn_selected ?? []);
    expect(facts.serverHello?.alpn ?? undefined).toBe(alpn[0]);
    const chain = messages.find(({ name, from }) => name === 'certificate' && from === 's2c')?.certificates;
    expect(facts.certificates?.length).toBe(chain?.length);
    for (const { from, frame, method, uri, status, version } of row.http ?? []) {
      const side = from === 'c2s' ? 'client' : 'server';
      expect(above.text[side]).toContain(
        status === undefined ? `${method} ${uri} ${version}\r\n` : `${version} ${status} `,
      );
      // tshark names the packet with the end of a body, where there is one.
      if (method !== undefined) expect(above.packets[side]).toContain(frame);
    }
    if (row.http2 !== undefined) expect(above.text.client).toMatch(/^PRI \* HTTP\/2\.0\r\n/);
  });
});
