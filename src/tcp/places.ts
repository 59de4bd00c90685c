/**
 * Where packets of one direction were captured, when several files have the connection: which file is nearer to the
 * sender, by the hops that the same packets have left (TTL), and until when each goes on. Only of segments that take the
 * long way through TCP, which copies always do.
 */
import { captureOf, type Nanos } from '../capture/packet.js';
import type { Segment } from './segment.js';

export class Places {
  private readonly known = new Map<number, { ttl: number; lastAt: Nanos }>();

  /** `ttl`: of the first file's packets so far, -1 without any. */
  constructor(ttl: number) {
    if (ttl >= 0) this.known.set(0, { ttl, lastAt: Number.NEGATIVE_INFINITY });
  }

  note({ packet, ttl, at }: Segment): void {
    this.known.set(captureOf(packet), { ttl, lastAt: at });
  }

  /** The file with packets that have more hops left than those of this one. */
  nearerThan(capture: number): number | undefined {
    const here = this.known.get(capture);
    if (here === undefined) return undefined;
    for (const [other, { ttl }] of this.known) if (ttl > here.ttl) return other;
    return undefined;
  }

  lastAt(capture: number): Nanos {
    return this.known.get(capture)?.lastAt ?? Number.NEGATIVE_INFINITY;
  }
}
