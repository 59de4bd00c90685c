/**
 * One DNS message (RFC 1035 4.1): names label by label, addresses of answers, all in place. Data of other records becomes
 * zero where it is no name. False where the message cannot be followed: then it is cut off.
 */
import type { Pseudonyms } from './pseudonyms.js';
import { isKeptLabel } from './vocabulary.js';

const HEADER = 12;
const NAME_RECORDS: ReadonlySet<number> = new Set([2, 5, 12, 39]);
const A = 1;
const AAAA = 28;
const OPT = 41;
const SOA = 6;

export const redactDns = (message: Buffer, names: Pseudonyms): boolean => {
  if (message.length < HEADER) return false;
  const done = new Set<number>();
  const questions = message.readUInt16BE(4);
  const records = message.readUInt16BE(6) + message.readUInt16BE(8) + message.readUInt16BE(10);
  let at = HEADER;
  for (let n = 0; n < questions; n++) {
    at = redactName(message, at, names, done);
    if (at < 0 || at + 4 > message.length) return false;
    at += 4;
  }
  for (let n = 0; n < records; n++) {
    at = redactName(message, at, names, done);
    if (at < 0 || at + 10 > message.length) return false;
    const type = message.readUInt16BE(at);
    const data = at + 10;
    const end = data + message.readUInt16BE(at + 8);
    if (end > message.length) return false;
    if (type === A && end - data === 4) message.set(names.v4(message.subarray(data, end)), data);
    else if (type === AAAA && end - data === 16) message.set(names.v6(message.subarray(data, end)), data);
    else if (NAME_RECORDS.has(type)) redactName(message, data, names, done);
    else if (type === SOA) {
      const second = redactName(message, data, names, done);
      if (second > 0) redactName(message, second, names, done);
    } else if (type !== OPT) message.fill(0, data, end);
    at = end;
  }
  return true;
};

/** Where what follows the name begins, -1 where it is none. Labels that are pointed at have been done once. */
const redactName = (message: Buffer, start: number, names: Pseudonyms, done: Set<number>): number => {
  let at = start;
  let end = -1;
  for (let hops = 0; hops < 128; hops++) {
    const length = message[at];
    if (length === undefined) return -1;
    if (length === 0) return end < 0 ? at + 1 : end;
    if (length >= 0xc0) {
      if (end < 0) end = at + 2;
      if (at + 1 >= message.length) return -1;
      at = message.readUInt16BE(at) & 0x3fff;
      continue;
    }
    if (length > 63 || at + 1 + length > message.length) return -1;
    if (!done.has(at)) {
      done.add(at);
      const label = message.toString('latin1', at + 1, at + 1 + length);
      const isLast = message[at + 1 + length] === 0;
      const other = label.replace(/[A-Za-z0-9]+/g, (word) => (isKeptLabel(word, isLast) ? word : names.word(word)));
      message.write(other, at + 1, 'latin1');
    }
    at += 1 + length;
  }
  return -1;
};
