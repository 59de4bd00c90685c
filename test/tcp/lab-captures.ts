/** The lab captures whose forwarder logged every packet: file, truth, and at which end they were taken. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Side } from '../../src/stream/side.js';
import { type CaptureRun, runCapture } from './capture-run.js';
import { type LabTruth, readTruth, type TrueName, trueNames } from './lab-truth.js';

const SAMPLES = fileURLToPath(new URL('../../samples/', import.meta.url));

const bothEnds = (name: string): [string, string, Side][] => [
  [`${name}-client`, name, 'client'],
  [`${name}-server`, name, 'server'],
];

/** Capture, truth, end. */
export const LAB_CAPTURES: [string, string, Side][] = [
  ...['ws-lossy', 'ws-rough', 'wss-lossy', 'ws-loss-8', 'ws-reorder'].flatMap(bothEnds),
  ...['ws-duplicate', 'ws-rough-ipv6', 'ws-bulk-lossy', 'ws-close-lost', 'ws-no-sack', 'ws-no-timestamps'].flatMap(
    bothEnds,
  ),
  ...['ws-tail-loss', 'ws-timeout', 'ws-spurious', 'ws-syn-lost', 'ws-half-open', 'ws-peer-vanished'].map(
    (name): [string, string, Side] => [name, name, 'client'],
  ),
  ['ws-syn-ack-lost', 'ws-syn-ack-lost', 'server'],
];

export interface LabRun extends CaptureRun {
  truth: LabTruth;
  end: Side;
  path: string;
}

export async function runLab([name, truth, end]: [string, string, Side]): Promise<LabRun> {
  const path = `${SAMPLES}${name}.pcap`;
  const run = await runCapture(path, name.startsWith('wss') ? 443 : 8080);
  return { ...run, truth: readTruth(`${SAMPLES}truth/${truth}.json`), end, path };
}

/** What a packet is called, as far as loss, order and duplication go. */
export type Called = 'retransmission' | 'late' | 'copy' | 'new';

const EVENTS: Record<string, Called> = { retransmission: 'retransmission', 'out-of-order': 'late', copy: 'copy' };

/** The truth about every packet of one side, and what we call it. */
export function judged(run: LabRun, from: Side): { packet: number; truth: TrueName; ours: Called }[] {
  const called = new Map<number, Called>();
  for (const { events } of run.connections) {
    for (const { event, from: sender, packet } of events) {
      const name = EVENTS[event];
      if (sender === from && name !== undefined) called.set(packet, name);
    }
  }
  const names = trueNames(run.truth, run.packets, from, run.end);
  return [...names].map(([packet, truth]) => ({ packet, truth, ours: called.get(packet) ?? 'new' }));
}

/** What tshark calls every packet of the capture that it calls anything; undefined where it is not installed. */
export function calledByTshark(path: string): Map<number, Called> | undefined {
  const again = ['retransmission', 'fast_retransmission', 'spurious_retransmission'];
  const fields = [...again, 'out_of_order'].flatMap((name) => ['-e', `tcp.analysis.${name}`]);
  const run = spawnSync('tshark', ['-n', '-2', '-r', path, '-T', 'fields', '-e', 'frame.number', ...fields], {
    encoding: 'utf8',
  });
  if (run.error !== undefined || run.status !== 0) return undefined;
  const called = new Map<number, Called>();
  for (const line of run.stdout.split('\n')) {
    const [number, first, fast, spurious, outOfOrder] = line.split('\t');
    if (number === undefined || number === '') continue;
    if (first || fast || spurious) called.set(Number(number), 'retransmission');
    else if (outOfOrder) called.set(Number(number), 'late');
  }
  return called;
}
