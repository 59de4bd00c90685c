/**
 * What really happened to every packet of a lab capture: the forwarder between the two ends logged each packet that it
 * got, in the order it was sent, and what became of it. From that log alone, without any TCP of ours, each captured
 * packet gets its true name.
 */
import { readFileSync } from 'node:fs';
import type { Side } from '../../src/stream/side.js';
import type { SeenPacket } from './capture-run.js';

interface Logged {
  time: number;
  from: Side;
  ipId: number | null;
  seq: number;
  ack: number;
  flags: string;
  payloadBytes: number;
  fate: string;
}

export interface LabTruth {
  kernel: Record<Side, Record<string, number>>;
  wire: { options: { delay: number }; packets: Logged[] };
}

/** `unseen`: sent again, and nothing in this capture shows it: neither its original nor anything sent behind that. */
export type TrueName = 'new' | 'retransmission' | 'unseen-retransmission' | 'late' | 'copy';

/** Bits of the flags as the forwarder writes them. */
const LETTERS = 'FSRPAUEC';
/** How far a captured time may be from the forwarder's, in seconds: two processes on a busy machine. */
const TOLERANCE = 0.25;
const EXTRA: Record<string, number> = { reordered: 0.015, late: 0.5 };
const NEVER_ARRIVES = new Set(['lost', 'dropped', 'silenced', 'reset']);

export const readTruth = (path: string): LabTruth => JSON.parse(readFileSync(path, 'utf8')) as LabTruth;

/** Sequence numbers that a packet takes. */
const spanOf = ({ payloadBytes, flags }: Logged): number =>
  payloadBytes + (flags.includes('S') ? 1 : 0) + (flags.includes('F') ? 1 : 0);

const ahead = (a: number, b: number): number => (a - b) | 0;

/** Those of one side that repeat numbers it has sent before; keep-alives and window probes repeat only acknowledged ones. */
export function retransmitted(packets: readonly Logged[], side: Side): Set<Logged> {
  const again = new Set<Logged>();
  let top: number | undefined;
  for (const packet of packets) {
    if (packet.from !== side || spanOf(packet) === 0 || packet.flags.includes('R')) continue;
    const end = (packet.seq + spanOf(packet)) | 0;
    if (top !== undefined && ahead(top, packet.seq) > 0) again.add(packet);
    if (top === undefined || ahead(end, top) > 0) top = end;
  }
  return again;
}

/** The true name of every packet of `from` in a capture taken at the end of `at`, in the order of the capture. */
export function trueNames(truth: LabTruth, seen: readonly SeenPacket[], from: Side, at: Side): Map<number, TrueName> {
  const { packets, options } = truth.wire;
  const again = retransmitted(packets, from);
  const names = new Map<number, TrueName>();
  const captured = seen.filter((packet) => packet.from === from);
  const arrivals = from === at ? sendings(packets, from) : deliveries(packets, from, options.delay / 1000);
  const arrived = new Set<Logged>();
  let top: number | undefined;
  for (const packet of captured) {
    const index = nearest(arrivals, packet);
    if (index < 0) throw new Error(`packet ${packet.number} is not in the forwarder's log`);
    const [{ logged }] = arrivals.splice(index, 1) as [Arrival];
    const end = (logged.seq + spanOf(logged)) | 0;
    const isBehind = top !== undefined && ahead(top, logged.seq) > 0;
    let name: TrueName = 'new';
    if (arrived.has(logged)) name = 'copy';
    else if (again.has(logged)) name = isBehind ? 'retransmission' : 'unseen-retransmission';
    else if (isBehind && spanOf(logged) > 0) name = 'late';
    names.set(packet.number, name);
    arrived.add(logged);
    if (spanOf(logged) > 0 && (top === undefined || ahead(end, top) > 0)) top = end;
  }
  return names;
}

interface Arrival {
  logged: Logged;
  time: number;
}

const sendings = (packets: readonly Logged[], from: Side): Arrival[] =>
  packets.filter((packet) => packet.from === from).map((logged) => ({ logged, time: logged.time }));

const deliveries = (packets: readonly Logged[], from: Side, delay: number): Arrival[] =>
  packets
    .filter((packet) => packet.from === from && !NEVER_ARRIVES.has(packet.fate))
    .flatMap((logged) => {
      const arrival = { logged, time: logged.time + delay + (EXTRA[logged.fate] ?? 0) };
      return logged.fate === 'duplicated' ? [arrival, { ...arrival }] : [arrival];
    });

/** The arrival that looks like this packet and is nearest in time, or -1. */
function nearest(arrivals: readonly Arrival[], packet: SeenPacket): number {
  let best = -1;
  let bestDistance = TOLERANCE;
  for (const [index, { logged, time }] of arrivals.entries()) {
    const distance = Math.abs(time - packet.time);
    if (distance >= bestDistance || !looksLike(logged, packet)) continue;
    best = index;
    bestDistance = distance;
  }
  return best;
}

const looksLike = (logged: Logged, packet: SeenPacket): boolean =>
  logged.seq === packet.sequence &&
  logged.payloadBytes === packet.payloadBytes &&
  (logged.ack === packet.acknowledgment || !logged.flags.includes('A')) &&
  (logged.ipId === null || logged.ipId === packet.ipId) &&
  flagBits(logged.flags) === packet.flags;

const flagBits = (flags: string): number =>
  [...flags].reduce((bits, letter) => bits | (1 << LETTERS.indexOf(letter)), 0);
