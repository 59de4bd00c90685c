/**
 * The contract between layers: three verbs for both directions. TCP calls them; TLS implements them below and calls
 * them above; so a layer never knows what carries it, and loss travels upward like data.
 */
import type { Arrival } from './arrival.js';
import type { Side } from './side.js';

export interface StreamConsumer {
  /** `chunk` stays valid for ever (blocks are not reused) but pins its block: copy what is kept for long. */
  bytes(side: Side, chunk: Uint8Array, arrival: Arrival): void;
  gap(side: Side, gap: Gap): void;
  /** At most once a side; nothing follows for that side. */
  end(side: Side, ending: Ending): void;
}

/**
 * A consumer that also takes bytes where they stand in their block, `block[start]` up to `block[end - 1]`, so that no
 * view of them has to be made: a view costs as much as decoding a small frame. `view` is of the whole block.
 */
export interface BlockConsumer extends StreamConsumer {
  range(side: Side, block: Uint8Array, view: DataView, start: number, end: number, arrival: Arrival): void;
}

export type GapCause =
  /** Acknowledged by the receiver, absent from the capture. */
  | 'not-captured'
  /** Neither in the capture nor acknowledged by the receiver: lost on the way, or still on it when the capture ended. */
  | 'not-acknowledged'
  /** The snap length cut the packet. */
  | 'snap-length'
  /** One of wscope's own limits was reached. */
  | 'over-limit'
  /** A TLS record that could not be decrypted. */
  | 'not-decrypted'
  /** The capture starts after the stream did; the length is unknown and given as 0. */
  | 'capture-start';

/** Bytes that were on the wire and are not here. */
export interface Gap {
  /** In bytes. */
  length: number;
  cause: GapCause;
  /** The packet that made the gap certain. */
  arrival: Arrival;
}

export type EndingKind = 'fin' | 'rst' | 'close-notify' | 'stream-reset' | 'capture-end';

export interface Ending {
  kind: EndingKind;
  arrival: Arrival;
}
