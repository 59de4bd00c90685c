/**
 * The messages of one direction under permessage-deflate (RFC 7692 7.2.2): compressed payload in, octets out, within limits
 * and with the context of the direction. Keeps the difference between a peer that sent nonsense (`corrupt`) and a context that is
 * gone because of a hole or a limit of ours (`lost`): in the second case nothing more is claimed.
 */

import type { Side } from '../stream/side.js';
import { type InflateProblem, Inflater } from './inflater.js';
import type { CompressionFacts, DeflateParameters } from './websocket-facts.js';

/** The largest compressed message that is collected: no server known accepts more than 100 MiB, nearly all stay below 1. */
export const COMPRESSED_OCTETS = 16 * 1024 * 1024;
/** The most octets one message may become: a bomb of 16 KiB stops here. */
export const INFLATED_OCTETS = 16 * 1024 * 1024;
/** The work one direction may cause: this much, and so many times what it sent. Text compresses by 3 to 20, bombs by 1000. */
const FREE_WORK_OCTETS = 64 * 1024 * 1024;
const WORK_RATIO = 32;

/** zlib before 1.2.9 agrees to 8 window bits and uses 9; senders built on it reach twice as far as they said. */
const SMALLEST_WINDOW_BITS = 9;

/** zlib's tail, behind the payload. */
const TAIL_OCTETS = 4;

/** Shared by all directions: a message is inflated in one go. Grows to the largest message met, COMPRESSED_OCTETS at most. */
let input = new Uint8Array(4096);

export class MessageInflater {
  /** The context is gone: no later message of this direction can be read. */
  lost = false;
  /** A limit was reached, no hole: a message could not be read for that reason. */
  overLimit = false;
  /** zlib's word for what was wrong with the data; nothing is inflated after it. */
  corrupt: InflateProblem | undefined;
  private readonly takeover: boolean;
  private readonly inflater: Inflater;
  private sent = 0;
  private made = 0;
  private messages = 0;
  private historyUses = 0;
  private lastUsesHistory = false;

  constructor(parameters: DeflateParameters, side: Side) {
    const { clientNoContextTakeover, serverNoContextTakeover, clientMaxWindowBits, serverMaxWindowBits } = parameters;
    this.takeover = !(side === 'client' ? clientNoContextTakeover : serverNoContextTakeover);
    const bits = side === 'client' ? clientMaxWindowBits : serverMaxWindowBits;
    this.inflater = new Inflater(1 << Math.min(15, Math.max(SMALLEST_WINDOW_BITS, bits)));
  }

  get readable(): boolean {
    return !this.lost && this.corrupt === undefined;
  }

  /** A compressed message was not seen whole: with context takeover the next ones would decode to wrong text. */
  miss(): void {
    if (this.takeover) this.lost = true;
    // What stands before a hole explains nothing behind it.
    else this.inflater.reset();
  }

  /** Nothing follows: gives back the memory of the window. */
  release(): void {
    this.inflater.release();
  }

  /** A message is too large to be collected. */
  overrun(): void {
    this.overLimit = true;
    this.miss();
  }

  /** True when the message was inflated whole; else `corrupt` or `lost` may say why. `emit` gets views, right during the call. */
  inflate(payload: Uint8Array, emit: (octets: Uint8Array) => void): boolean {
    if (!this.readable) return false;
    if (input.length < payload.length + TAIL_OCTETS) input = new Uint8Array(payload.length * 2 + TAIL_OCTETS);
    input.set(payload);
    this.sent += payload.length;
    const budget = FREE_WORK_OCTETS + WORK_RATIO * this.sent - this.made;
    const take = (octets: Uint8Array): void => {
      this.made += octets.length;
      emit(octets);
    };
    const limit = Math.min(INFLATED_OCTETS, budget);
    const problem = this.inflater.inflate(input, payload.length, limit, take, !this.takeover);
    if (problem === undefined) this.messages++;
    this.lastUsesHistory = this.inflater.usesHistory;
    if (this.lastUsesHistory) this.historyUses++;
    if (problem === 'over-limit') this.overrun();
    else if (problem !== undefined) this.corrupt = problem;
    return problem === undefined;
  }

  facts(): CompressionFacts {
    const { messages, sent, made, historyUses, lastUsesHistory, inflater } = this;
    const strays = this.corrupt !== undefined && inflater.explained ? inflater.strays : undefined;
    const fault = strays === 'window' ? 'larger-window' : strays === 'history' ? 'kept-context' : undefined;
    return { messages, wireBytes: sent, inflatedBytes: made, historyUses, lastUsesHistory, fault };
  }
}
