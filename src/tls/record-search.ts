/**
 * Finds the next record after bytes were lost. A place counts as the start of a record when its header is plausible and
 * the record it announces is followed by another plausible header, or ends exactly where the bytes at hand end: by
 * chance, ciphertext shows the second less than once in 10^10 positions. Keeps no more than one record and one chunk.
 */
import { type Arrival, copyArrival } from '../stream/arrival.js';
import { HEADER_LENGTH, plausibleHeader } from './record.js';

export interface Piece {
  chunk: Uint8Array;
  arrival: Arrival;
}

const NOTHING = new Uint8Array(0);

export class RecordSearch {
  /** Octets passed over since this search was made. */
  skipped = 0;
  /** What is undecided, in pieces as it came and in one array. */
  private pieces: Piece[] = [];
  private octets = NOTHING;

  /** Adds bytes and looks again: everything from the first record on, or undefined as long as none is certain. */
  push(chunk: Uint8Array, arrival: Arrival): Piece[] | undefined {
    if (chunk.length === 0) return undefined;
    this.pieces.push({ chunk, arrival: copyArrival(arrival) });
    const joined = new Uint8Array(this.octets.length + chunk.length);
    joined.set(this.octets);
    joined.set(chunk, this.octets.length);
    this.octets = joined;
    return this.look();
  }

  /** Gives up what is undecided, because a gap follows it. */
  clear(): void {
    this.drop(this.octets.length);
  }

  /**
   * A place that is certain goes before an earlier one that must wait for more bytes: ciphertext looks like the header of
   * a record that ends beyond the bytes at hand once in some megabytes.
   */
  private look(): Piece[] | undefined {
    const { octets } = this;
    let waiting = -1;
    for (let at = 0; at < octets.length; at++) {
      const verdict = judge(octets, at);
      if (verdict === 'no') continue;
      if (verdict === 'yes') {
        this.drop(at);
        return this.pieces;
      }
      if (waiting < 0) waiting = at;
    }
    this.drop(waiting < 0 ? octets.length : waiting);
    return undefined;
  }

  /** Lets go of the first `count` octets. */
  private drop(count: number): void {
    this.skipped += count;
    this.octets = count === this.octets.length ? NOTHING : this.octets.subarray(count);
    let left = count;
    while (left > 0) {
      const piece = this.pieces[0]!;
      if (piece.chunk.length > left) {
        piece.chunk = piece.chunk.subarray(left);
        return;
      }
      left -= piece.chunk.length;
      this.pieces.shift();
    }
  }
}

function judge(octets: Uint8Array, at: number): 'yes' | 'no' | 'wait' {
  const available = Math.min(octets.length - at, HEADER_LENGTH);
  if (!plausibleHeader(octets, at, available)) return 'no';
  if (available < HEADER_LENGTH) return 'wait';
  const length = octets[at + 3]! * 0x100 + octets[at + 4]!;
  if (length === 0) return 'no';
  const next = at + HEADER_LENGTH + length;
  if (next === octets.length) return 'yes';
  const beyond = Math.min(octets.length - next, HEADER_LENGTH);
  if (beyond < 0) return 'wait';
  if (!plausibleHeader(octets, next, beyond)) return 'no';
  return beyond === HEADER_LENGTH ? 'yes' : 'wait';
}
