/**
 * Fragments become whole datagrams again: IPv4 (RFC 791 3.2) and IPv6 (RFC 8200 4.5). The packet that brings the last
 * missing part gives out the whole, in a block of its own. Where fragments say different things about the same octets
 * the first one wins, and it is counted: RFC 5722 forbids it, attacks and broken middleboxes do it.
 */
import { toHex } from '../bytes/hex.js';
import type { Nanos } from '../capture/packet.js';
import { Datagram } from '../link/datagram.js';
import { decodeIp } from './decode-ip.js';
import type { IpDatagram } from './ip-datagram.js';

/** Length fields have 16 bits: a datagram that would be longer is an attack (the "ping of death"). */
const MAX_DATAGRAM_OCTETS = 65535;
/** Between the 15 s of RFC 791 3.2 and the 60 s of RFC 8200 4.5; what Linux waits. */
const MAX_AGE_NANOS = 30e9;
/** What Linux keeps of unfinished datagrams (ipfrag_high_thresh). */
const MAX_KEPT_OCTETS = 4 * 2 ** 20;
/** Every unfinished datagram costs some kilobytes beside its octets: a flood of first fragments stays below 16 MiB. */
const MAX_UNFINISHED = 1024;
/** Fragments begin at multiples of it, and all but the last are multiples of it long. */
const UNIT_OCTETS = 8;

interface Unfinished {
  since: Nanos;
  /** The header of the whole: that of the fragment with offset 0, empty until it comes. */
  header: Uint8Array;
  /** The payload as far as it was received, with holes. */
  payload: Uint8Array;
  /** 1 for each unit of the payload that is there. */
  present: Uint8Array;
  units: number;
  /** Of the payload in bytes; -1 until the last fragment comes. */
  length: number;
}

export class FragmentReassembler {
  reassembled = 0;
  /** Given up: too old, cut by the snap length, malformed, or beyond a limit. */
  abandoned = 0;
  /** Fragments that contradict an earlier one. */
  conflicts = 0;
  private readonly whole = new Datagram();
  /** By addresses and identification. A Map keeps the order of insertion: the oldest comes first. */
  private readonly unfinished = new Map<string, Unfinished>();
  private keptOctets = 0;

  /** Takes the fragment in `ip`; true when that completed a datagram, which `ip` then holds. */
  complete(ip: IpDatagram, at: Nanos): boolean {
    this.forgetOld(at);
    const start = ip.version === 4 ? ip.payloadStart : ip.fragmentHeader + UNIT_OCTETS;
    const length = ip.payloadEnd - start;
    const { fragmentOffset, moreFragments } = ip;
    const cut = ip.payloadEnd - ip.payloadStart < ip.originalPayloadLength;
    if (cut || length <= 0 || (moreFragments && length % UNIT_OCTETS !== 0)) return this.refuse();
    if (fragmentOffset + length > MAX_DATAGRAM_OCTETS) return this.refuse();
    const key = keyOf(ip);
    const entry = this.unfinished.get(key) ?? this.begin(key, at);
    if (fragmentOffset === 0 && entry.header.length === 0) entry.header = headerOf(ip);
    this.insert(entry, ip.block.subarray(start, ip.payloadEnd), fragmentOffset, moreFragments);
    if (entry.header.length > 0 && entry.length >= 0 && entry.units === Math.ceil(entry.length / UNIT_OCTETS)) {
      this.forget(key, entry);
      return this.giveOut(entry, ip);
    }
    this.limit();
    return false;
  }

  /** Unfinished datagrams that are kept at the moment. */
  get waiting(): number {
    return this.unfinished.size;
  }

  private refuse(): false {
    this.abandoned++;
    return false;
  }

  private begin(key: string, at: Nanos): Unfinished {
    const empty = new Uint8Array(0);
    const entry = { since: at, header: empty, payload: empty, present: empty, units: 0, length: -1 };
    this.unfinished.set(key, entry);
    return entry;
  }

