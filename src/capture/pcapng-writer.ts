/**
 * Packets become blocks of a pcapng file (draft-ietf-opsawg-pcapng-03 section 4): one little-endian section with times in
 * nanoseconds, comments on packets, and names for addresses. Each call gives the bytes of one block; where they go is for
 * the caller. Packets are written as they were captured, cut ones with their length on the wire.
 */
import { isIPv4, isIPv6 } from 'node:net';
import type { Packet } from './packet.js';

const SECTION_HEADER = 0x0a0d0d0a;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const INTERFACE_DESCRIPTION = 0x00000001;
const NAME_RESOLUTION = 0x00000004;
const ENHANCED_PACKET = 0x00000006;

const OPTION_END = 0;
const OPTION_COMMENT = 1;
const OPTION_IF_NAME = 2;
const OPTION_USERAPPL = 4;
const OPTION_IF_TSRESOL = 9;
/** 10^-9 s (draft 4.2, if_tsresol). */
const NANOSECONDS = 9;

const RECORD_END = 0;
const RECORD_IPV4 = 1;
const RECORD_IPV6 = 2;

/** Lengths of options and names have 16 bits; comments are for people. */
const MAX_TEXT_OCTETS = 1000;

export interface AddressName {
  /** 4 octets, or 16. */
  octets: Uint8Array;
  name: string;
}

/** The first block of a file. */
export const sectionBlock = (application: string, comment: string): Uint8Array => {
  const body = new Bytes();
  body.u32(BYTE_ORDER_MAGIC);
  body.u16(1);
  body.u16(0);
  // Section length: not told (draft 4.1).
  body.u64(0xffffffffffffffffn);
  body.option(OPTION_COMMENT, text(comment));
  body.option(OPTION_USERAPPL, text(application));
  body.option(OPTION_END, NOTHING);
  return block(SECTION_HEADER, body);
};

/** Interfaces are numbered from 0 in the order they are written. */
export const interfaceBlock = (linkType: number, name: string | undefined): Uint8Array => {
  const body = new Bytes();
  body.u16(linkType);
  body.u16(0);
  // No snap length of its own.
  body.u32(0);
  if (name !== undefined) body.option(OPTION_IF_NAME, text(name));
  body.option(OPTION_IF_TSRESOL, new Uint8Array([NANOSECONDS]));
  body.option(OPTION_END, NOTHING);
  return block(INTERFACE_DESCRIPTION, body);
};

export const namesBlock = (names: readonly AddressName[]): Uint8Array => {
  const body = new Bytes();
  for (const { octets, name } of names) {
    body.option(octets.length === 4 ? RECORD_IPV4 : RECORD_IPV6, Buffer.concat([octets, text(name), ZERO]));
  }
  body.option(RECORD_END, NOTHING);
  return block(NAME_RESOLUTION, body);
};

/** `time`: nanoseconds since 1970. */
export const packetBlock = (
  packet: Packet,
  interfaceId: number,
  time: bigint,
  comments: readonly string[],
): Uint8Array => {
  const octets = packet.block.subarray(packet.start, packet.end);
  const body = new Bytes();
  const stamp = time < 0n ? 0n : time;
  body.u32(interfaceId);
  body.u32(Number((stamp >> 32n) & 0xffffffffn));
  body.u32(Number(stamp & 0xffffffffn));
  body.u32(octets.length);
  body.u32(packet.originalLength);
  body.octets(octets);
  for (const comment of comments) body.option(OPTION_COMMENT, text(comment));
  if (comments.length > 0) body.option(OPTION_END, NOTHING);
  return block(ENHANCED_PACKET, body);
};

/** Octets of an address in the text form of reports; undefined where it is none. */
export const addressOctets = (address: string): Uint8Array | undefined => {
  if (isIPv4(address)) return new Uint8Array(address.split('.').map(Number));
  if (!isIPv6(address) || address.includes('%') || address.includes('.')) return undefined;
  const [head = '', tail] = address.split('::');
  const groups = (part: string) => (part === '' ? [] : part.split(':')).map((group) => Number.parseInt(group, 16));
  const first = groups(head);
  const last = groups(tail ?? '');
  const zeros = tail === undefined ? 0 : 8 - first.length - last.length;
  const all = [...first, ...new Array<number>(zeros).fill(0), ...last];
  return new Uint8Array(all.flatMap((group) => [group >> 8, group & 0xff]));
};

const block = (type: number, body: Bytes): Uint8Array => {
  const content = body.joined();
  const length = content.length + 12;
  const whole = Buffer.alloc(length);
  whole.writeUInt32LE(type, 0);
  whole.writeUInt32LE(length, 4);
  whole.set(content, 8);
  whole.writeUInt32LE(length, length - 4);
  return whole;
};

const text = (content: string): Uint8Array => {
  const octets = Buffer.from(content, 'utf8');
  if (octets.length <= MAX_TEXT_OCTETS) return octets;
  return Buffer.from(
    octets
      .subarray(0, MAX_TEXT_OCTETS)
      .toString('utf8')
      .replace(/\ufffd$/, ''),
  );
};

const NOTHING = new Uint8Array(0);
const ZERO = new Uint8Array(1);

/** Numbers and octets, little-endian; octets and options are padded to 32 bits. */
class Bytes {
  private readonly parts: Uint8Array[] = [];

  u16(value: number): void {
    const part = Buffer.alloc(2);
    part.writeUInt16LE(value);
    this.parts.push(part);
  }

  u32(value: number): void {
    const part = Buffer.alloc(4);
    part.writeUInt32LE(value);
    this.parts.push(part);
  }

  u64(value: bigint): void {
    const part = Buffer.alloc(8);
    part.writeBigUInt64LE(value);
    this.parts.push(part);
  }

  octets(content: Uint8Array): void {
    const free = (4 - (content.length % 4)) % 4;
    this.parts.push(content, ...(free === 0 ? [] : [new Uint8Array(free)]));
  }

  option(code: number, value: Uint8Array): void {
    this.u16(code);
    this.u16(value.length);
    this.octets(value);
  }

  joined(): Uint8Array {
    return Buffer.concat(this.parts);
  }
}
