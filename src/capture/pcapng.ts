/**
 * pcapng files (draft-ietf-opsawg-pcapng): file bytes become packets. Several sections, byte orders and interfaces;
 * enhanced, simple and obsolete packet blocks. Blocks that describe go to pcapng-section.ts; unknown and custom blocks
 * are passed over without being buffered. A block states its length twice, so damage is noticed where it begins:
 * reading stops there.
 */

import { BlockWindow } from './block-window.js';
import { CaptureError } from './capture-error.js';
import { type CaptureReader, MAX_RECORD_OCTETS } from './capture-reader.js';
import { CaptureTally } from './capture-tally.js';
import type { Nanos, Packet } from './packet.js';
import { PcapngOptions } from './pcapng-options.js';
import { type PcapngInterface, PcapngSection } from './pcapng-section.js';
import { type Warning, type WarningKey, warning, warningText } from './warning.js';

export const PCAPNG_SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION = 0x1;
const OBSOLETE_PACKET = 0x2;
const SIMPLE_PACKET = 0x3;
const NAME_RESOLUTION = 0x4;
const INTERFACE_STATISTICS = 0x5;
const ENHANCED_PACKET = 0x6;
const DECRYPTION_SECRETS = 0xa;

const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
/** Type, length, and the length again at the end. */
const FRAME_OCTETS = 12;
const SHORTEST_SECTION_HEADER = 28;
/** Shortest length of the blocks that are looked into, frame included, by type; 0: passed over. */
const SHORTEST = [0, 20, 32, 16, 12, 24, 32, 0, 0, 0, 20];
/** An enhanced packet's octets start here, counted from the start of its block; an obsolete one's as well. */
const PACKET_OFFSET = 28;
const SIMPLE_PACKET_OFFSET = 12;

const OPTION_COMMENT = 1;
const OPTION_EPB_DROPCOUNT = 4;
/** Comments are written by hand; more of them come from a program that annotates every packet. */
const MAX_COMMENTS = 1000;

export class PcapngReader implements CaptureReader {
  readonly format = 'pcapng';
  readonly tally = new CaptureTally();
  private readonly window = new BlockWindow();
  private section = new PcapngSection(this.tally, true);
  private littleEndian = true;
  broken = false;
  /** Octets of a passed-over block that are still to come. */
  private toSkip = 0;
  /** A simple packet has no time of its own and gets that of the packet before it. */
  private lastAt: Nanos = 0;

  push(block: Uint8Array): void {
    if (!this.broken) this.window.push(block);
  }

  next(packet: Packet): boolean {
    const { window } = this;
    while (!this.broken && (this.toSkip === 0 || this.passOver())) {
      // A section header says its byte order behind its length: 12 octets decide how any block is read.
      if (window.limit - window.position < FRAME_OCTETS && !window.require(FRAME_OCTETS)) break;
      const type = window.view.getUint32(window.position, this.littleEndian);
      if (type === PCAPNG_SECTION_HEADER && !this.readByteOrder()) break;
      const length = window.view.getUint32(window.position + 4, this.littleEndian);
      const shortest = type < SHORTEST.length ? SHORTEST[type]! : 0;
      if (
        length < shortest ||
        length < FRAME_OCTETS ||
        length % 4 !== 0 ||
        (length > MAX_RECORD_OCTETS && isPacket(type))
      ) {
        this.stop('block-length', { type: hexadecimal(type), length });
        break;
      }
      if ((shortest === 0 && type !== PCAPNG_SECTION_HEADER) || length > MAX_RECORD_OCTETS) {
        this.toSkip = length;
        continue;
      }
      if (window.limit - window.position < length && !window.require(length)) break;
      const { view, position } = window;
      const end = position + length - 4;
      if (view.getUint32(end, this.littleEndian) !== length) {
        this.stop('block-lengths-differ', { type: hexadecimal(type) });
        break;
      }
      const found =
        type === ENHANCED_PACKET
          ? this.enhancedPacket(packet, view, position, end)
          : this.readBlock(packet, type, view, position, end);
      window.position += length;
      if (found) return true;
    }
    return false;
  }

  end(): void {
    const { unread, offset } = this.window;
    if (this.broken || (unread === 0 && this.toSkip === 0)) return;
    const { packets: packet } = this.tally;
    if (this.toSkip > 0) this.tally.warn('ends-inside-long-block', { packet, missing: this.toSkip });
    else this.tally.warn('ends-inside-block', { packet, offset, unread });
  }

  private passOver(): boolean {
    this.toSkip -= this.window.skip(this.toSkip);
    return this.toSkip === 0;
  }

  private readByteOrder(): boolean {
    const { view, position } = this.window;
    const big = view.getUint32(position + 8, false) === BYTE_ORDER_MAGIC;
    if (!big && view.getUint32(position + 8, true) !== BYTE_ORDER_MAGIC) {
      this.stop('no-byte-order');
      return false;
    }
    this.littleEndian = !big;
    return true;
  }

