/**
 * All octets of one direction of a connection in their order, and which of them the packets hold. Of octets that were
 * sent twice the first count; what is not there is not known.
 */

/** Of one direction: more is no bug report. */
export const MOST_OCTETS = 64 * 2 ** 20;

export class FlowOctets {
  private base: number | undefined;
  private parts: { start: number; octets: Uint8Array }[] = [];
  private length = 0;

  /** The place of a sequence number in `octets`; negative before the first that was seen. */
  place(sequence: number): number {
    this.base ??= sequence;
    return (sequence - this.base) | 0;
  }

  add(sequence: number, octets: Uint8Array): void {
    const start = this.place(sequence);
    this.parts.push({ start, octets });
    this.length = Math.max(this.length, start + octets.length);
  }

  /** Whether the numbers fit into what is kept. */
  get fits(): boolean {
    return this.length <= MOST_OCTETS && this.parts.every(({ start }) => start > -MOST_OCTETS);
  }

  /** What came before the first packet that was seen moves the beginning. */
  settle(): StreamOctets {
    const first = Math.min(0, ...this.parts.map(({ start }) => start));
    const octets = new Uint8Array(this.length - first);
    const known = new Uint8Array(octets.length);
    for (const part of this.parts) {
      for (let at = 0; at < part.octets.length; at++) {
        const place = part.start - first + at;
        if (known[place] === 1) continue;
        octets[place] = part.octets[at]!;
        known[place] = 1;
      }
    }
    this.base = (this.base ?? 0) + first;
    return new StreamOctets(octets, known);
  }
}

/** What is to become of an octet: `keep` it as it stands in `octets` now, or take it out of the packets. */
export const KEEP = 0;
/** From here on the packet ends: what it holds behind it cannot be written anew. */
export const CUT = 1;
/** The same at the end of a packet; before something that is kept it becomes zero. */
export const SEALED = 2;

export class StreamOctets {
  readonly marks: Uint8Array;

  constructor(
    readonly octets: Uint8Array,
    readonly known: Uint8Array,
  ) {
    this.marks = new Uint8Array(octets.length);
  }

  get length(): number {
    return this.octets.length;
  }

  /** Every octet from start up to end, which may lie beyond, was captured. */
  has(start: number, end: number): boolean {
    if (end > this.length) return false;
    for (let at = start; at < end; at++) if (this.known[at] === 0) return false;
    return true;
  }

  mark(start: number, end: number, mark: number): void {
    this.marks.fill(mark, start, Math.min(end, this.length));
  }

  /** Replaces as many octets as there are. */
  write(start: number, octets: Uint8Array): void {
    this.octets.set(octets.subarray(0, Math.max(0, this.length - start)), start);
  }

  text(start: number, end: number): string {
    return Buffer.from(
      this.octets.buffer,
      this.octets.byteOffset + start,
      Math.max(0, Math.min(end, this.length) - start),
    ).toString('latin1');
  }

  /** The part from start on, which shares everything. */
  from(start: number): StreamOctets {
    return Object.create(StreamOctets.prototype, {
      octets: { value: this.octets.subarray(start) },
      known: { value: this.known.subarray(start) },
      marks: { value: this.marks.subarray(start) },
    }) as StreamOctets;
  }
}
