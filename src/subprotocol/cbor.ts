/**
 * As much of CBOR (RFC 8949) as it takes to read the first elements of an array, which is what a message of WAMP is:
 * definite and indefinite lengths, tags passed over, what is deeper inside skipped.
 */
import { BREAK, ValueReader } from './value-reader.js';

/** The first elements of an array, those that are there as a whole; undefined for anything else. */
export const readCborList = (bytes: Uint8Array): readonly unknown[] | undefined => new CborReader(bytes).list();

// Major types (RFC 8949 3.1).
const UNSIGNED = 0;
const NEGATIVE = 1;
const BYTE_STRING = 2;
const TEXT_STRING = 3;
const ARRAY = 4;
const MAP = 5;
const TAG = 6;

/** Additional information: the argument follows in 1, 2, 4 or 8 octets (RFC 8949 3). */
const FIRST_FOLLOWING = 24;
const LAST_FOLLOWING = 27;
/** Additional information: no length is announced (RFC 8949 3.2). */
const INDEFINITE = 31;
/** Tags before one value: one, or two where it says of itself that it is CBOR (RFC 8949 3.4.6). */
const TAGS_READ = 8;

class CborReader extends ValueReader {
  protected arraySize(): number | undefined {
    const head = this.untagged();
    return head >> 5 === ARRAY ? this.size(head & 0x1f) : undefined;
  }

  protected value(depth: number): unknown {
    const head = this.untagged();
    const info = head & 0x1f;
    switch (head >> 5) {
      case UNSIGNED:
        return this.argument(info);
      case NEGATIVE:
        return -1 - this.argument(info);
      case BYTE_STRING:
        return info === INDEFINITE ? this.skip(Number.POSITIVE_INFINITY, depth) : this.pass(this.argument(info));
      case TEXT_STRING:
        return info === INDEFINITE ? this.chunks() : this.string(this.argument(info));
      case ARRAY:
        return this.skip(this.size(info), depth);
      case MAP:
        return this.members(this.size(info), depth);
      default:
        return this.simple(info);
    }
  }

  /** The first octet of a value; tags before it are passed over. */
  private untagged(): number {
    for (let tags = 0; tags <= TAGS_READ; tags++) {
      const head = this.byte();
      if (head >> 5 !== TAG) return head;
      this.argument(head & 0x1f);
    }
    this.isLost = true;
    return 0;
  }

  /** What a head says beside its type; 28 to 30 are reserved (RFC 8949 3), and numbers and tags are never indefinite. */
  private argument(info: number): number {
    if (info < FIRST_FOLLOWING) return info;
    if (info <= LAST_FOLLOWING) return this.uint(2 ** (info - FIRST_FOLLOWING));
    this.isLost = true;
    return 0;
  }

  /** Of an array or a map; Infinity: until a break. */
  private size(info: number): number {
    return info === INDEFINITE ? Number.POSITIVE_INFINITY : this.argument(info);
  }

  /** A text string in pieces of definite length (RFC 8949 3.2.3). */
  private chunks(): string {
    const pieces: string[] = [];
    while (!this.isLost) {
      const head = this.byte();
      if (head === 0xff) break;
      if (head >> 5 !== TEXT_STRING) this.isLost = true;
      else pieces.push(this.string(this.argument(head & 0x1f)));
    }
    return pieces.join('');
  }

  /** Major type 7 (RFC 8949 3.3). */
  private simple(info: number): unknown {
    switch (info) {
      case 20:
        return false;
      case 21:
        return true;
      case 24:
        return this.pass(1);
      case 25:
        return halfOf(this.uint(2));
      case 26:
        return this.float(4);
      case 27:
        return this.float(8);
      case INDEFINITE:
        return BREAK;
      default:
        return null;
    }
  }
}

/** Of 16 bits (RFC 8949 D). */
const halfOf = (bits: number): number => {
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  const magnitude =
    exponent === 0
      ? fraction * 2 ** -24
      : exponent < 31
        ? (fraction + 1024) * 2 ** (exponent - 25)
        : fraction === 0
          ? Number.POSITIVE_INFINITY
          : Number.NaN;
  return bits >= 0x8000 ? -magnitude : magnitude;
};
