/** The packets of some sessions of a capture, in memory, and the pcapng file they become. */
import { CaptureSet } from '../capture/capture-set.js';
import type { CaptureSource } from '../capture/capture-source.js';
import { numberOf, Packet } from '../capture/packet.js';
import { type AddressName, interfaceBlock, namesBlock, packetBlock, sectionBlock } from '../capture/pcapng-writer.js';
import type { CapturedPacket } from '../redact/redact-packets.js';
import type { SessionReport } from '../report/report.js';
import { TLS_KEY_LOG } from '../tls/key-log.js';
import { SessionPackets } from './session-packets.js';

/** Of a slice, in bytes: it is held in memory until it is checked. */
const MOST_BYTES = 2 ** 30;

export interface SlicePacket extends CapturedPacket {
  /** In the capture, from 1. */
  number: number;
  /** Nanoseconds since 1970. */
  time: bigint;
  /** Index of its interface. */
  interface: number;
}

export interface Slice {
  packets: SlicePacket[];
  interfaces: { linkType: number; name: string | undefined }[];
  /** Secrets inside the capture: needed to check the slice, not written. */
  secrets: string;
}

/** What a file says beside its packets. */
export interface SliceTexts {
  application: string;
  comment: string;
  names: readonly AddressName[];
  /** By index of the packet in the slice. */
  comments: ReadonlyMap<number, readonly string[]>;
}

export const NO_TEXTS: SliceTexts = { application: 'wscope', comment: '', names: [], comments: new Map() };

/** Reads the capture twice: fragments may come before the one that tells whose they are. Undefined when it is too much. */
export const cutSlice = async (
  source: () => CaptureSource,
  sessions: readonly SessionReport[],
): Promise<Slice | undefined> => {
  const members = new SessionPackets(sessions);
  const survey = new CaptureSet([source()]);
  await survey.run((packet) => members.survey(packet));
  const [info] = survey.infos;
  const slice: Slice = { packets: [], interfaces: [], secrets: secretsOf(info?.secrets ?? []) };
  const numbers = new Map<string, number>();
  let bytes = 0;
  const set = new CaptureSet([source()]);
  await set.run((packet) => {
    if (bytes > MOST_BYTES || !members.has(packet)) return;
    const key = `${packet.linkType} ${packet.interfaceId}`;
    let index = numbers.get(key);
    if (index === undefined) {
      index = slice.interfaces.length;
      numbers.set(key, index);
      slice.interfaces.push({
        linkType: packet.linkType,
        name: info?.interfaces[packet.interfaceId]?.name || undefined,
      });
    }
    bytes += packet.end - packet.start;
    slice.packets.push({
      octets: packet.block.slice(packet.start, packet.end),
      originalLength: packet.originalLength,
      linkType: packet.linkType,
      number: numberOf(packet.ref),
      time: set.epoch + BigInt(Math.round(packet.at)),
      interface: index,
    });
  });
  return bytes > MOST_BYTES ? undefined : slice;
};

export const fileOf = (
  { packets, interfaces }: Slice,
  { application, comment, names, comments }: SliceTexts,
): Uint8Array[] => {
  const blocks = [sectionBlock(application, comment)];
  if (names.length > 0) blocks.push(namesBlock(names));
  for (const { linkType, name } of interfaces) blocks.push(interfaceBlock(linkType, name));
  for (const [index, { octets, originalLength, time, interface: number }] of packets.entries()) {
    const packet = new Packet();
    packet.block = octets;
    packet.end = octets.length;
    packet.originalLength = originalLength;
    blocks.push(packetBlock(packet, number, time, comments.get(index) ?? []));
  }
  return blocks;
};

const secretsOf = (secrets: readonly { kind: number; octets: Uint8Array }[]): string =>
  secrets
    .filter(({ kind }) => kind === TLS_KEY_LOG)
    .map(({ octets }) => Buffer.from(octets).toString('latin1'))
    .join('\n');
