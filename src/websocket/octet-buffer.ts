/**
 * Octets that are kept for a while, in a buffer that grows up to a limit the caller names. Views of it are right until the
 * next append.
 */

/** What a cleared buffer keeps of its room: most messages fit, and thousands of sessions may be open at once. */
const ROOM_KEPT = 4096;

const NO_OCTETS = new Uint8Array(0);

export class OctetBuffer {
  length = 0;
  private octets: Uint8Array = NO_OCTETS;

  /** Appends as much as the limit allows; false when something did not fit. */
  append(octets: Uint8Array, limit: number): boolean {
    const fitting = Math.min(octets.length, limit - this.length);
    if (fitting > 0) {
      const length = this.length + fitting;
      if (length > this.octets.length) this.grow(length);
      this.octets.set(fitting === octets.length ? octets : octets.subarray(0, fitting), this.length);
      this.length = length;
    }
    return fitting === octets.length;
  }

  view(): Uint8Array {
    return this.octets.subarray(0, this.length);
  }

  clear(): void {
    this.length = 0;
    if (this.octets.length > ROOM_KEPT) this.octets = NO_OCTETS;
  }

  release(): void {
    this.length = 0;
    this.octets = NO_OCTETS;
  }

  private grow(length: number): void {
    let room = Math.max(64, this.octets.length);
    while (room < length) room *= 2;
    const larger = new Uint8Array(room);
    larger.set(this.octets.subarray(0, this.length));
    this.octets = larger;
  }
}
