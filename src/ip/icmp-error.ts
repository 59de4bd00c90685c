/**
 * ICMP and ICMPv6 errors become the datagram they quote and what they say of it (RFC 792, RFC 4443 3). Requests,
 * redirects and neighbour discovery answer undefined. Whose segment or query it was is for those who follow these.
 */
import { Datagram } from '../link/datagram.js';
import { formatAddress } from './address.js';
import { decodeIp } from './decode-ip.js';
import { IpDatagram, PROTOCOL_ICMP } from './ip-datagram.js';

/** Type, code, checksum, and four octets that mean something else in each type. */
const HEADER_OCTETS = 8;
/** What every error quotes of the datagram's payload at least (RFC 792): for TCP and UDP the ports. */
const QUOTED_OCTETS = 8;

export interface IcmpQuote {
  family: 4 | 6;
  type: number;
  code: number;
  /** Such as "host unreachable" or "communication administratively prohibited". */
  name: string;
  /** Address of the router or host that sent the error. */
  from: string;
  /** Of the next link in bytes, where a packet was too big for it and the router told. */
  mtu: number | undefined;
  /** The datagram that was not delivered: 8 octets of its payload are there, the lengths are its own. */
  quoted: IpDatagram;
}

/** Undefined for what is no error, quotes too little, or quotes a fragment from the middle of something. */
export function readIcmpError(ip: IpDatagram): IcmpQuote | undefined {
  const { view, payloadStart: start, payloadEnd: end } = ip;
  if (end - start < HEADER_OCTETS) return undefined;
  const type = view.getUint8(start);
  const code = view.getUint8(start + 1);
  const family = ip.protocol === PROTOCOL_ICMP ? 4 : 6;
  const name = icmpErrorName(family, type, code);
  if (name === undefined) return undefined;
  const quoted = readQuoted(ip, start + HEADER_OCTETS, family);
  if (quoted === undefined) return undefined;
  const from = formatAddress(ip.block, ip.source, ip.version);
  return { family, type, code, name, from, mtu: mtuOf(ip, family, type, code), quoted };
}

/** RFC 792, RFC 1122 3.2.2.1, RFC 4443 3; undefined for types that report no error. */
export const icmpErrorName = (family: 4 | 6, type: number, code: number): string | undefined =>
  (family === 4 ? ICMP_ERRORS : ICMPV6_ERRORS)[type]?.(code);

function readQuoted(ip: IpDatagram, start: number, family: 4 | 6): IpDatagram | undefined {
  const frame = new Datagram();
  frame.block = ip.block;
  frame.view = ip.view;
  frame.start = start;
  frame.end = ip.payloadEnd;
  frame.wireEnd = ip.payloadStart + ip.originalPayloadLength;
  frame.version = family;
  const quoted = new IpDatagram();
  if (!decodeIp(frame, quoted)) return undefined;
  if (quoted.fragment && quoted.fragmentOffset > 0) return undefined;
  return quoted.payloadEnd - quoted.payloadStart < QUOTED_OCTETS ? undefined : quoted;
}

/** RFC 1191 4: in the lower half of the unused word, 0 from routers that are older. RFC 4443 3.2: the whole word. */
function mtuOf({ view, payloadStart }: IpDatagram, family: 4 | 6, type: number, code: number): number | undefined {
  if (family === 6) return type === 2 ? view.getUint32(payloadStart + 4) : undefined;
  return type === 3 && code === 4 ? view.getUint16(payloadStart + 6) || undefined : undefined;
}

type NameOfCode = (code: number) => string;

const named =
  (names: readonly string[], otherwise: string): NameOfCode =>
  (code) =>
    names[code] ?? `${otherwise} (code ${code})`;

/** RFC 792, RFC 1122 3.2.2.1, RFC 1812 5.2.7. */
const ICMP_ERRORS: Readonly<Record<number, NameOfCode>> = {
  3: named(
    [
      'network unreachable',
      'host unreachable',
      'protocol unreachable',
      'port unreachable',
      'fragmentation needed',
      'source route failed',
      'network unknown',
      'host unknown',
      'source host isolated',
      'network administratively prohibited',
      'host administratively prohibited',
      'network unreachable for this type of service',
      'host unreachable for this type of service',
      'communication administratively prohibited',
      'host precedence violation',
      'precedence cutoff in effect',
    ],
    'destination unreachable',
  ),
  11: named(['time to live exceeded', 'fragment reassembly time exceeded'], 'time exceeded'),
  12: named([], 'parameter problem'),
};

/** RFC 4443 3, RFC 4443 3.1. */
const ICMPV6_ERRORS: Readonly<Record<number, NameOfCode>> = {
  1: named(
    [
      'no route to destination',
      'communication administratively prohibited',
      'beyond scope of source address',
      'address unreachable',
      'port unreachable',
      'source address failed policy',
      'route to destination rejected',
    ],
    'destination unreachable',
  ),
  2: () => 'packet too big',
  3: named(['hop limit exceeded', 'fragment reassembly time exceeded'], 'time exceeded'),
  4: named(
    ['erroneous header field', 'unrecognized next header type', 'unrecognized IPv6 option'],
    'parameter problem',
  ),
};
