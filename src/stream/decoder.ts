/**
 * The idiom inside every layer: bytes of one direction are pushed in, items are pulled out. Not calling `next()` is
 * pausing: bytes that follow an upgrade request belong to HTTP or to WebSocket depending on a response captured later.
 */
import type { Arrival } from './arrival.js';
import type { Gap } from './consumer.js';

export interface Decoder<Item> {
  push(chunk: Uint8Array, arrival: Arrival): void;
  gap(gap: Gap): void;
  /** The next item, or undefined until more bytes come. Items may be views that the next call refills. */
  next(): Item | undefined;
  /** Gives what was pushed and not decoded to another decoder or layer, in order, with the arrivals it came with. */
  handOver(to: (chunk: Uint8Array, arrival: Arrival) => void): void;
}
