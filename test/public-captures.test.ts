/**
 * Captures that other projects published, beside what tshark says of them. They are not part of this repository:
 * WSCOPE_CAPTURES names the folder that holds them in `public/`, with `MANIFEST.tsv` and `tshark-truth.jsonl`.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Analysis, analyze } from '../src/analyze.js';
import { fileSource } from '../src/capture/read-blocks.js';

const folder = join(process.env.WSCOPE_CAPTURES ?? '', 'public');
const isThere = process.env.WSCOPE_CAPTURES !== undefined && existsSync(join(folder, 'tshark-truth.jsonl'));

interface Direction {
  opcodes: Record<string, number>;
  payload_bytes: number;
  close_codes: number[];
}

interface CaptureRow {
  kind: 'capture';
  capture: string;
  packets: number;
  tcp_streams: number;
}

interface StreamRow {
  kind: 'tcp_stream';
  capture: string;
  client: string;
  server: string;
  initial_rtt?: number;
  websocket?: { c2s: Direction | null; s2c: Direction | null };
}

const rows = isThere
  ? readFileSync(join(folder, 'tshark-truth.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as CaptureRow | StreamRow)
  : [];

/** Key logs by capture. */
const keyLogs = new Map(
  isThere
    ? readFileSync(join(folder, 'MANIFEST.tsv'), 'utf8')
        .split('\n')
        .map((line) => line.split('\t'))
        .flatMap((cells) => (cells[9] ? [[cells[0]!, cells[9]] as const] : []))
    : [],
);

const analyses = new Map<string, Promise<Analysis>>();

function analysisOf(capture: string): Promise<Analysis> {
  const known = analyses.get(capture);
  if (known !== undefined) return known;
  const keyLog = keyLogs.get(capture);
  const options = keyLog === undefined ? {} : { keyLog: readFileSync(join(folder, keyLog), 'latin1') };
  const analysis = analyze([fileSource(join(folder, capture))], options);
  analyses.set(capture, analysis);
  return analysis;
}

/** Packets that tshark counts otherwise, and why. */
const OTHER_PACKETS: ReadonlyMap<string, number> = new Map([
  // tshark counts the four custom blocks as packets.
  ['pcapng-test-generator/le-test018.pcapng', 4],
]);

const UNREADABLE: ReadonlyMap<string, string> = new Map([
  ['libpcap/pcap-invalid-version-1.pcap', 'version'],
  ['tcpdump/unsupported-link-type-dbus.pcap', 'without a network'],
]);

const captures = rows.filter((row): row is CaptureRow => row.kind === 'capture');
const streams = rows.filter((row): row is StreamRow => row.kind === 'tcp_stream');
const spoken = streams.filter((row) => row.websocket !== undefined);

it.runIf(process.env.WSCOPE_CAPTURES !== undefined)('WSCOPE_CAPTURES names a folder with captures', () => {
  expect(isThere).toBe(true);
});

describe.skipIf(!isThere)('public captures (folder named by WSCOPE_CAPTURES)', () => {
  it.each(captures)('$capture has the packets and connections that tshark counts', async (row) => {
    const { report, errors } = await analysisOf(row.capture);
    const unreadable = UNREADABLE.get(row.capture);
    if (unreadable !== undefined) {
      expect(errors[0]?.message).toContain(unreadable);
      return;
    }
    expect(errors).toEqual([]);
    expect(report.captures[0]?.packets).toBe(OTHER_PACKETS.get(row.capture) ?? row.packets);
    const { http, tls, spare, other } = report.summary.notListed;
    // Streams of one HTTP/2 connection, and names that never became one, are entries of their own.
    const connections = new Set(
      report.sessions
        .filter(({ tcp }) => tcp !== null)
        .map(({ carrier, client, server, id }) => (carrier === 'h2' ? `${client} ${server}` : id)),
    );
    expect(connections.size + http + tls + spare + other).toBe(row.tcp_streams);
  });

  it.each(spoken)('$capture: the frames of $client', async ({ capture, client, server, initial_rtt, websocket }) => {
    const { report } = await analysisOf(capture);
    const session = report.sessions.find((each) => each.client === client && each.server === server);
    for (const [side, theirs] of [['client', websocket!.c2s] as const, ['server', websocket!.s2c] as const]) {
      const ours = session?.websocket;
      const counted = Object.entries(ours?.frames[side] ?? {}).filter(([, count]) => count > 0);
      expect(Object.fromEntries(counted)).toEqual(theirs?.opcodes ?? {});
      expect(ours?.payloadBytes[side]).toBe(theirs?.payload_bytes ?? 0);
      if (ours?.close?.from === side && ours.close.code !== 1005)
        expect(theirs?.close_codes).toContain(ours.close.code);
    }
    if (initial_rtt !== undefined) expect(session?.tcp?.handshakeRttMs).toBeCloseTo(initial_rtt * 1000, 2);
  });

  it('make no rule crash', async () => {
    for (const { capture } of captures) {
      const { report } = await analysisOf(capture);
      const warnings = report.captures.flatMap((each) => each.warnings);
      expect({ capture, crashed: warnings.filter((text) => text.includes('rule ')) }).toEqual({ capture, crashed: [] });
    }
  });

  it.each([
    ['zeek/message-too-big-status.pcap', 'ws-message-too-big'],
    ['zeek/wrong-accept-header.pcap', 'upgrade-accept-mismatch'],
    ['zeek/tls-1.2-handshake-failure.pcap', 'tls-no-shared-cipher'],
    ['suricata-verify/tls-extra-alert.pcap', 'tls-no-shared-cipher'],
  ])('%s failed by %s', async (capture, cause) => {
    expect((await analysisOf(capture)).report.sessions.map((session) => session.cause)).toEqual([cause]);
  });

  it.each([
    'arkime/websocket.pcap',
    'nDPI/websocket.pcap',
    'suricata-verify/basic_websockets.pcap',
    'suricata-verify/websocket-compressed.pcap',
    'suricata-verify/websocket-control-frag.pcap',
    'wireshark-notes/websocket-sip.pcapng',
    'zeek/broker-websocket.pcap',
    'zeek/http-websocket.pcap',
    'zeek/jupyter-websocket.pcap',
    'zeek/reply-ping-separate.pcap',
    'zeek/two-binary-fragments.pcap',
    'zeek/websocket_compressed.pcap',
    'zeek/wstunnel-ssh.pcap',
  ])('%s is healthy, and nobody is accused', async (capture) => {
    const { report } = await analysisOf(capture);
    expect(report.sessions.length).toBeGreaterThan(0);
    for (const { outcome, findings } of report.sessions) {
      expect(['ok', 'open']).toContain(outcome);
      expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    }
  });
});
