/** Runs a reader over the blocks of a file and copies what it gives, so that tests can compare whole lists. */

import { toHex } from '../../src/bytes/hex.js';
import { CaptureError } from '../../src/capture/capture-error.js';
import type { CaptureReader } from '../../src/capture/capture-reader.js';
import { Packet } from '../../src/capture/packet.js';
import { warningText } from '../../src/capture/warning.js';

export interface ReadPacket {
  ref: number;
  at: number;
  octets: string;
  originalLength: number;
  linkType: number;
  interfaceId: number;
}

export interface Reading {
  packets: ReadPacket[];
  warnings: string[];
  error: string | undefined;
}

export function copyPacket(packet: Packet): ReadPacket {
  const { ref, at, block, start, end, originalLength, linkType, interfaceId } = packet;
  return { ref, at, octets: toHex(block.subarray(start, end)), originalLength, linkType, interfaceId };
}

/** Reads all blocks; only a CaptureError is an answer, anything else thrown fails the test. */
export function readAll(reader: CaptureReader, blocks: Iterable<Uint8Array>): Reading {
  const packet = new Packet();
  const packets: ReadPacket[] = [];
  let error: string | undefined;
  try {
    for (const block of blocks) {
      reader.push(block);
      while (reader.next(packet)) packets.push(copyPacket(packet));
    }
    reader.end();
  } catch (thrown) {
    if (!(thrown instanceof CaptureError)) throw thrown;
    error = thrown.message;
  }
  return { packets, warnings: reader.tally.warnings.map((each) => warningText(each)), error };
}

/** The file in blocks whose lengths repeat; each is a copy, so nothing is read beyond its own block. */
export function* inBlocks(file: Uint8Array, lengths: readonly number[]): Generator<Uint8Array> {
  for (let at = 0, turn = 0; at < file.length; turn++) {
    const length = lengths[turn % lengths.length]!;
    yield Uint8Array.from(file.subarray(at, at + length));
    at += length;
  }
}
