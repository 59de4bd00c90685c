/** The body of a Close frame (RFC 6455 5.5.1, 7.4): code and reason, and what is wrong with them. */
import { isUtf8 } from 'node:buffer';
import type { ViolationRule } from './websocket-facts.js';

export interface CloseBody {
  /** 1005 when the body is empty, -1 when it is one octet. */
  code: number;
  /** Octets that are no UTF-8 are replaced. */
  reason: string;
  faults: { rule: ViolationRule; detail: string }[];
}

/** RFC 6455 7.1.5: what an empty body stands for. */
const NO_STATUS = 1005;

/** `whole`: all octets are there; else nothing is said against them. */
export function readCloseBody(body: Uint8Array, whole: boolean): CloseBody {
  if (body.length === 0) return { code: NO_STATUS, reason: '', faults: [] };
  if (body.length === 1) {
    const faults: CloseBody['faults'] = whole
      ? [{ rule: 'close-payload-of-one-byte', detail: `0x${body[0]!.toString(16).padStart(2, '0')}` }]
      : [];
    return { code: -1, reason: '', faults };
  }
  const code = (body[0]! << 8) | body[1]!;
  const reason = body.subarray(2);
  const faults: CloseBody['faults'] = [];
  if (!mayBeSent(code)) faults.push({ rule: 'invalid-close-code', detail: String(code) });
  if (whole && !isUtf8(reason)) faults.push({ rule: 'invalid-utf8', detail: 'close reason' });
  return { code, reason: new TextDecoder().decode(reason), faults };
}

/** RFC 6455 7.4.1, 7.4.2 and the IANA registry: 1012 to 1014 came later. */
function mayBeSent(code: number): boolean {
  if (code >= 3000) return code < 5000;
  return code >= 1000 && code < 1015 && !(code >= 1004 && code <= 1006);
}
