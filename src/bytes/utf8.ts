/**
 * Tells whether a text that arrives in pieces is UTF-8 (RFC 3629), as RFC 6455 8.1 asks of text messages. Only a
 * verdict: decoding is for whoever shows the text. Keeps no octets, so pieces may be cut anywhere, and allocates one
 * view for a piece that is not ASCII-short.
 */
import { isUtf8 } from 'node:buffer';

/** Pieces up to this length are checked octet by octet: quicker than the call of the native check. */
const SHORT_OCTETS = 24;

export class Utf8Validator {
  /** Offset of the first octet that cannot be part of UTF-8, counted over all pieces; -1 while there is none. */
  failedAt = -1;
  /** Octets pushed before the current piece. */
  private before = 0;
  /** Continuation octets the sequence under way still wants; 0 at a boundary between characters. */
  private wanted = 0;
  /** Range of the next continuation octet: narrower than 80..BF behind E0, ED, F0 and F4 (RFC 3629 4). */
  private low = 0x80;
  private high = 0xbf;

  /** True while everything pushed so far is, or can still become, UTF-8. */
  push(octets: Uint8Array): boolean {
    if (this.failedAt < 0 && octets.length > 0) this.check(octets);
    this.before += octets.length;
    return this.failedAt < 0;
  }

  /** True when the text was UTF-8 and ended between two characters. */
  end(): boolean {
    return this.failedAt < 0 && this.wanted === 0;
  }

  /** Ready for another text. */
  reset(): void {
    this.failedAt = -1;
    this.before = 0;
    this.wanted = 0;
  }

  private check(octets: Uint8Array): void {
    let at = 0;
    while (this.wanted > 0 && at < octets.length && this.failedAt < 0) this.step(octets[at]!, at++);
    if (this.failedAt >= 0) return;
    if (octets.length - at > SHORT_OCTETS) {
      const tail = startOfCutCharacter(octets);
      if (isUtf8(octets.subarray(at, tail))) at = tail;
    }
    for (; at < octets.length && this.failedAt < 0; at++) this.step(octets[at]!, at);
  }

  private step(octet: number, at: number): void {
    if (this.wanted > 0) {
      if (octet < this.low || octet > this.high) {
        this.failedAt = this.before + at;
        return;
      }
      this.wanted--;
      this.low = 0x80;
      this.high = 0xbf;
    } else if (octet >= 0x80) {
      this.begin(octet, at);
    }
  }

  /** RFC 3629 4: the first octet of a sequence decides its length and the range of the second octet. */
  private begin(octet: number, at: number): void {
    if (octet < 0xc2 || octet > 0xf4) {
      this.failedAt = this.before + at;
      return;
    }
    this.wanted = octet < 0xe0 ? 1 : octet < 0xf0 ? 2 : 3;
    this.low = octet === 0xe0 ? 0xa0 : octet === 0xf0 ? 0x90 : 0x80;
    this.high = octet === 0xed ? 0x9f : octet === 0xf4 ? 0x8f : 0xbf;
  }
}

/** Where a character starts that the end of the piece cuts; the length of the piece when the last one may be whole. */
function startOfCutCharacter(octets: Uint8Array): number {
  const { length } = octets;
  for (let back = 1; back <= 3 && back <= length; back++) {
    const octet = octets[length - back]!;
    if (octet < 0x80) return length;
    if (octet < 0xc0) continue;
    const wants = octet < 0xe0 ? 2 : octet < 0xf0 ? 3 : 4;
    return wants > back ? length - back : length;
  }
  return length;
}
