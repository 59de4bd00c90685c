/**
 * The shape every subprotocol has here: how it is known by name and by its messages, how its messages are read, and what
 * its close codes mean. One file each; recognise.ts holds the list of them.
 */

import type { Arrival } from '../stream/arrival.js';
import type { Side } from '../stream/side.js';
import type { Content } from './content.js';
import type { SubprotocolLog } from './subprotocol-log.js';

export interface Subprotocol {
  name: string;
  /** The version that a name in Sec-WebSocket-Protocol stands for, null for none in particular; undefined: another subprotocol. */
  named(token: string): string | null | undefined;
  /** Whether a message of this side, among the first of a session, can be of no other. */
  resembles(side: Side, content: Content, target: string): boolean;
  /** A session cannot be used before the subprotocol's own handshake is over. */
  hasHandshake: boolean;
  read(log: SubprotocolLog, upgrade: UpgradeWords): SubprotocolReader;
  closeCodes: ReadonlyMap<number, CloseMeaning>;
}

/** What of the opening handshake subprotocols care about; empty where it was not seen. */
export interface UpgradeWords {
  /** The name agreed on in Sec-WebSocket-Protocol. */
  token: string;
  /** Path and query of the request. */
  target: string;
}

export interface SubprotocolReader {
  /** `content` is a view: whoever keeps of it copies. */
  message(side: Side, content: Content, arrival: Arrival): void;
}

/** What a close code means in one subprotocol. */
export interface CloseMeaning {
  /** Continues "that is, in <subprotocol>: …". */
  text: string;
  /** An ordinary end, nothing went wrong. */
  isGoodbye?: true;
}

export const NO_CLOSE_CODES: ReadonlyMap<number, CloseMeaning> = new Map();
