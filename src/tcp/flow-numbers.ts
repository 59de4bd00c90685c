/**
 * The numbers of one direction that nearly every packet reads or writes, kept in a row of their own (number-rows.ts).
 * The columns are for header-prediction.ts; everywhere else they have names.
 */
import { NumberRows } from '../stream/number-rows.js';

export const PACKETS = 0;
export const TOP = 1;
export const ACKED = 2;
export const ACKNOWLEDGMENT = 3;
export const WINDOW = 4;
export const FRESH_BYTES = 5;
export const LAST_AT = 6;
export const LAST_PACKET = 7;
export const LAST_DATA_AT = 8;
export const LAST_DATA_PACKET = 9;
export const LAST_ACK_AT = 10;
export const LAST_ACK_PACKET = 11;
const BARE_ACK_AT = 12;
const BARE_ACK_TS_VAL = 13;
export const HOLE_ACKED_AT = 14;
export const DUPLICATE_RUN = 15;

/** 1 while the next segment may be passed by header prediction (Flow.isPlain). */
export const PLAIN = 16;
export const FLOW_ROWS = new NumberRows(24);
const NEVER = -1;

export class FlowNumbers {
  readonly row = FLOW_ROWS.take();

  constructor() {
    for (const column of [WINDOW, LAST_PACKET, LAST_DATA_PACKET, LAST_ACK_PACKET, HOLE_ACKED_AT, BARE_ACK_AT]) {
      FLOW_ROWS.values[this.row + column] = NEVER;
    }
  }

  /** The numbers must not be read any more. */
  protected releaseNumbers(): void {
    FLOW_ROWS.give(this.row);
  }

  /** Packets of this side. */
  get packets(): number {
    return FLOW_ROWS.values[this.row + PACKETS]!;
  }
  set packets(value: number) {
    FLOW_ROWS.values[this.row + PACKETS] = value;
  }

  /** The highest sequence number seen, SYN and FIN counted. */
  get top(): number {
    return FLOW_ROWS.values[this.row + TOP]!;
  }
  set top(value: number) {
    FLOW_ROWS.values[this.row + TOP] = value;
  }

  /** The highest acknowledgment that the peer sent for this flow. */
  get acked(): number {
    return FLOW_ROWS.values[this.row + ACKED]!;
  }
  set acked(value: number) {
    FLOW_ROWS.values[this.row + ACKED] = value;
  }

  /** The acknowledgment of this side's latest segment. */
  get acknowledgment(): number {
    return FLOW_ROWS.values[this.row + ACKNOWLEDGMENT]!;
  }
  set acknowledgment(value: number) {
    FLOW_ROWS.values[this.row + ACKNOWLEDGMENT] = value;
  }

  /** The window of its latest segment, as in the header; -1 before the first. */
  get window(): number {
    return FLOW_ROWS.values[this.row + WINDOW]!;
  }
  set window(value: number) {
    FLOW_ROWS.values[this.row + WINDOW] = value;
  }

  /** Bytes that were new when they came, hence each byte once. */
  get freshBytes(): number {
    return FLOW_ROWS.values[this.row + FRESH_BYTES]!;
  }
  set freshBytes(value: number) {
    FLOW_ROWS.values[this.row + FRESH_BYTES] = value;
  }

  /** Time and packet of its last packet of any kind; -1 before the first. */
  get lastAt(): number {
    return FLOW_ROWS.values[this.row + LAST_AT]!;
  }
  set lastAt(value: number) {
    FLOW_ROWS.values[this.row + LAST_AT] = value;
  }

  get lastPacket(): number {
    return FLOW_ROWS.values[this.row + LAST_PACKET]!;
  }
  set lastPacket(value: number) {
    FLOW_ROWS.values[this.row + LAST_PACKET] = value;
  }

  /** Its last segment with new payload. */
  get lastDataAt(): number {
    return FLOW_ROWS.values[this.row + LAST_DATA_AT]!;
  }
  set lastDataAt(value: number) {
    FLOW_ROWS.values[this.row + LAST_DATA_AT] = value;
  }

  get lastDataPacket(): number {
    return FLOW_ROWS.values[this.row + LAST_DATA_PACKET]!;
  }
  set lastDataPacket(value: number) {
    FLOW_ROWS.values[this.row + LAST_DATA_PACKET] = value;
  }

  /** Its last segment that acknowledged something new. */
  get lastAckAt(): number {
    return FLOW_ROWS.values[this.row + LAST_ACK_AT]!;
  }
  set lastAckAt(value: number) {
    FLOW_ROWS.values[this.row + LAST_ACK_AT] = value;
  }

  get lastAckPacket(): number {
    return FLOW_ROWS.values[this.row + LAST_ACK_PACKET]!;
  }
  set lastAckPacket(value: number) {
    FLOW_ROWS.values[this.row + LAST_ACK_PACKET] = value;
  }

  /** Its last segment with an acknowledgment and nothing else: when, and its timestamp. */
  get bareAckAt(): number {
    return FLOW_ROWS.values[this.row + BARE_ACK_AT]!;
  }
  set bareAckAt(value: number) {
    FLOW_ROWS.values[this.row + BARE_ACK_AT] = value;
  }

  get bareAckTsVal(): number {
    return FLOW_ROWS.values[this.row + BARE_ACK_TS_VAL]!;
  }
  set bareAckTsVal(value: number) {
    FLOW_ROWS.values[this.row + BARE_ACK_TS_VAL] = value;
  }

  /** Since when the peer has acknowledged a hole; -1 when there is none. */
  get holeAckedAt(): number {
    return FLOW_ROWS.values[this.row + HOLE_ACKED_AT]!;
  }
  set holeAckedAt(value: number) {
    FLOW_ROWS.values[this.row + HOLE_ACKED_AT] = value;
  }

  /** Duplicate ACKs of this side in a row. */
  get duplicateRun(): number {
    return FLOW_ROWS.values[this.row + DUPLICATE_RUN]!;
  }
  set duplicateRun(value: number) {
    FLOW_ROWS.values[this.row + DUPLICATE_RUN] = value;
  }
}
