/**
 * What one direction remembers of the packets that were not simply next: those sent again, copied or late, and what the
 * receiver said by SACK (RFC 2018) and D-SACK (RFC 2883). Made at the first such packet: a healthy flow has none.
 */
import type { Nanos, PacketRef } from '../capture/packet.js';
import type { Arrival } from '../stream/arrival.js';
import { OutageWatch } from './outage-watch.js';
import type { Segment } from './segment.js';
import { StuckSizes } from './segment-sizes.js';
import { ahead } from './sequence.js';
import type { RetransmissionKind } from './tcp-facts.js';

/** Packets remembered: what is reported back comes within a window, and a window seldom holds more repetitions. */
const REPEATS_KEPT = 64;

/** Data of an event that may be amended while later packets show more of it. */
export interface AmendableData {
  kind: RetransmissionKind;
  bytes: number;
  /** What made the sender send again, where `kind` has become `spurious`. */
  trigger?: RetransmissionKind;
  [key: string]: string | number | boolean;
}

/** A range of sequence numbers. */
export interface Block {
  start: number;
  end: number;
}

/** A packet whose bytes, or whose place, were not new. */
export interface Repeat {
  what: 'retransmission' | 'copy' | 'late';
  start: number;
  end: number;
  ipId: number;
  hasTimestamps: boolean;
  tsVal: number;
  at: Nanos;
  packet: PacketRef;
  /** Only of a retransmission. */
  kind: RetransmissionKind;
  /** Time since the same bytes were sent before, -1 when that was not seen. */
  since: Nanos;
  /** The receiver reported it as received twice. */
  reported: boolean;
  /** Of the event that told it. */
  data: AmendableData | undefined;
}

export class LossHistory {
  private readonly repeats: Repeat[] = [];
  readonly stuck = new StuckSizes();
  readonly outages = new OutageWatch();
  /** End of the highest block that the receiver has reported; only with `sackedAt` >= 0. */
  sackedTop = 0;
  /** When it reported a block last, -1 before the first. */
  sackedAt: Nanos = -1;
  /** The acknowledgment that reported it. */
  sackedBy: Arrival | undefined;
  /** The blocks above the acknowledgment, as the receiver reported them last: four at most. */
  blocks: Block[] = [];
  /** After a timeout, what was sent up to here is sent again without further timers (RFC 5681 3.1). */
  recovery: number | undefined;

  remember(repeat: Repeat): void {
    if (this.repeats.length === REPEATS_KEPT) this.repeats.shift();
    this.repeats.push(repeat);
  }

  /** The newest retransmission, copy or late packet that holds the byte at `sequence` and satisfies `wanted`. */
  findLast(sequence: number, wanted: (repeat: Repeat) => boolean): Repeat | undefined {
    return this.repeats.findLast(
      (repeat) => ahead(sequence, repeat.start) >= 0 && ahead(sequence, repeat.end) < 0 && wanted(repeat),
    );
  }

  /** The receiver has told that it holds all bytes from `start` up to `end`. */
  reports(start: number, end: number): boolean {
    return this.blocks.some((block) => ahead(start, block.start) >= 0 && ahead(end, block.end) <= 0);
  }

  /** All that hold the byte at `sequence`, oldest first. */
  holding(sequence: number): Repeat[] {
    return this.repeats.filter(({ start, end }) => ahead(sequence, start) >= 0 && ahead(sequence, end) < 0);
  }
}

/** A segment that carries more options than timestamps: it may report blocks. */
export const mayReportBlocks = (segment: Segment): boolean =>
  segment.optionsEnd - segment.optionsStart >= (segment.hasTimestamps ? 20 : 10);

/** A number that stands for all blocks of an acknowledgment: equal ones report the same. */
export function blocksDigest(segment: Segment): number {
  const blocks = segment.sackBlocks();
  let digest = blocks?.count ?? 0;
  for (let word = 0; word < (blocks?.count ?? 0) * 2; word++) {
    digest = (Math.imul(digest, 31) + segment.view.getInt32(blocks!.offset + word * 4)) | 0;
  }
  return digest;
}

/**
 * Reads the blocks of an acknowledgment into `history`. Answers with the range that the receiver got twice, if it tells
 * one: a first block below the acknowledgment, or inside the second (RFC 2883 4).
 */
export function readBlocks(segment: Segment, history: LossHistory): Block | undefined {
  const blocks = segment.sackBlocks();
  if (blocks === undefined) return undefined;
  const { view, acknowledgment } = segment;
  let twice: Block | undefined;
  const above: Block[] = [];
  for (let index = 0; index < blocks.count; index++) {
    const start = view.getInt32(blocks.offset + index * 8);
    const end = view.getInt32(blocks.offset + index * 8 + 4);
    if (ahead(end, start) <= 0) continue;
    if (index === 0 && (ahead(end, acknowledgment) <= 0 || isInsideNext(segment, blocks, start, end))) {
      twice = { start, end };
      continue;
    }
    if (ahead(start, acknowledgment) <= 0) continue;
    if (history.sackedAt < 0 || ahead(end, history.sackedTop) > 0) history.sackedTop = end;
    history.sackedAt = segment.at;
    above.push({ start, end });
  }
  if (above.length > 0) {
    history.blocks = above;
    history.sackedBy = { packet: segment.packet, at: segment.at, readyAt: segment.at };
  }
  return twice;
}

function isInsideNext(
  { view }: Segment,
  blocks: { offset: number; count: number },
  start: number,
  end: number,
): boolean {
  if (blocks.count < 2) return false;
  const outerStart = view.getInt32(blocks.offset + 8);
  const outerEnd = view.getInt32(blocks.offset + 12);
  return ahead(start, outerStart) >= 0 && ahead(end, outerEnd) <= 0;
}
