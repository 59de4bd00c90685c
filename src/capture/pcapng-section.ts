/**
 * The blocks of a pcapng section that describe instead of carrying packets (draft-ietf-opsawg-pcapng 4.2, 4.5, 4.6, 4.7):
 * interfaces, statistics, names and TLS secrets go into the tally. Interfaces count from 0 in every section; here they
 * keep a number of their own through the whole file.
 */
import type { CaptureTally, InterfaceInfo } from './capture-tally.js';
import { PcapngOptions } from './pcapng-options.js';
import { Timestamps } from './timestamps.js';

/** An interface and how its times are read. */
export interface PcapngInterface {
  /** Counted over all sections of the file. */
  id: number;
  info: InterfaceInfo;
  timestamps: Timestamps;
}

/** More are described only by a file made to use up memory; a machine full of containers has some hundreds. */
const MAX_INTERFACES = 10_000;
/** A key log line is some 200 octets: room for 80,000 sessions. */
const MAX_SECRET_OCTETS = 16 * 2 ** 20;
const MAX_NAMES = 10_000;
const MAX_NAME_OCTETS = 255;

const OPTION_IF_NAME = 2;
const OPTION_IF_TSRESOL = 9;
const OPTION_IF_TSOFFSET = 14;
const OPTION_ISB_IFDROP = 5;
const OPTION_ISB_OSDROP = 7;
const RESOLUTION_MICROSECONDS = 6;
const NAME_RECORD_IPV4 = 1;
const NAME_RECORD_IPV6 = 2;

const decoder = new TextDecoder();

export class PcapngSection {
  readonly interfaces: PcapngInterface[] = [];
  private secretOctets = 0;

  constructor(
    private readonly tally: CaptureTally,
    readonly littleEndian: boolean,
  ) {}

  /** Interface Description Block; `start` and `end` bound its body. False: the limit of interfaces is reached. */
  describeInterface(view: DataView, start: number, end: number): boolean {
    if (this.tally.interfaces.length >= MAX_INTERFACES) return false;
    const info: InterfaceInfo = {
      name: '',
      linkType: view.getUint16(start, this.littleEndian),
      snapLength: view.getUint32(start + 4, this.littleEndian),
      packets: 0,
      droppedPackets: null,
    };
    let resolution = RESOLUTION_MICROSECONDS;
    let offsetSeconds = 0n;
    const options = new PcapngOptions(view, start + 8, end, this.littleEndian);
    while (options.next()) {
      if (options.code === OPTION_IF_NAME) info.name = options.text();
      else if (options.code === OPTION_IF_TSRESOL && options.length >= 1) resolution = options.u8();
      else if (options.code === OPTION_IF_TSOFFSET && options.length >= 8) offsetSeconds = options.i64();
    }
    const timestamps = new Timestamps(this.tally, resolution, offsetSeconds);
    this.interfaces.push({ id: this.tally.interfaces.length, info, timestamps });
    this.tally.interfaces.push(info);
    return true;
  }

  /** Interface Statistics Block: counts since the capture's start, so the last one holds. */
  readStatistics(view: DataView, start: number, end: number): void {
    const described = this.interfaces[view.getUint32(start, this.littleEndian)];
    if (described === undefined) return;
    let dropped: bigint | undefined;
    const options = new PcapngOptions(view, start + 12, end, this.littleEndian);
    while (options.next()) {
      const counts = options.code === OPTION_ISB_IFDROP || options.code === OPTION_ISB_OSDROP;
      if (counts && options.length >= 8) dropped = (dropped ?? 0n) + options.u64();
    }
    if (dropped !== undefined) described.info.droppedPackets = Number(dropped);
  }

  /** Decryption Secrets Block. */
  readSecrets(block: Uint8Array, view: DataView, start: number, end: number): void {
    const length = view.getUint32(start + 4, this.littleEndian);
    if (length > end - start - 8) {
      this.tally.warn('secrets-cut', { claimed: length, held: end - start - 8 });
      return;
    }
    this.secretOctets += length;
    if (this.secretOctets > MAX_SECRET_OCTETS) {
      this.tally.warn('secrets-over-limit', { limit: MAX_SECRET_OCTETS });
      return;
    }
    this.tally.addSecrets({
      kind: view.getUint32(start, this.littleEndian),
      octets: new Uint8Array(block.subarray(start + 8, start + 8 + length)),
    });
  }

  /** Name Resolution Block: records of an address and its names, each ended by a zero octet. */
  readNames(block: Uint8Array, view: DataView, start: number, end: number): void {
    let at = start;
    while (at + 4 <= end && this.tally.resolvedNames.length < MAX_NAMES) {
      const type = view.getUint16(at, this.littleEndian);
      const length = view.getUint16(at + 2, this.littleEndian);
      const value = at + 4;
      const addressOctets = type === NAME_RECORD_IPV4 ? 4 : type === NAME_RECORD_IPV6 ? 16 : 0;
      if (type === 0 || value + length > end) return;
      if (addressOctets > 0 && length > addressOctets) {
        const names = decoder.decode(block.subarray(value + addressOctets, value + length)).split('\0');
        this.tally.resolvedNames.push({
          address: new Uint8Array(block.subarray(value, value + addressOctets)),
          names: names.filter((name) => name !== '').map((name) => name.slice(0, MAX_NAME_OCTETS)),
        });
      }
      at = value + Math.ceil(length / 4) * 4;
    }
  }
}
