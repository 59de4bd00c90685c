/**
 * src/tls against what tshark and the JA4 tools say about public captures. They are not part of this repository:
 * they are in `public/` of the folder that WSCOPE_CAPTURES names, with `tshark-truth.jsonl` and `ja4-expected.jsonl`.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cipherSuiteName } from '../../src/tls/cipher-suites.js';
import { codePointHex } from '../../src/tls/code-points.js';
import { looksLikeTls } from '../../src/tls/looks-like-tls.js';
import { RecordDecoder } from '../../src/tls/record-decoder.js';
import type { CertificateFacts } from '../../src/tls/tls-facts.js';
import { versionName } from '../../src/tls/versions.js';
import { readConversations, type TcpConversation } from '../wire/tls-capture.js';
import { arrivalOf, replay } from '../wire/tls-streams.js';

const folder = join(process.env.WSCOPE_CAPTURES ?? '', 'public');
const present = process.env.WSCOPE_CAPTURES !== undefined && existsSync(join(folder, 'tshark-truth.jsonl'));

interface Message {
  name: string;
  from: 'c2s' | 's2c';
  sni?: string;
  alpn_offered?: string[];
  cipher?: string;
  cipher_suites?: number;
  ja3?: string;
  ja3s?: string;
  legacy_version?: string;
  selected_version?: string;
  certificates?: { subject_cn?: string[]; not_after?: string; san_dns?: string[] }[];
}

interface Row {
  kind: string;
  capture: string;
  client: string;
  server: string;
  tls_decrypted?: boolean;
  tls?: {
    messages: Message[];
    alerts: { encrypted?: boolean; name?: string; from: string }[];
    records: Record<string, Record<string, number>>;
  };
  ja4?: string;
  transport?: string;
}

const rows = (name: string): Row[] =>
  present
    ? readFileSync(join(folder, name), 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Row)
    : [];

const conversationsOf = (() => {
  const read = new Map<string, TcpConversation[]>();
  return (capture: string): TcpConversation[] => {
    const known = read.get(capture) ?? readConversations(join(folder, capture));
    read.set(capture, known);
    return known;
  };
})();

const between = ({ capture, client, server }: Row): TcpConversation | undefined =>
  conversationsOf(capture).find(
    (one) => (one.client === client && one.server === server) || (one.client === server && one.server === client),
  );

const truth = rows('tshark-truth.jsonl');
const decrypted = new Set(truth.filter((row) => row.tls_decrypted).map((row) => row.capture));
const streams = truth.filter((row) => row.tls !== undefined);

// The tools that made the file write 99 for an ALPN that begins with an octet above 0x7f. The specification asks for the
// hexadecimal form instead: `ba ad` is `bd`.
const ja4Rows = rows('ja4-expected.jsonl')
  .filter((row) => row.ja4?.startsWith('t') === true && row.transport !== 'udp')
  .map((row) => ({ ...row, ja4: row.ja4?.replace('t13d151699_', 't13d1516bd_') }));

it.runIf(process.env.WSCOPE_CAPTURES !== undefined)(
  'WSCOPE_CAPTURES names a folder with captures and what other programs say about them',
  () => {
    expect(streams.length).toBeGreaterThan(100);
    expect(ja4Rows.length).toBeGreaterThan(100);
  },
);

describe.skipIf(!present)('TLS of public captures, compared with tshark', () => {
  it.each(streams.map((row) => [`${row.capture} ${row.client}`, row] as const))('%s', (_name, row) => {
    const conversation = between(row);
    expect(conversation).toBeDefined();
    const tls = withoutPreamble(conversation!);
    const { facts } = replay(tls).layer;
    const messages = row.tls!.messages;
    const client = messages.find((message) => message.name === 'client_hello' && message.from === 'c2s');
    if (client !== undefined) {
      expect(facts.firstClientHello?.sni ?? undefined).toBe(client.sni);
      expect(facts.firstClientHello?.alpn.filter(isAscii)).toEqual((client.alpn_offered ?? []).filter(isAscii));
      expect(facts.firstClientHello?.ja3).toBe(client.ja3 ?? '');
    }
    const server = messages.findLast((message) => message.name === 'server_hello');
    if (server !== undefined && facts.serverHello !== undefined) {
      expect(`${cipherSuiteName(facts.serverHello.cipherSuite)} (${codePointHex(facts.serverHello.cipherSuite)})`).toBe(
        server.cipher,
      );
      expect(facts.serverHello.ja3s).toBe(server.ja3s);
      expect(versionName(facts.serverHello.version)).toBe(server.selected_version ?? server.legacy_version);
    }
    expect(facts.serverHello !== undefined || facts.helloRetryRequest !== undefined).toBe(server !== undefined);
    if (!decrypted.has(row.capture)) {
      const chain = messages.find((message) => message.name === 'certificate' && message.from === 's2c')?.certificates;
      expect(facts.certificates?.map(summary)).toEqual(
        chain?.map(({ subject_cn, not_after }) => ({ cn: subject_cn?.at(-1), notAfter: Date.parse(utc(not_after)) })),
      );
      expect(facts.alerts.map(({ code }) => code)).toEqual(
        row.tls!.alerts.filter((alert) => !alert.encrypted).map((alert) => Number(/\((\d+)\)/.exec(alert.name!)![1])),
      );
      const visible = facts.encryptedAlerts.filter((alert) => !alert.inferred);
      expect(visible).toHaveLength(row.tls!.alerts.filter((alert) => alert.encrypted).length);
      expect(recordTypes(tls)).toEqual(row.tls!.records);
    }
    expect(facts.notTls).toBeUndefined();
    expect(facts.problems.map(({ what }) => what)).toEqual(
      row.capture.includes('DER-incomplete') ? ['the certificate is not valid DER'] : [],
    );
  });
});

describe.skipIf(!present)('JA4 of public captures, compared with the published values', () => {
  it.each(ja4Rows.map((row) => [`${row.capture} ${row.client} ${row.ja4}`, row] as const))('%s', (_name, row) => {
    const address = row.client.replace(/^(.*:.*):(\d+)$/, '[$1]:$2');
    const found = conversationsOf(row.capture)
      .filter(({ client, server }) => [row.client, address].some((one) => one === client || one === server))
      .flatMap((conversation) => {
        const { facts } = replay(conversation).layer;
        return [facts.firstClientHello?.ja4, facts.clientHello?.ja4];
      });
    expect(found).toContain(row.ja4);
  });
});

const isAscii = (text: string): boolean => /^[\x20-\x7e]*$/.test(text);
const utc = (text = ''): string => text.replace(' (UTC)', 'Z').replace(' ', 'T');
const summary = ({ subject, notAfter }: CertificateFacts) => ({
  cn: /(?:^|, )CN=((?:[^,\\]|\\.)*)/.exec(subject)?.[1]?.replace(/\\(.)/g, '$1'),
  notAfter,
});

/** What follows a SOCKS or CONNECT preamble: everything from the first ClientHello on. */
function withoutPreamble(conversation: TcpConversation): TcpConversation {
  const start = conversation.deliveries.findIndex(({ bytes }) => looksLikeTls(bytes) === 'client-hello');
  return start < 0 ? conversation : { ...conversation, deliveries: conversation.deliveries.slice(start) };
}

/** Records of each side by content type, as tshark counts them. */
function recordTypes(conversation: TcpConversation): Record<string, Record<string, number>> {
  const counts: Record<string, Record<string, number>> = {};
  for (const side of ['client', 'server'] as const) {
    const decoder = new RecordDecoder(side === 'client');
    const types: Record<string, number> = {};
    for (const { kind, bytes, packet, ...delivery } of conversation.deliveries) {
      if (delivery.side !== side) continue;
      const arrival = arrivalOf(packet);
      if (kind === 'bytes') decoder.push(bytes, arrival);
      else if (kind === 'gap') decoder.gap({ length: bytes.length, cause: 'not-captured', arrival });
      for (let item = decoder.next(); item !== undefined; item = decoder.next()) {
        if (item.kind === 'ssl-v2-hello') continue; // no record, and tshark does not count it
        const type = item.kind === 'record' ? item.type : 0;
        types[type] = (types[type] ?? 0) + 1;
      }
    }
    if (Object.keys(types).length > 0) counts[side === 'client' ? 'c2s' : 's2c'] = types;
  }
  return counts;
}
