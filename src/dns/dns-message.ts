/**
 * One DNS message (RFC 1035 4) becomes its question and what the answer says of it: addresses, aliases (CNAME), HTTPS and
 * SVCB records (RFC 9460), the response code with EDNS (RFC 6891, RFC 8914). Only queries of ordinary opcode with one
 * question are read: that is what resolving a name looks like.
 */
import { Cursor } from '../bytes/cursor.js';
import { formatAddress } from '../ip/address.js';
import { RECORD_TYPES } from './dns-codes.js';
import { readName } from './domain-name.js';

const HEADER_OCTETS = 12;
const CLASS_IN = 1;
/** Records looked at in one message; a UDP message of 1,232 octets holds fewer than 80. */
const RECORDS_READ = 256;
/** Addresses, hints, aliases and protocols kept of one message, of each kind: load balancers give a dozen. */
const VALUES_KEPT = 32;
/** Octets of an extended error's text, which is one line. */
const TEXT_KEPT = 200;

/** RFC 6891 9, RFC 8914 2. */
const OPTION_EXTENDED_ERROR = 15;

const decoder = new TextDecoder();

export interface DnsMessage {
  id: number;
  isResponse: boolean;
  recursionDesired: boolean;
  truncated: boolean;
  /** Answers that the message counts and that are not in these octets, as a snap length leaves them. */
  cut: boolean;
  /** With EDNS's upper bits; 0 in queries. */
  responseCode: number;
  /** What is asked: name and record type. */
  name: string;
  type: number;
  /** Of A and AAAA records, as text. */
  addresses: string[];
  /** Addresses as hints of HTTPS and SVCB records (RFC 9460 7.3). */
  hints: string[];
  /** Names that the asked one stands for, in the order of the message. */
  aliases: string[];
  /** Seconds the addresses may be kept; the least of them. */
  ttl: number | undefined;
  /** ALPN identifiers of HTTPS records. */
  alpn: string[];
  /** RFC 8914: why the resolver failed. */
  extendedError: { code: number; text: string } | undefined;
}

/** Undefined for what is no such message. Answers that are cut are read as far as they go. */
export function readDnsMessage(octets: Uint8Array): DnsMessage | undefined {
  if (octets.length < HEADER_OCTETS) return undefined;
  const header = new Cursor(octets);
  const id = header.u16();
  const flags = header.u16();
  const [questions, answers, authorities, additional] = [header.u16(), header.u16(), header.u16(), header.u16()];
  // RFC 1035 4.1.1: opcode 0 is a standard query; one question, as every resolver in use asks (RFC 9619).
  if ((flags & 0x7800) !== 0 || questions !== 1) return undefined;
  const question = readName(octets, HEADER_OCTETS);
  if (question === undefined || question.next + 4 > octets.length) return undefined;
  const asked = new Cursor(octets, question.next);
  const type = asked.u16();
  if ((asked.u16() & 0x7fff) !== CLASS_IN) return undefined;
  const message: DnsMessage = {
    id,
    isResponse: (flags & 0x8000) !== 0,
    recursionDesired: (flags & 0x0100) !== 0,
    truncated: (flags & 0x0200) !== 0,
    cut: false,
    responseCode: flags & 0x000f,
    name: question.name,
    type,
    addresses: [],
    hints: [],
    aliases: [],
    ttl: undefined,
    alpn: [],
    extendedError: undefined,
  };
  const read = readRecords(message, octets, asked.position, answers, authorities, additional);
  message.cut = read < Math.min(answers, RECORDS_READ);
  if (!message.isResponse) message.responseCode = 0;
  return message;
}

/** Answers how many records are there whole. */
function readRecords(
  message: DnsMessage,
  octets: Uint8Array,
  start: number,
  answers: number,
  authorities: number,
  additional: number,
): number {
  const count = Math.min(answers + authorities + additional, RECORDS_READ);
  let at = start;
  for (let index = 0; index < count; index++) {
    const owner = readName(octets, at);
    if (owner === undefined || owner.next + 10 > octets.length) return index;
    const fields = new Cursor(octets, owner.next);
    const type = fields.u16();
    const recordClass = fields.u16();
    const ttl = fields.u32();
    const length = fields.u16();
    const dataAt = fields.position;
    at = dataAt + length;
    if (at > octets.length) return index;
    if (type === RECORD_TYPES.OPT) readEdns(message, new Cursor(octets, dataAt, at), ttl);
    else if (index < answers && recordClass === CLASS_IN) readAnswer(message, octets, type, ttl, dataAt, length);
  }
  return count;
}

/** RFC 6891 6.1.3: the time to live carries the upper bits of the response code. */
function readEdns(message: DnsMessage, options: Cursor, ttl: number): void {
  message.responseCode |= (ttl >>> 24) << 4;
  while (options.remaining >= 4) {
    const code = options.u16();
    const option = options.within(options.u16());
    if (code === OPTION_EXTENDED_ERROR && option.remaining >= 2) {
      message.extendedError = { code: option.u16(), text: decoder.decode(option.rest().subarray(0, TEXT_KEPT)) };
    }
  }
}

function readAnswer(
  message: DnsMessage,
  octets: Uint8Array,
  type: number,
  ttl: number,
  at: number,
  length: number,
): void {
  const { addresses, aliases } = message;
  switch (type) {
    case RECORD_TYPES.A:
    case RECORD_TYPES.AAAA: {
      const isV4 = type === RECORD_TYPES.A;
      if (length !== (isV4 ? 4 : 16) || addresses.length >= VALUES_KEPT) return;
      addresses.push(formatAddress(octets, at, isV4 ? 4 : 6));
      message.ttl = Math.min(message.ttl ?? ttl, ttl);
      return;
    }
    case RECORD_TYPES.CNAME: {
      const alias = readName(octets, at);
      if (alias !== undefined && aliases.length < VALUES_KEPT) aliases.push(alias.name);
      return;
    }
    case RECORD_TYPES.SVCB:
    case RECORD_TYPES.HTTPS:
      readService(message, octets, at, at + length);
  }
}

/** RFC 9460 2.2: priority, target, parameters. Priority 0 is an alias. */
function readService(message: DnsMessage, octets: Uint8Array, start: number, end: number): void {
  if (end - start < 3) return;
  const priority = (octets[start]! << 8) | octets[start + 1]!;
  const target = readName(octets, start + 2);
  if (target === undefined || target.next > end) return;
  const { aliases, alpn, hints } = message;
  if (target.name !== '' && priority === 0 && aliases.length < VALUES_KEPT) aliases.push(target.name);
  const parameters = new Cursor(octets, target.next, end);
  while (parameters.remaining >= 4) {
    const key = parameters.u16();
    const value = parameters.within(parameters.u16());
    if (key === 1) {
      while (value.remaining > 0) {
        const name = value.bytes(value.u8());
        if (name.length > 0 && alpn.length < VALUES_KEPT) alpn.push(decoder.decode(name));
      }
    } else if (key === 4 || key === 6) {
      const size = key === 4 ? 4 : 16;
      while (value.remaining >= size && hints.length < VALUES_KEPT)
        hints.push(formatAddress(value.bytes(size), 0, key));
    }
  }
}
