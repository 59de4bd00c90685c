/**
 * When and in which packets bytes arrived. An Arrival that is handed to a consumer is a view that its owner refills:
 * whoever keeps it copies it.
 */
import type { Nanos, PacketRef } from '../capture/packet.js';

export interface Arrival {
  packet: PacketRef;
  /** When the packet was captured. */
  at: Nanos;
  /** When the receiver could read the bytes: later than `at` only behind a hole that was filled afterwards. */
  readyAt: Nanos;
}

/** The evidence for something: the packets of its first and last byte, and its place in the stream of its sender. */
export interface Span {
  first: Arrival;
  last: Arrival;
  /** Bytes of this direction before it, counted from the start of the layer's own stream. */
  offset: number;
  /** In bytes. */
  length: number;
}

export const copyArrival = ({ packet, at, readyAt }: Arrival): Arrival => ({ packet, at, readyAt });

/** The one that came later; the only one where the other is unknown. */
export function laterOf(a: Arrival | undefined, b: Arrival | undefined): Arrival | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a.at > b.at || (a.at === b.at && a.packet > b.packet) ? a : b;
}