  private insert(entry: Unfinished, octets: Uint8Array, offset: number, more: boolean): void {
    const end = offset + octets.length;
    let contradicts = entry.length >= 0 && (more ? end > entry.length : end !== entry.length);
    if (!more && entry.length < 0) {
      contradicts = entry.present.subarray(Math.ceil(end / UNIT_OCTETS)).includes(1);
      if (!contradicts) entry.length = end;
    }
    if (!contradicts) {
      this.grow(entry, end);
      for (let at = 0; at < octets.length; at += UNIT_OCTETS) {
        const unit = octets.subarray(at, at + UNIT_OCTETS);
        const index = (offset + at) / UNIT_OCTETS;
        if (entry.present[index] === 0) {
          entry.payload.set(unit, offset + at);
          entry.present[index] = 1;
          entry.units++;
        } else if (unit.some((octet, place) => octet !== entry.payload[offset + at + place])) {
          contradicts = true;
        }
      }
    }
    if (contradicts) this.conflicts++;
  }

  private grow(entry: Unfinished, end: number): void {
    if (end <= entry.payload.length) return;
    const capacity = Math.min(Math.max(end, entry.payload.length * 2), MAX_DATAGRAM_OCTETS + 1);
    const payload = new Uint8Array(Math.ceil(capacity / UNIT_OCTETS) * UNIT_OCTETS);
    const present = new Uint8Array(payload.length / UNIT_OCTETS);
    payload.set(entry.payload);
    present.set(entry.present);
    this.keptOctets += payload.length - entry.payload.length;
    entry.payload = payload;
    entry.present = present;
  }

  /** Writes the datagram as it was before it was fragmented, and decodes that. */
  private giveOut({ header, payload, length }: Unfinished, ip: IpDatagram): boolean {
    const { whole } = this;
    const end = header.length + length;
    if (end > MAX_DATAGRAM_OCTETS) return this.refuse();
    const block = new Uint8Array(end);
    block.set(header);
    block.set(payload.subarray(0, length), header.length);
    const view = new DataView(block.buffer);
    if (ip.version === 4) {
      view.setUint16(2, end);
      view.setUint16(6, 0);
    } else {
      view.setUint16(4, length);
    }
    whole.block = block;
    whole.view = view;
    whole.start = 0;
    whole.end = end;
    whole.wireEnd = end;
    whole.version = ip.version;
    this.reassembled++;
    return decodeIp(whole, ip);
  }

  private forgetOld(at: Nanos): void {
    for (const [key, entry] of this.unfinished) {
      if (at - entry.since <= MAX_AGE_NANOS) return;
      this.abandon(key, entry);
    }
  }

  private limit(): void {
    for (const [key, entry] of this.unfinished) {
      if (this.unfinished.size <= MAX_UNFINISHED && this.keptOctets <= MAX_KEPT_OCTETS) return;
      this.abandon(key, entry);
    }
  }

  private abandon(key: string, entry: Unfinished): void {
    this.abandoned++;
    this.forget(key, entry);
  }

  private forget(key: string, entry: Unfinished): void {
    this.unfinished.delete(key);
    this.keptOctets -= entry.payload.length;
  }
}

/** RFC 791 3.2 and RFC 8200 4.5: what fragments of one datagram share. IPv4 adds the protocol. */
function keyOf(ip: IpDatagram): string {
  const addresses = toHex(ip.block.subarray(ip.source, ip.source + (ip.version === 4 ? 8 : 32)));
  return `${addresses}/${ip.identification}/${ip.version === 4 ? ip.protocol : ''}`;
}

/** A copy of the IP header. For IPv6 only the fixed one, saying what stands behind the fragment header. */
function headerOf(ip: IpDatagram): Uint8Array {
  if (ip.version === 4) return new Uint8Array(ip.block.subarray(ip.header, ip.payloadStart));
  const header = new Uint8Array(ip.block.subarray(ip.header, ip.header + 40));
  header[6] = ip.block[ip.fragmentHeader]!;
  return header;
}
