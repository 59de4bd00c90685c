/**
 * Classic capture files (draft-ietf-opsawg-pcap): file bytes become packets. Microseconds and nanoseconds, both byte
 * orders, and the "modified" format of Alexey Kuznetzov's libpcap with its longer record header. The file header says
 * nothing about the length of the file, so damage shows only as a record that cannot be: reading stops there.
 */

import { BlockWindow } from './block-window.js';
import { CaptureError } from './capture-error.js';
import { type CaptureReader, MAX_PACKET_OCTETS, MAX_RECORD_OCTETS } from './capture-reader.js';
import { CaptureTally, type InterfaceInfo } from './capture-tally.js';
import type { Packet } from './packet.js';
import { warning, warningText } from './warning.js';

export const PCAP_MAGIC_MICROSECONDS = 0xa1b2c3d4;
export const PCAP_MAGIC_NANOSECONDS = 0xa1b23c4d;
export const PCAP_MAGIC_MODIFIED = 0xa1b2cd34;

const FILE_HEADER_OCTETS = 24;
const RECORD_HEADER_OCTETS = 16;
/** Interface index, protocol, packet type and padding follow the usual header. */
const MODIFIED_RECORD_HEADER_OCTETS = 24;

export class PcapReader implements CaptureReader {
  readonly format = 'pcap';
  private readonly counted = new CaptureTally();
  private readonly window = new BlockWindow();
  private readonly description: InterfaceInfo = {
    name: '',
    linkType: 0,
    snapLength: 0,
    packets: 0,
    droppedPackets: null,
  };
  private opened = false;
  broken = false;
  private littleEndian = true;
  private headerOctets = RECORD_HEADER_OCTETS;
  /** Captured lengths above it are damage. */
  private longest = MAX_PACKET_OCTETS;
  /** libpcap before 0.4 wrote the two lengths of a record the other way round. */
  private lengthsMayBeSwapped = false;
  private nanosPerFraction = 1000;
  private epochSeconds = 0;
  private epochNanos = 0;

  get tally(): CaptureTally {
    this.description.packets = this.counted.packets;
    return this.counted;
  }

  push(block: Uint8Array): void {
    if (!this.broken) this.window.push(block);
  }

  next(packet: Packet): boolean {
    if (!this.opened && !this.open()) return false;
    const { window, littleEndian, headerOctets } = this;
    if (window.limit - window.position < headerOctets && !window.require(headerOctets)) return false;
    let { view, position } = window;
    let capturedLength = view.getUint32(position + 8, littleEndian);
    let originalLength = view.getUint32(position + 12, littleEndian);
    if (capturedLength > originalLength) {
      if (this.lengthsMayBeSwapped) [capturedLength, originalLength] = [originalLength, capturedLength];
      else originalLength = capturedLength;
    }
    if (capturedLength > this.longest || (originalLength === 0 && this.isVoid(view, position))) {
      return this.stop(capturedLength);
    }
    const octets = headerOctets + capturedLength;
    if (window.limit - position < octets) {
      if (!window.require(octets)) return false;
      ({ view, position } = window);
    }
    const seconds = view.getUint32(position, littleEndian);
    const nanos = view.getUint32(position + 4, littleEndian) * this.nanosPerFraction;
    if (this.counted.epoch === null) this.startClock(seconds, nanos);
    packet.at = (seconds - this.epochSeconds) * 1e9 + (nanos - this.epochNanos);
    // Only where they change: storing a young object into an old one costs the garbage collector a note each time.
    if (packet.view !== view) {
      packet.block = window.block;
      packet.view = view;
    }
    packet.start = position + headerOctets;
    packet.end = position + octets;
    packet.originalLength = originalLength;
    packet.linkType = this.description.linkType;
    packet.interfaceId = -1;
    window.position = position + octets;
    this.counted.count(packet);
    return true;
  }

  end(): void {
    const { unread, offset } = this.window;
    if (this.broken || unread === 0) return;
    if (!this.opened) throw new CaptureError(`The file ends inside the pcap header: ${unread} of 24 bytes are there`);
    this.counted.warn('ends-inside-packet', { packet: this.counted.packets + 1, offset, unread });
  }

  private open(): boolean {
    const { window, description } = this;
    if (this.broken || !window.require(FILE_HEADER_OCTETS)) return false;
    const { view, position } = window;
    this.littleEndian = view.getUint8(position) !== 0xa1;
    const magic = view.getUint32(position, this.littleEndian);
    const major = view.getUint16(position + 4, this.littleEndian);
    const minor = view.getUint16(position + 6, this.littleEndian);
    if (major !== 2) {
      this.broken = true;
      throw new CaptureError(
        `A pcap file of version ${major}.${minor}, and only 2.x can be read: the header is damaged, or the file comes from another program`,
        4,
      );
    }
    this.lengthsMayBeSwapped = minor <= 3;
    this.nanosPerFraction = magic === PCAP_MAGIC_NANOSECONDS ? 1 : 1000;
    if (magic === PCAP_MAGIC_MODIFIED) this.headerOctets = MODIFIED_RECORD_HEADER_OCTETS;
    description.snapLength = view.getUint32(position + 16, this.littleEndian);
    // The upper half holds flags and the length of a frame check sequence; the IP length leaves that out by itself.
    description.linkType = view.getUint32(position + 20, this.littleEndian) & 0xffff;
    this.longest = Math.min(Math.max(description.snapLength, MAX_PACKET_OCTETS), MAX_RECORD_OCTETS);
    this.counted.interfaces.push(description);
    window.position = position + FILE_HEADER_OCTETS;
    this.opened = true;
    return true;
  }

  private startClock(seconds: number, nanos: number): void {
    this.epochSeconds = seconds;
    this.epochNanos = nanos;
    this.counted.epoch = BigInt(seconds) * 1_000_000_000n + BigInt(nanos);
  }

  /** A record header of zeros: what a file system leaves of a part that was never written. No packet looks like it. */
  private isVoid(view: DataView, position: number): boolean {
    return view.getUint32(position, this.littleEndian) === 0 && view.getUint32(position + 4, this.littleEndian) === 0;
  }

  private stop(capturedLength: number): false {
    const { offset } = this.window;
    const where = { packet: this.counted.packets + 1, offset };
    const what =
      capturedLength > 0
        ? warning('length-of-packet', { ...where, length: capturedLength })
        : warning('header-of-zeros', where);
    this.broken = true;
    this.opened = false;
    if (this.counted.packets === 0) {
      throw new CaptureError(
        `No packet of this pcap file can be read: ${warningText(what)}; copy or record the file again`,
        offset,
      );
    }
    this.counted.warn('damaged', { what });
    return false;
  }
}
