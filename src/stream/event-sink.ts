/**
 * Where layers report facts for the timeline of a session. Events carry typed data; their wording belongs to the report.
 * Names of layers and events are those of docs/json.md.
 */
import type { Nanos, PacketRef } from '../capture/packet.js';
import type { Actor, Side } from './side.js';

export type EventLayer = 'tcp' | 'dns' | 'proxy' | 'tls' | 'http' | 'ws' | (string & {});

/** Plain data of one event: numbers, texts and flags that the report words. Texts are from the capture, hence hostile. */
export type EventData = Readonly<Record<string, string | number | boolean | readonly string[]>>;

export interface EventSink {
  /** Something notable that stands alone in the timeline. */
  event(layer: EventLayer, event: string, from: Actor, packet: PacketRef, at: Nanos, data?: EventData): void;
  /**
   * Something ordinary that may be folded with its neighbours into a run: a data frame, an encrypted record.
   * `bytes` is its payload length. Called once a frame: allocates nothing.
   */
  ordinary(layer: EventLayer, event: string, from: Side, packet: PacketRef, at: Nanos, bytes: number): void;
}
