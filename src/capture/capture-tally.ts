/**
 * What a reader learns about its file besides the packets: counts, times, interfaces, and what a pcapng file carries for
 * the analysis (names, TLS secrets, comments). Everything that a file could repeat without end has a limit here.
 */

import type { Nanos, Packet } from './packet.js';
import { type Warning, type WarningKey, warning } from './warning.js';

export interface InterfaceInfo {
  /** Empty where the file does not name it. */
  name: string;
  /** LINKTYPE_ number. */
  linkType: number;
  /** In bytes; 0 where the file sets no limit. */
  snapLength: number;
  packets: number;
  /** Packets that the capture file says were lost here; null where it does not say. */
  droppedPackets: number | null;
}

/** A Decryption Secrets Block of pcapng. */
export interface Secrets {
  /** 0x544c534b (`TLSK`) for a TLS key log. */
  kind: number;
  octets: Uint8Array;
}

/** One address of a Name Resolution Block. */
export interface ResolvedName {
  /** 4 or 16 octets. */
  address: Uint8Array;
  names: string[];
}

export interface PacketComment {
  /** Number of the packet inside its file. */
  packet: number;
  text: string;
}

/** A damaged file may be damaged in many places; the first ones tell the story. */
const MAX_WARNINGS = 20;

export class CaptureTally {
  packets = 0;
  /** Packets that the snap length cut. */
  truncatedPackets = 0;
  /** Time of `at` 0 in nanoseconds since 1970; null until a packet with a time was read. */
  epoch: bigint | null = null;
  earliest: Nanos = Number.POSITIVE_INFINITY;
  latest: Nanos = Number.NEGATIVE_INFINITY;
  readonly interfaces: InterfaceInfo[] = [];
  readonly secrets: Secrets[] = [];
  /** Hears of secrets as they are read, hence before the packets that stand behind them. */
  onSecrets: ((secrets: Secrets) => void) | undefined;
  readonly resolvedNames: ResolvedName[] = [];
  readonly comments: PacketComment[] = [];
  private readonly kept: Warning[] = [];
  private unkept = 0;

  /** Counts the packet a reader just filled in, and numbers it. Allocates nothing. */
  count(packet: Packet): void {
    const { at } = packet;
    packet.ref = ++this.packets;
    if (packet.originalLength > packet.end - packet.start) this.truncatedPackets++;
    if (at >= this.latest) this.latest = at;
    if (at < this.earliest) this.earliest = at;
  }

  addSecrets(secrets: Secrets): void {
    this.secrets.push(secrets);
    this.onSecrets?.(secrets);
  }

  warn(key: WarningKey, data: Warning['data']): void {
    if (this.kept.length < MAX_WARNINGS) this.kept.push(warning(key, data));
    else this.unkept++;
  }

  get warnings(): Warning[] {
    return this.unkept === 0 ? [...this.kept] : [...this.kept, warning('more-like-these', { count: this.unkept })];
  }

  /** What the file itself says was lost before it was written; null where it says nothing. */
  get droppedPackets(): number | null {
    let dropped: number | null = null;
    for (const { droppedPackets } of this.interfaces) {
      if (droppedPackets !== null) dropped = (dropped ?? 0) + droppedPackets;
    }
    return dropped;
  }
}