  /** Looks into a block that is all there, up to its second length at `end`; true when it filled in a packet. */
  private readBlock(packet: Packet, type: number, view: DataView, position: number, end: number): boolean {
    const { block } = this.window;
    switch (type) {
      case SIMPLE_PACKET:
        return this.simplePacket(packet, view, position, end);
      case OBSOLETE_PACKET:
        return this.obsoletePacket(packet, view, position, end);
      case PCAPNG_SECTION_HEADER:
        this.beginSection(view, position, end + 4 - position);
        break;
      case INTERFACE_DESCRIPTION:
        if (!this.section.describeInterface(view, position + 8, end)) this.stop('too-many-interfaces');
        break;
      case INTERFACE_STATISTICS:
        this.section.readStatistics(view, position + 8, end);
        break;
      case NAME_RESOLUTION:
        this.section.readNames(block, view, position + 8, end);
        break;
      case DECRYPTION_SECRETS:
        this.section.readSecrets(block, view, position + 8, end);
        break;
    }
    return false;
  }

  private beginSection(view: DataView, position: number, length: number): void {
    const major = view.getUint16(position + 12, this.littleEndian);
    if (length < SHORTEST_SECTION_HEADER) this.stop('short-section-header', { length });
    else if (major !== 1) this.stop('section-version', { version: major });
    else this.section = new PcapngSection(this.tally, this.littleEndian);
  }

  /** Enhanced Packet Block (draft-ietf-opsawg-pcapng 4.3). */
  private enhancedPacket(packet: Packet, view: DataView, position: number, end: number): boolean {
    const { littleEndian } = this;
    const from = this.interfaceOf(view.getUint32(position + 8, littleEndian));
    if (from === undefined) return false;
    return this.timedPacket(packet, from, view, position, end);
  }

  /** The Packet Block that the enhanced one replaced: a narrower interface number, and drops beside it. */
  private obsoletePacket(packet: Packet, view: DataView, position: number, end: number): boolean {
    const from = this.interfaceOf(view.getUint16(position + 8, this.littleEndian));
    if (from === undefined) return false;
    return this.timedPacket(packet, from, view, position, end);
  }

  private timedPacket(packet: Packet, from: PcapngInterface, view: DataView, position: number, end: number): boolean {
    const { littleEndian } = this;
    const capturedLength = view.getUint32(position + 20, littleEndian);
    if (capturedLength > end - position - PACKET_OFFSET) {
      this.stop('packet-beyond-block', { held: end - position - PACKET_OFFSET, claimed: capturedLength });
      return false;
    }
    packet.at = from.timestamps.nanos(
      view.getUint32(position + 12, littleEndian),
      view.getUint32(position + 16, littleEndian),
    );
    this.lastAt = packet.at;
    this.fill(packet, from, position + PACKET_OFFSET, capturedLength, view.getUint32(position + 24, littleEndian));
    const options = packet.end + (-capturedLength & 3);
    if (options + 4 < end) this.readPacketOptions(from, new PcapngOptions(view, options, end, littleEndian));
    return true;
  }

  /** Simple Packet Block (4.4): no time, no interface (the first one), and a captured length only by calculation. */
  private simplePacket(packet: Packet, view: DataView, position: number, end: number): boolean {
    const from = this.interfaceOf(0);
    if (from === undefined) return false;
    const originalLength = view.getUint32(position + 8, this.littleEndian);
    const snapLength = from.info.snapLength || originalLength;
    const capturedLength = Math.min(originalLength, snapLength, end - position - SIMPLE_PACKET_OFFSET);
    packet.at = this.lastAt;
    this.fill(packet, from, position + SIMPLE_PACKET_OFFSET, capturedLength, originalLength);
    return true;
  }

  private fill(
    packet: Packet,
    from: PcapngInterface,
    start: number,
    capturedLength: number,
    originalLength: number,
  ): void {
    const { view } = this.window;
    if (packet.view !== view) {
      packet.block = this.window.block;
      packet.view = view;
    }
    packet.start = start;
    packet.end = start + capturedLength;
    packet.originalLength = Math.max(originalLength, capturedLength);
    packet.linkType = from.info.linkType;
    packet.interfaceId = from.id;
    from.info.packets++;
    this.tally.count(packet);
  }

  private readPacketOptions(from: PcapngInterface, options: PcapngOptions): void {
    const { comments, packets } = this.tally;
    while (options.next()) {
      if (options.code === OPTION_COMMENT && comments.length < MAX_COMMENTS) {
        comments.push({ packet: packets, text: options.text() });
      } else if (options.code === OPTION_EPB_DROPCOUNT && options.length >= 8) {
        from.info.droppedPackets = (from.info.droppedPackets ?? 0) + Number(options.u64());
      }
    }
  }

  private interfaceOf(number: number): PcapngInterface | undefined {
    const from = this.section.interfaces[number];
    if (from === undefined) this.stop('unknown-interface', { interface: number });
    return from;
  }

  private stop(key: WarningKey, data: Warning['data'] = {}): void {
    const { offset } = this.window;
    const { packets } = this.tally;
    const what = warning(key, data);
    this.broken = true;
    if (packets === 0) {
      throw new CaptureError(
        `No packet of this pcapng file can be read; at packet 1, at byte ${offset}, ${warningText(what)}: copy or record the file again`,
        offset,
      );
    }
    this.tally.warn('damaged-where', { packet: packets + 1, offset, what });
  }
}

const isPacket = (type: number): boolean =>
  type === ENHANCED_PACKET || type === SIMPLE_PACKET || type === OBSOLETE_PACKET;

const hexadecimal = (type: number): string => `0x${type.toString(16).padStart(8, '0')}`;
