/**
 * Gives every IPv6 address a small number, so that connections are keyed by integers whatever the IP version.
 * Open addressing over typed arrays: looking an address up allocates nothing.
 */

const FIRST_SLOTS = 256;

export class AddressBook {
  /** Number + 1 of the address in each slot; 0 is empty. */
  private slots = new Int32Array(FIRST_SLOTS);
  private words = new Int32Array(FIRST_SLOTS * 2);
  private count = 0;

  /** The number of the address whose 16 bytes stand at `offset`. */
  number(view: DataView, offset: number): number {
    const a = view.getInt32(offset);
    const b = view.getInt32(offset + 4);
    const c = view.getInt32(offset + 8);
    const d = view.getInt32(offset + 12);
    const mask = this.slots.length - 1;
    let slot = hashWords(a, b, c, d) & mask;
    for (;;) {
      const entry = this.slots[slot]!;
      if (entry === 0) break;
      const at = (entry - 1) * 4;
      const { words } = this;
      if (words[at] === a && words[at + 1] === b && words[at + 2] === c && words[at + 3] === d) return entry - 1;
      slot = (slot + 1) & mask;
    }
    if ((this.count + 1) * 2 > this.slots.length) {
      this.grow();
      return this.number(view, offset);
    }
    const number = this.count++;
    this.words.set([a, b, c, d], number * 4);
    this.slots[slot] = number + 1;
    return number;
  }

  private grow(): void {
    const slots = new Int32Array(this.slots.length * 2);
    const words = new Int32Array(slots.length * 2);
    words.set(this.words);
    const mask = slots.length - 1;
    for (let number = 0; number < this.count; number++) {
      const at = number * 4;
      let slot = hashWords(words[at]!, words[at + 1]!, words[at + 2]!, words[at + 3]!) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = number + 1;
    }
    this.slots = slots;
    this.words = words;
  }
}

/** Mixes integers into one (the finalizer of MurmurHash3 between multiplications). */
export function hashWords(a: number, b: number, c: number, d: number): number {
  let hash = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b) ^ Math.imul(c, 0xc2b2ae35) ^ Math.imul(d, 0x27d4eb2f);
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  return hash ^ (hash >>> 16);
}
