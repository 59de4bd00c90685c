/**
 * One captured packet, as a view. The reader owns a single Packet and refills it for every record;
 * the bytes it points at are never overwritten, so a view into them stays right for ever.
 */

/** Nanoseconds since the first packet that was read (exact for 104 days; negative where a later record is older). */
export type Nanos = number;

/**
 * Names one packet of one capture file: `capture * CAPTURE_STRIDE + number`, where `number` counts from 1 inside its
 * file, as Wireshark's frame.number does. For the first file a reference is the number itself.
 */
export type PacketRef = number;

export const CAPTURE_STRIDE = 2 ** 40;

export const captureOf = (ref: PacketRef): number => Math.floor(ref / CAPTURE_STRIDE);
export const numberOf = (ref: PacketRef): number => ref % CAPTURE_STRIDE;

const EMPTY = new Uint8Array(0);
const EMPTY_VIEW = new DataView(EMPTY.buffer);

export class Packet {
  /** capture and number of the packet. */
  ref: PacketRef = 0;
  at: Nanos = 0;
  /** The block of file bytes the packet stands in: captured bytes are `block[start]` up to `block[end - 1]`. */
  block: Uint8Array = EMPTY;
  /** A view of the whole of `block`, so that `view.getUint16(start + 12)` reads from the packet. */
  view: DataView = EMPTY_VIEW;
  start = 0;
  end = 0;
  /** Length on the wire in bytes; more than `end - start` where the snap length cut the packet. */
  originalLength = 0;
  /** LINKTYPE_ number (https://www.tcpdump.org/linktypes.html). */
  linkType = 0;
  /** Counts interfaces over all sections and files from 0; -1 where the format has none. */
  interfaceId = -1;
}
