/**
 * Every packet of the lab captures, held against the forwarder that let it pass, lost it, delayed it or sent it twice, and
 * every count against the kernels' own. With WSCOPE_TSHARK set, tshark's calls are scored on the same packets (a minute).
 */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Side } from '../../src/stream/side.js';
import { type Called, calledByTshark, judged, LAB_CAPTURES, type LabRun, runLab } from '../tcp/lab-captures.js';
import { retransmitted, type TrueName } from '../tcp/lab-truth.js';
import type { TcpEvent } from '../wire/tcp-run.js';

const SIDES: readonly Side[] = ['client', 'server'];

/** What a packet that is truly this should be called. */
const RIGHT: Record<TrueName, Called> = {
  new: 'new',
  retransmission: 'retransmission',
  'unseen-retransmission': 'new',
  late: 'late',
  copy: 'copy',
};

/**
 * Packets that nothing in the capture can tell, with the reason. An original that was lost before the capture and was the
 * last of its side until it came again is, to this capture, simply new (`unseen-retransmission`).
 */
const UNDECIDABLE: Record<string, string> = {
  'ws-rough-client server 2': 'the SYN-ACK sent again, whose original is still under way',
  'ws-rough-client server 4': 'that original, alike to the last bit: SYN-ACKs of Linux bear no identification',
  'ws-no-sack-client server 161': 'lost before the capture, and nothing was sent behind it until the timer ran out',
  'ws-close-lost-server client 14': 'the Close, lost before the capture, with nothing behind it',
};

const runs = new Map<string, LabRun>();

beforeAll(async () => {
  for (const lab of LAB_CAPTURES) runs.set(lab[0], await runLab(lab));
});

describe('every packet of the lab captures', () => {
  for (const [name, , end] of LAB_CAPTURES) {
    for (const side of SIDES) {
      const where = side === end ? "at the sender's end" : "at the receiver's end";
      it(`${name}: what the ${side} sent, seen ${where}`, () => {
        const wrong = judged(runs.get(name)!, side)
          .filter(({ truth, ours }) => RIGHT[truth] !== ours || truth === 'unseen-retransmission')
          .map(({ packet, truth, ours }) => ({ packet: `${name} ${side} ${packet}`, truth, ours }))
          .filter(({ packet }) => !(packet in UNDECIDABLE));
        expect(wrong).toEqual([]);
      });
    }
  }

  it('lists as undecidable only packets that are', () => {
    const all = LAB_CAPTURES.flatMap(([name]) =>
      SIDES.flatMap((side) =>
        judged(runs.get(name)!, side)
          .filter(({ truth, ours }) => RIGHT[truth] !== ours || truth === 'unseen-retransmission')
          .map(({ packet }) => `${name} ${side} ${packet}`),
      ),
    );
    expect(all.sort()).toEqual(Object.keys(UNDECIDABLE).sort());
    const sendersEnd = Object.keys(UNDECIDABLE).filter((key) => / client /.test(key) === /-client /.test(key));
    expect(sendersEnd).toEqual([]);
  });
});

describe("the kernels' counters", () => {
  for (const [name, , end] of LAB_CAPTURES) {
    it(`${name}: as many retransmissions of the ${end}, for the same reasons`, () => {
      const run = runs.get(name)!;
      const kernel = run.truth.kernel[end];
      const events = run.connections.flatMap((connection) => connection.events);
      const sent = events.filter(({ event, from }) => event === 'retransmission' && from === end);
      const triggers = sent.map(({ data }) => data!.trigger ?? data!.kind);
      const count = (kind: string) => triggers.filter((trigger) => trigger === kind).length;
      // A SYN's timer counts as a timeout too, a SYN-ACK's does not.
      const ofSyn = sent.filter(({ data }) => data!.of === 'SYN').length;
      const ofSynAck = sent.filter(({ data }) => data!.of === 'SYN-ACK').length;
      const timeouts = count('timeout') - sent.filter(isTimedSynAck).length;
      expect(retransmitted(run.truth.wire.packets, end).size).toBe(kernel.TcpRetransSegs);
      expect(sent).toHaveLength(kernel.TcpRetransSegs!);
      expect(count('fast')).toBe(kernel.TcpExtTCPFastRetrans);
      expect(ofSyn + ofSynAck).toBe(kernel.TcpExtTCPSynRetrans);
      expect(timeouts).toBe(kernel.TcpExtTCPTimeouts! + kernel.TcpExtTCPSlowStartRetrans!);
      expect(count('tail-loss-probe')).toBeLessThanOrEqual(kernel.TcpExtTCPLossProbes!);
      expect(count('unknown')).toBe(0);
    });
  }
});

describe('a score beside tshark', () => {
  it.runIf(process.env.WSCOPE_TSHARK)('finds more of the retransmissions and invents fewer', () => {
    const scores = { ours: score(), tshark: score() };
    for (const [name] of LAB_CAPTURES) {
      const run = runs.get(name)!;
      const other = calledByTshark(run.path);
      if (other === undefined) throw new Error('tshark does not run');
      for (const side of SIDES) {
        for (const { packet, truth, ours } of judged(run, side)) {
          if (truth === 'unseen-retransmission') continue;
          tally(scores.ours, truth, ours);
          tally(scores.tshark, truth, other.get(packet) ?? 'new');
        }
      }
    }
    const { ours, tshark } = scores;
    console.log(JSON.stringify(scores));
    expect(ours.real).toBeGreaterThan(150);
    expect(ours.found / ours.real).toBeGreaterThan(tshark.found / tshark.real);
    expect(ours.invented).toBeLessThan(tshark.invented);
  });
});

const isTimedSynAck = ({ data }: TcpEvent): boolean => data!.of === 'SYN-ACK' && data!.kind === 'timeout';

const score = () => ({ real: 0, found: 0, invented: 0, late: 0, foundLate: 0, inventedLate: 0 });

function tally(one: ReturnType<typeof score>, truth: TrueName, called: Called): void {
  if (truth === 'retransmission') one.real++;
  if (truth === 'late') one.late++;
  if (called === 'retransmission') truth === 'retransmission' ? one.found++ : one.invented++;
  if (called === 'late') truth === 'late' ? one.foundLate++ : one.inventedLate++;
}
