/**
 * A recorded capture taken apart into its records, so that a test can leave packets out, cut them short, put them in
 * another order or next to those of another capture. Reads pcap and pcapng by itself, not with the code under test.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { SAMPLES } from './sample-table.js';

export interface RecordedPacket {
  /** The whole record as it stands in the file. */
  record: Buffer;
  /** The captured octets. */
  octets: Buffer;
  linkType: number;
}

export class Recording {
  readonly packets: readonly RecordedPacket[];
  /** Whatever is no packet: file header, sections, interfaces, secrets. */
  private readonly preamble: Buffer;

  constructor(readonly file: Buffer) {
    const octets = file.readUInt16BE(0) === 0x1f8b ? gunzipSync(file) : file;
    const { preamble, packets } = octets.readUInt32LE(0) === 0x0a0d0d0a ? readPcapng(octets) : readPcap(octets);
    this.preamble = preamble;
    this.packets = packets;
  }

  static ofSample(name: string): Recording {
    return new Recording(readFileSync(SAMPLES + name));
  }

  /** A capture file of these packets, in this order. */
  fileOf(packets: readonly RecordedPacket[]): Uint8Array {
    return Buffer.concat([this.preamble, ...packets.map(({ record }) => record)]);
  }

  /** All packets but the one at `index`. */
  without(index: number): Uint8Array {
    return this.fileOf(this.packets.filter((_, at) => at !== index));
  }

  /** Of pcap files only: packets whose record holds at most `length` octets, as a snap length leaves them. */
  snapped(length: number): Uint8Array {
    return this.fileOf(
      this.packets.map((packet) => {
        if (packet.octets.length <= length) return packet;
        const record = Buffer.from(packet.record.subarray(0, PCAP_RECORD + length));
        record.writeUInt32LE(length, 8);
        return { ...packet, record, octets: packet.octets.subarray(0, length) };
      }),
    );
  }

  /** Packets from the higher port to the lower one, and the others: what clients and what servers sent in our samples. */
  bySender(): { client: RecordedPacket[]; server: RecordedPacket[] } {
    const fromClient = (packet: RecordedPacket) => {
      const { source, destination } = portsOf(packet);
      return source >= destination;
    };
    return {
      client: this.packets.filter(fromClient),
      server: this.packets.filter((packet) => !fromClient(packet)),
    };
  }
}

const PCAP_HEADER = 24;
const PCAP_RECORD = 16;
const ENHANCED_PACKET = 6;

interface Parts {
  preamble: Buffer;
  packets: RecordedPacket[];
}

/** Little endian, as every sample is. */
function readPcap(file: Buffer): Parts {
  const linkType = file.readUInt32LE(20);
  const packets: RecordedPacket[] = [];
  for (let at = PCAP_HEADER; at < file.length; ) {
    const end = at + PCAP_RECORD + file.readUInt32LE(at + 8);
    packets.push({ record: file.subarray(at, end), octets: file.subarray(at + PCAP_RECORD, end), linkType });
    at = end;
  }
  return { preamble: file.subarray(0, PCAP_HEADER), packets };
}

function readPcapng(file: Buffer): Parts {
  const preamble: Buffer[] = [];
  const packets: RecordedPacket[] = [];
  for (let at = 0; at < file.length; ) {
    const block = file.subarray(at, at + file.readUInt32LE(at + 4));
    if (block.readUInt32LE(0) !== ENHANCED_PACKET) preamble.push(block);
    else {
      const octets = block.subarray(28, 28 + block.readUInt32LE(20));
      packets.push({ record: block, octets, linkType: ETHERNET });
    }
    at += block.length;
  }
  return { preamble: Buffer.concat(preamble), packets };
}

const ETHERNET = 1;
/** Where the IP header stands, by link type. */
const IP_OFFSET: ReadonlyMap<number, number> = new Map([
  [ETHERNET, 14],
  [113, 16],
  [276, 20],
]);

/** Ports of the packet's TCP or UDP header; zeros where there is none. */
export function portsOf({ octets, linkType }: RecordedPacket): { source: number; destination: number } {
  const at = IP_OFFSET.get(linkType)!;
  const isV4 = octets[at]! >> 4 === 4;
  const protocol = octets[at + (isV4 ? 9 : 6)]!;
  const transport = at + (isV4 ? (octets[at]! & 0xf) * 4 : 40);
  if (protocol !== 6 && protocol !== 17) return { source: 0, destination: 0 };
  return { source: octets.readUInt16BE(transport), destination: octets.readUInt16BE(transport + 2) };
}

/** Of a classic pcap with microseconds: when each packet was captured, in milliseconds since the first. */
export function timesOf({ packets }: Recording): number[] {
  const times = packets.map(({ record }) => record.readUInt32LE(0) * 1000 + record.readUInt32LE(4) / 1000);
  return times.map((time) => time - times[0]!);
}
