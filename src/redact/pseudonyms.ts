/**
 * Other names for the words, hosts and addresses of a capture: of the same length and shape, the same for the same
 * original, and different in every run because of its key (HMAC-SHA256). Addresses keep their prefixes octet by octet and
 * the number of digits they are written with, so that an address inside a text is as long as before; what kind of
 * address it is (private, link-local, documentation, multicast) stays as well.
 */
import { createHmac } from 'node:crypto';
import { isIPv4, isIPv6 } from 'node:net';
import { addressOctets } from '../capture/pcapng-writer.js';
import { formatAddress } from '../ip/address.js';
import { isKeptLabel } from './vocabulary.js';

/** Other names are remembered; beyond this they are made again, which only takes longer. */
const NAMES_KEPT = 100_000;

export class Pseudonyms {
  private readonly words = new Map<string, string>();
  private readonly key: Uint8Array;

  constructor(key: Uint8Array) {
    this.key = key;
  }

  /** Letters for letters and digits for digits; anything else stays. Upper and lower case of one word have one other name. */
  word(original: string): string {
    const known = this.words.get(original);
    if (known !== undefined) return known;
    let other = original;
    for (let round = 0; other === original && round < 8; round++) {
      const random = this.random(`word ${round} ${original.toLowerCase()}`, original.length);
      other = original.replace(/[A-Za-z0-9]/g, (character, at: number) => likeIt(character, random[at]!));
    }
    if (this.words.size < NAMES_KEPT) this.words.set(original, other);
    return other;
  }

  /** A domain name label by label, without its port; an IPv4 address as such. */
  host(original: string): string {
    if (isIPv4(original)) return this.v4Text(original);
    return original
      .split('.')
      .map((label, index, { length }) =>
        label.replace(/[A-Za-z0-9]+/g, (word) => (isKeptLabel(word, index === length - 1) ? word : this.word(word))),
      )
      .join('.');
  }

  /** Of either version; anything else is a word. */
  addressText(original: string): string {
    if (isIPv4(original)) return this.v4Text(original);
    const octets = isIPv6(original) ? addressOctets(original) : undefined;
    const other = octets === undefined ? '' : formatAddress(this.v6(octets), 0, 6);
    return other.length === original.length ? other : this.word(original);
  }

  v4Text(original: string): string {
    return [...this.v4(Uint8Array.from(original.split('.'), Number))].join('.');
  }

  /** Of 4 octets. */
  v4(original: Uint8Array): Uint8Array {
    const other = Uint8Array.from(original);
    const [first = 0, second = 0] = original;
    if (first === 0 || first === 127 || first >= 224) return other;
    let prefix = 'v4';
    const kept = first === 10 ? 1 : (first === 192 && second === 168) || (first === 169 && second === 254) ? 2 : 0;
    for (const [at, octet] of original.entries()) {
      if (at >= kept) {
        const inside = at === 1 && first === 172 && second >= 16 && second < 32 ? PRIVATE_172 : classOf(octet);
        if (at > 0) other[at] = this.permute(prefix, inside, octet);
        else if (PUBLIC.includes(octet)) other[at] = this.permuteFirst(octet);
      }
      prefix += `.${octet}`;
    }
    return other;
  }

  /** Of 16 octets. */
  v6(original: Uint8Array): Uint8Array {
    const view = Buffer.from(original);
    const isMapped = original.subarray(0, 10).every((octet) => octet === 0) && view.readUInt16BE(10) === 0xffff;
    if (isMapped) return Buffer.concat([original.subarray(0, 12), this.v4(original.subarray(12))]);
    const head = view.readUInt16BE(0);
    if (head >= 0xff00 || original.subarray(0, 15).every((octet) => octet === 0)) return Uint8Array.from(original);
    const other = Buffer.from(original);
    const kept = head >= 0xfc00 ? 1 : head === 0x2001 && view.readUInt16BE(2) === 0xdb8 ? 2 : 0;
    let prefix = 'v6';
    for (let at = 0; at < 8; at++) {
      const group = view.readUInt16BE(2 * at);
      if (at >= kept && group !== 0) {
        const inside: Class = at === 0 && group >= 0x2000 && group < 0x4000 ? GLOBAL : digitsOf(group);
        other.writeUInt16BE(this.permute(prefix, inside, group), 2 * at);
      }
      prefix += `:${group.toString(16)}`;
    }
    return other;
  }

  /** Of 6 octets: the maker's half and the whole get other names; group and local bits, broadcast and zeros stay. */
  mac(original: Uint8Array): Uint8Array {
    if (original.every((octet) => octet === 0) || original.every((octet) => octet === 0xff)) return original;
    const hex = Buffer.from(original).toString('hex');
    const maker = this.random(`maker ${hex.slice(0, 6)}`, 3);
    const own = this.random(`mac ${hex}`, 3);
    const other = Uint8Array.from([...maker, ...own]);
    other[0] = (other[0]! & 0xfc) | (original[0]! & 0x03);
    return other;
  }

  /** For what is random anyway: identifiers, tickets. */
  octets(original: Uint8Array): Uint8Array {
    return this.random(`octets ${Buffer.from(original).toString('hex')}`, original.length);
  }

  /** Among the first octets of public addresses that are written with as many digits. */
  private permuteFirst(octet: number): number {
    const alike = PUBLIC.filter((other) => String(other).length === String(octet).length);
    return alike[this.permute('v4', { from: 0, size: alike.length }, alike.indexOf(octet))]!;
  }

  /** One to one inside the class, by an affine map that depends on what stands before. */
  private permute(prefix: string, { from, size }: Class, value: number): number {
    const random = Buffer.from(this.random(`permute ${prefix} ${from} ${size}`, 8));
    let factor = 1 + (random.readUInt32BE(0) % Math.max(1, size - 1));
    while (commonDivisor(factor, size) !== 1) factor++;
    return from + (((value - from) * factor + (random.readUInt32BE(4) % size)) % size);
  }

  private random(what: string, length: number): Uint8Array {
    const parts: Uint8Array[] = [];
    for (let made = 0; made < length; made += 32) {
      parts.push(createHmac('sha256', this.key).update(`${made} ${what}`).digest());
    }
    return Buffer.concat(parts).subarray(0, length);
  }
}

interface Class {
  from: number;
  size: number;
}

const PRIVATE_172: Class = { from: 16, size: 16 };
const GLOBAL: Class = { from: 0x2000, size: 0x2000 };

/** First octets without a meaning of their own: not 10, 100.64, 127, 169.254, 172.16, 192.168, nor from 224 up. */
const PUBLIC: readonly number[] = Array.from({ length: 224 }, (_, octet) => octet).filter(
  (octet) => ![0, 10, 100, 127, 169, 172, 192].includes(octet),
);

/** Values that are written with as many digits. */
const classOf = (octet: number): Class =>
  octet < 10 ? { from: 0, size: 10 } : octet < 100 ? { from: 10, size: 90 } : { from: 100, size: 156 };

const digitsOf = (group: number): Class => {
  const from = 16 ** (group.toString(16).length - 1);
  return { from, size: from * 15 };
};

const commonDivisor = (a: number, b: number): number => (b === 0 ? a : commonDivisor(b, a % b));

const likeIt = (character: string, random: number): string => {
  if (character >= '0' && character <= '9') return String(1 + (random % 9));
  const first = character <= 'Z' ? 'A' : 'a';
  return String.fromCharCode(first.charCodeAt(0) + (random % 26));
};
