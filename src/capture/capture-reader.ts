/**
 * What both readers of capture files have in common: file bytes go in as blocks, packets come out one at a time. Nothing
 * here waits, so the same loop serves a file, a pipe and a worker thread.
 */
import type { CaptureTally } from './capture-tally.js';
import type { Packet } from './packet.js';

export interface CaptureReader {
  readonly format: 'pcap' | 'pcapng';
  readonly tally: CaptureTally;
  /** True once damage made the rest of the file unreadable: more bytes change nothing. */
  readonly broken: boolean;
  /** The next bytes of the file. The block belongs to the reader from here on and must not change. */
  push(block: Uint8Array): void;
  /**
   * Refills `packet` with the next record; false: more bytes are needed, or damage ended the file.
   * Throws CaptureError when there is nothing to read at all.
   */
  next(packet: Packet): boolean;
  /** The file is over: a record it cuts becomes a warning. */
  end(): void;
}

/**
 * No record is longer, whatever its file claims: libpcap's own limit for networks is 256 KiB, and the rest leaves room
 * for comments and for snap lengths that were raised by hand. A larger length is a damaged one.
 */
export const MAX_RECORD_OCTETS = 16 * 2 ** 20;

/** libpcap and Wireshark allow no longer packet on a network (MAXIMUM_SNAPLEN); a snap length below it is no proof of damage. */
export const MAX_PACKET_OCTETS = 256 * 1024;
