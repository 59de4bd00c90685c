/**
 * WebSocket frames as octets (RFC 6455 5.2), for tests. Encodes on its own, octet by octet, so that a mistake of the decoder is not
 * repeated here; can break every rule on request.
 */
export interface FrameSpec {
  opcode?: number;
  fin?: boolean;
  /** RSV1 is 4, RSV2 is 2, RSV3 is 1. */
  rsv?: number;
  payload?: Uint8Array | string;
  /** Four octets; absent for unmasked frames. */
  key?: readonly number[];
  /** Bits of the length field, where it should not be the shortest. */
  lengthBits?: 7 | 16 | 64;
  /** Announced instead of the true length. */
  announced?: number;
}

export const KEY = [0x37, 0xfa, 0x21, 0x3d] as const;

export function frame(spec: FrameSpec): Uint8Array {
  const payload = octets(spec.payload ?? '');
  const length = spec.announced ?? payload.length;
  const bits = spec.lengthBits ?? (length < 126 ? 7 : length < 65536 ? 16 : 64);
  const out = [((spec.fin ?? true) ? 0x80 : 0) + (spec.rsv ?? 0) * 16 + (spec.opcode ?? 0x1)];
  const mask = spec.key === undefined ? 0 : 0x80;
  if (bits === 7) out.push(mask + length);
  else if (bits === 16) out.push(mask + 126, Math.floor(length / 256), length % 256);
  else {
    out.push(mask + 127);
    for (let power = 7; power >= 0; power--) out.push(Math.floor(length / 256 ** power) % 256);
  }
  const result = new Uint8Array(out.length + (spec.key?.length ?? 0) + payload.length);
  result.set(out);
  result.set(spec.key ?? [], out.length);
  const start = result.length - payload.length;
  for (let at = 0; at < payload.length; at++) result[start + at] = payload[at]! ^ (spec.key?.[at % 4] ?? 0);
  return result;
}

/** A frame as a client sends it: masked. */
export const fromClient = (spec: FrameSpec): Uint8Array => frame({ key: KEY, ...spec });

export const text = (payload: string | Uint8Array): FrameSpec => ({ opcode: 0x1, payload });
export const binary = (payload: string | Uint8Array): FrameSpec => ({ opcode: 0x2, payload });
export const ping = (payload: string | Uint8Array = ''): FrameSpec => ({ opcode: 0x9, payload });
export const pong = (payload: string | Uint8Array = ''): FrameSpec => ({ opcode: 0xa, payload });

export function close(code?: number, reason = ''): FrameSpec {
  if (code === undefined) return { opcode: 0x8 };
  return { opcode: 0x8, payload: concat([Uint8Array.of(code >> 8, code & 0xff), octets(reason)]) };
}

export const concat = (parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

/** `81 05  48 65` as octets. */
export const hex = (digits: string): Uint8Array => new Uint8Array(Buffer.from(digits.replace(/\s+/g, ''), 'hex'));

function octets(payload: Uint8Array | string): Uint8Array {
  return typeof payload === 'string' ? new Uint8Array(Buffer.from(payload)) : payload;
}
