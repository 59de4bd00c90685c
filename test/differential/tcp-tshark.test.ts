/**
 * Counts of TCP on public captures beside tshark's. Where both agree nothing is said; every difference stands in the
 * table with its reason, and a difference that goes away fails the test as a new one does. The captures are not part of
 * the project: WSCOPE_CAPTURES names the folder that holds them in `public/`, with tshark-truth.jsonl.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type CaptureRun, runCapture } from '../tcp/capture-run.js';

const FOLDER = process.env.WSCOPE_CAPTURES === undefined ? '' : join(process.env.WSCOPE_CAPTURES, 'public');
const TRUTH = join(FOLDER, 'tshark-truth.jsonl');

type Counts = Record<'retransmission' | 'out_of_order' | 'duplicate_ack' | 'keep_alive' | 'zero_window', number>;
type Difference = Partial<Record<keyof Counts, [ours: number, tshark: number]>>;

/** Capture, what differs, why. */
const DIFFERENCES: Record<string, { differs: Difference; why: string }> = {
  'zeek/http-websocket.pcap': {
    differs: { duplicate_ack: [0, 1] },
    why: 'Nothing was outstanding when the same number was acknowledged again: no duplicate ACK by RFC 5681 2.',
  },
  'zeek/missing-intermediate.pcap': {
    differs: { duplicate_ack: [0, 2] },
    why: 'The same: ACKs repeated while nothing was in flight.',
  },
  'zeek/tls-1.2-stream-keylog.pcap': {
    differs: { duplicate_ack: [0, 1] },
    why: 'The same, as the answer to a FIN that was sent again.',
  },
  'ja4/latest.pcapng': {
    differs: { duplicate_ack: [3, 0], keep_alive: [1, 0] },
    why: 'Three ACKs with new SACK blocks and another window: duplicate ACKs by RFC 6675 2, not by RFC 5681. Packet 130, the first of its connection here, is an empty segment with sequence number 1650645048, and packet 131 acknowledges 1650645049: a keep-alive (RFC 9293 3.8.4), which tshark knows only by an earlier packet.',
  },
  'arkime/wireshark-retrans.pcap': {
    differs: { retransmission: [0, 47], out_of_order: [0, 1], duplicate_ack: [0, 27], keep_alive: [0, 1] },
    why: 'Captured on several interfaces: the same identifications and timestamps up to three times within 1.5 ms. Nothing was sent twice.',
  },
  'arkime/tcp-reassembly-synthetic.pcap': {
    differs: { retransmission: [6, 8], out_of_order: [1, 0] },
    why: 'A packet that bears an earlier time than the one before it in the file was recorded out of order; a SYN behind a connection that is over opens another.',
  },
  'suricata-verify/tcp-overlap.pcap': {
    differs: { retransmission: [0, 1], duplicate_ack: [0, 1] },
    why: 'The same range came again within half a round trip, when no sender could have missed an answer; and nothing was outstanding.',
  },
  'nDPI/tls_multiple_synack_different_seq.pcapng': {
    differs: { retransmission: [1, 8] },
    why: 'SYN-ACKs with other numbers are new ones, and what follows the last of them is new data; only the second SYN-ACK repeats the first.',
  },
};

describe.runIf(FOLDER !== '' && existsSync(TRUTH))('counts beside tshark on public captures', () => {
  const told = FOLDER !== '' && existsSync(TRUTH) ? tsharkCounts() : new Map<string, Counts>();
  for (const [capture, tshark] of told) {
    const known = DIFFERENCES[capture];
    it(known === undefined ? `${capture}: as tshark` : `${capture}: ${known.why}`, async () => {
      const ours = countsOf(await runCapture(join(FOLDER, capture)));
      const differs: Difference = {};
      for (const key of Object.keys(ours) as (keyof Counts)[]) {
        if (ours[key] !== tshark[key]) differs[key] = [ours[key], tshark[key]];
      }
      expect(differs).toEqual(known?.differs ?? {});
    });
  }

  it('explains only captures that are there', () => {
    expect(Object.keys(DIFFERENCES).filter((capture) => !told.has(capture))).toEqual([]);
  });
});

function countsOf({ connections }: CaptureRun): Counts {
  const counts = noCounts();
  for (const { facts } of connections) {
    for (const flow of Object.values(facts.flows)) {
      counts.retransmission += flow.retransmissions;
      counts.out_of_order += flow.outOfOrder;
      counts.duplicate_ack += flow.duplicateAcks;
      counts.keep_alive += flow.keepAlives;
      counts.zero_window += flow.zeroWindows;
    }
  }
  return counts;
}

/** tshark's counts, summed up per capture; its `retransmission` includes its fast and spurious ones. */
function tsharkCounts(): Map<string, Counts> {
  const counts = new Map<string, Counts>();
  for (const line of readFileSync(TRUTH, 'utf8').split('\n')) {
    if (line === '') continue;
    const row = JSON.parse(line) as Record<string, { analysis?: Partial<Counts> } | undefined> & { capture: string };
    const sum = counts.get(row.capture) ?? noCounts();
    counts.set(row.capture, sum);
    for (const side of [row.c2s, row.s2c]) {
      for (const key of Object.keys(sum) as (keyof Counts)[]) sum[key] += side?.analysis?.[key] ?? 0;
    }
  }
  return counts;
}

const noCounts = (): Counts => ({
  retransmission: 0,
  out_of_order: 0,
  duplicate_ack: 0,
  keep_alive: 0,
  zero_window: 0,
});
