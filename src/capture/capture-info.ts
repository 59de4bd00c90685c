/** What is told about a capture file as a whole, packets apart. Plain data; `captures` of the report is made from it. */

import type { InterfaceInfo, PacketComment, ResolvedName, Secrets } from './capture-tally.js';
import type { Warning } from './warning.js';

export interface CaptureInfo {
  /** Base name; `-` for standard input. */
  file: string;
  format: 'pcap' | 'pcapng';
  compression: 'gzip' | null;
  /** Names without LINKTYPE_, each once, in the order of the interfaces; see link-type-names.ts. */
  linkTypes: string[];
  packets: number;
  /** Of the file as it is stored. */
  bytes: number;
  /** Earliest and latest time of a packet in nanoseconds since 1970; null without packets that have a time. */
  start: bigint | null;
  end: bigint | null;
  /** Packets that the snap length cut. */
  truncatedPackets: number;
  /** Lost before they reached the file, as the file itself says; null where it says nothing. */
  droppedPackets: number | null;
  warnings: Warning[];
  interfaces: readonly InterfaceInfo[];
  secrets: readonly Secrets[];
  resolvedNames: readonly ResolvedName[];
  comments: readonly PacketComment[];
}
