/**
 * What the first octets of a file say it is. Capture formats get their reader; for anything else the answer is a
 * CaptureError that shows the octets and says what to do, because it is the wrong file more often than a broken one.
 */
import { toHex } from '../bytes/hex.js';
import { CaptureError } from './capture-error.js';
import type { CaptureReader } from './capture-reader.js';
import { PCAP_MAGIC_MICROSECONDS, PCAP_MAGIC_MODIFIED, PCAP_MAGIC_NANOSECONDS, PcapReader } from './pcap.js';
import { PCAPNG_SECTION_HEADER, PcapngReader } from './pcapng.js';

/** What detection wants to see; fewer octets are the whole file. */
export const MAGIC_OCTETS = 24;

/** A gzip member with the only compression method there is (RFC 1952 2.3.1). */
export const isGzip = (head: Uint8Array): boolean => head[0] === 0x1f && head[1] === 0x8b && head[2] === 8;

/** A reader for a file that starts with `head`; throws CaptureError when it is no capture. */
export function readerFor(head: Uint8Array): CaptureReader {
  if (head.length === 0) {
    throw new CaptureError('The file is empty: 0 bytes. Was the capture stopped before it wrote anything?');
  }
  if (head.length >= 4) {
    const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
    if (view.getUint32(0) === PCAPNG_SECTION_HEADER) return new PcapngReader();
    if (PCAP_MAGICS.has(view.getUint32(0, true)) || PCAP_MAGICS.has(view.getUint32(0, false))) return new PcapReader();
  }
  throw new CaptureError(`Not a packet capture: ${describe(head)}`);
}

const PCAP_MAGICS = new Set([PCAP_MAGIC_MICROSECONDS, PCAP_MAGIC_NANOSECONDS, PCAP_MAGIC_MODIFIED]);

/** Enough to recognise a text by; the rest of somebody's file is nobody's business. */
const QUOTED_OCTETS = 40;

function describe(head: Uint8Array): string {
  const first = head.subarray(0, 8);
  const letters = Buffer.from(first).toString('latin1');
  const readable = /^[\x20-\x7e]+$/.test(letters) ? ` (“${letters}”)` : '';
  const shown = `its first bytes are ${toHex(first, ' ')}${readable}`;
  for (const { magic, what, advice } of LOOK_ALIKES) {
    const matches = typeof magic === 'string' ? magic : String.fromCharCode(...magic);
    if (Buffer.from(head).toString('latin1').startsWith(matches)) return `${shown}, ${what}. ${advice}`;
  }
  if (head.every((octet) => octet === 0)) {
    return `${shown}, nothing but zeros. The file was reserved and never written; record it again`;
  }
  if (head.every((octet) => octet === 9 || octet === 10 || octet === 13 || (octet >= 32 && octet < 127))) {
    const text = Buffer.from(head.subarray(0, QUOTED_OCTETS)).toString('latin1').replace(/\s+/g, ' ').trim();
    return `it is text that starts with "${text}". ${TEXT_ADVICE}`;
  }
  return `${shown}. Expected a pcap or pcapng file, plain or gzip-compressed`;
}

const RECORD_WITH = 'Record with tcpdump -w or dumpcap -w';
const TEXT_ADVICE = `Text printed by tcpdump cannot be read back: record with tcpdump -w`;
const CONVERT = 'Convert it with: editcap -F pcapng <file> <new file>';

/** Files that are handed over instead of captures, by how they start. */
const LOOK_ALIKES: readonly { magic: string | readonly number[]; what: string; advice: string }[] = [
  {
    magic: [0x1f, 0x8b],
    what: 'a gzip file inside a gzip file or with an unknown method',
    advice: 'Unpack it with gunzip first',
  },
  { magic: [0x28, 0xb5, 0x2f, 0xfd], what: 'a zstd-compressed file', advice: 'Unpack it first: zstd -d <file>' },
  { magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a], what: 'an xz-compressed file', advice: 'Unpack it first: xz -d <file>' },
  { magic: 'BZh', what: 'a bzip2-compressed file', advice: 'Unpack it first: bunzip2 <file>' },
  { magic: [0x04, 0x22, 0x4d, 0x18], what: 'an lz4-compressed file', advice: 'Unpack it first: lz4 -d <file>' },
  { magic: [0x1f, 0x9d], what: 'a file packed by compress', advice: 'Unpack it first: uncompress <file>' },
  { magic: [0x50, 0x4b, 0x03, 0x04], what: 'a zip archive', advice: 'Unpack it and pass the capture inside' },
  { magic: [0x37, 0x7a, 0xbc, 0xaf], what: 'a 7z archive', advice: 'Unpack it and pass the capture inside' },
  { magic: 'snoop\0', what: 'a snoop capture (Solaris, RFC 1761)', advice: CONVERT },
  { magic: 'GMBU', what: 'a Microsoft Network Monitor capture', advice: CONVERT },
  { magic: 'RTSS', what: 'a Microsoft Network Monitor 1.x capture', advice: CONVERT },
  { magic: 'TRSNIFF data', what: 'a Sniffer capture', advice: CONVERT },
  { magic: 'XCP\0', what: 'a NetXRay capture', advice: CONVERT },
  { magic: [0x7f, 0x45, 0x4c, 0x46], what: 'an ELF program', advice: 'Pass the capture, not the program' },
  { magic: 'SQLite format 3', what: 'an SQLite database', advice: RECORD_WITH },
  { magic: '%PDF', what: 'a PDF document', advice: RECORD_WITH },
  { magic: '<!DOCTYPE', what: 'a web page', advice: 'The download gave a page (a login?) instead of the capture' },
  { magic: '<!doctype', what: 'a web page', advice: 'The download gave a page (a login?) instead of the capture' },
  { magic: '<html', what: 'a web page', advice: 'The download gave a page (a login?) instead of the capture' },
  { magic: 'version https://git-lfs', what: 'a Git LFS pointer', advice: 'Fetch the file itself: git lfs pull' },
  { magic: '{"log"', what: 'a HAR file, a log of a browser', advice: `It holds no packets. ${RECORD_WITH}` },
  { magic: '{', what: 'JSON', advice: `It holds no packets. ${RECORD_WITH}` },
  { magic: '[', what: 'JSON', advice: `It holds no packets. ${RECORD_WITH}` },
  { magic: 'CLIENT_', what: 'a TLS key log', advice: 'Pass it with --keylog beside the capture' },
  { magic: 'SERVER_', what: 'a TLS key log', advice: 'Pass it with --keylog beside the capture' },
  { magic: '# SSL/TLS', what: 'a TLS key log', advice: 'Pass it with --keylog beside the capture' },
];
