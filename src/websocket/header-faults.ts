/**
 * What the first octets of a frame break of RFC 6455 5.2 to 5.5 and RFC 7692 6, and whether they look like a frame that
 * breaks a rule or like no frame at all.
 */
import type { Side } from '../stream/side.js';
import { type Frame, isControl, isReserved, OPCODE } from './frame.js';
import type { ViolationRule } from './websocket-facts.js';

export interface HeaderFault {
  rule: ViolationRule;
  detail: string;
}

/** RFC 6455 5.5: the most octets of payload a control frame may have. */
export const LONGEST_CONTROL_PAYLOAD = 125;

/** First octets of frames that break no rule whatever was negotiated: no RSV bits, a known opcode, control frames whole. */
export const ORDINARY_FIRST = ordinaryFirstOctets();

/** `rsvJudged`: the extensions in force are known; `rsv1`: permessage-deflate is one of them. */
export function headerFaults(frame: Frame, side: Side, rsvJudged: boolean, rsv1: boolean): HeaderFault[] {
  const { first, opcode, length } = frame;
  const faults: HeaderFault[] = [];
  const add = (rule: ViolationRule, detail: string): void => void faults.push({ rule, detail });
  if (side === 'client' && !frame.masked) add('client-frame-unmasked', opcodeText(opcode));
  if (side === 'server' && frame.masked) add('server-frame-masked', opcodeText(opcode));
  if (isReserved(opcode)) add('reserved-opcode', opcodeText(opcode));
  if (rsvJudged) {
    // RFC 7692 6: RSV1 belongs to the first frame of a data message.
    const allowed = rsv1 && (opcode === OPCODE.text || opcode === OPCODE.binary) ? 0x40 : 0;
    const rsv = first & 0x70 & ~allowed;
    if (rsv !== 0) add('rsv-without-extension', rsvText(rsv));
  }
  if (isControl(opcode)) {
    if (!frame.fin) add('control-frame-fragmented', opcodeText(opcode));
    if (length > LONGEST_CONTROL_PAYLOAD) add('control-frame-too-long', `${length} bytes`);
  }
  if (frame.lengthFault !== undefined) add(frame.lengthFault, `${length} bytes`);
  return faults;
}

/**
 * How odd two octets are as the start of a header of a side that masks or does not: 0 for what is ordinary, 1 for what breaks one
 * rule, more for what breaks several.
 */
export function oddness(first: number, second: number, masked: boolean): number {
  const opcode = first & 0xf;
  let odd = 0;
  if (second >= 0x80 !== masked) odd++;
  if (isReserved(opcode)) odd++;
  if ((first & 0x30) !== 0 || (first & 0x40 && isControl(opcode))) odd++;
  if (isControl(opcode) && (first < 0x80 || (second & 0x7f) > LONGEST_CONTROL_PAYLOAD)) odd++;
  return odd;
}

/** A whole side sends like this where a program forgets to mask, or compresses without having agreed on it. */
export const isHabit = (fault: HeaderFault, first: number): boolean =>
  fault.rule === 'client-frame-unmasked' ||
  fault.rule === 'server-frame-masked' ||
  (fault.rule === 'rsv-without-extension' && (first & 0x70) === 0x40);

const opcodeText = (opcode: number): string => `opcode 0x${opcode.toString(16)}`;

function rsvText(rsv: number): string {
  const set = [rsv & 0x40 ? 'RSV1' : '', rsv & 0x20 ? 'RSV2' : '', rsv & 0x10 ? 'RSV3' : ''];
  return set.filter((name) => name !== '').join(' ');
}

function ordinaryFirstOctets(): Uint8Array {
  const ordinary = new Uint8Array(256);
  for (const opcode of [OPCODE.continuation, OPCODE.text, OPCODE.binary]) {
    ordinary[opcode] = 1;
    ordinary[0x80 | opcode] = 1;
  }
  for (const opcode of [OPCODE.close, OPCODE.ping, OPCODE.pong]) ordinary[0x80 | opcode] = 1;
  return ordinary;
}
