/**
 * A message as subprotocols look at it: octets, text, JSON, each made when first asked for. Only messages that are there
 * as a whole come this far, or their beginning where they are longer than what is kept (message.ts).
 */
import { OPCODE } from '../websocket/frame.js';
import type { Message } from '../websocket/message.js';

export class Content {
  private decoded: string | undefined;
  private parsed: unknown;
  private isParsed = false;

  constructor(private readonly message: Message) {}

  get bytes(): Uint8Array {
    return this.message.bytes;
  }

  get isText(): boolean {
    return this.message.opcode === OPCODE.text;
  }

  /** False: only the beginning is known. */
  get isWhole(): boolean {
    return this.message.whole;
  }

  /** Length of the whole message in bytes, known or not. */
  get length(): number {
    return this.message.length;
  }

  /** As UTF-8, whatever the opcode; what is not becomes U+FFFD. */
  get text(): string {
    if (this.decoded === undefined) {
      const { bytes } = this;
      this.decoded = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
    }
    return this.decoded;
  }

  /** Undefined for what is no JSON, or not there as a whole. */
  get json(): unknown {
    if (!this.isParsed) {
      this.isParsed = true;
      const first = this.bytes[0];
      // An object or an array: a bare number or string is no message of any subprotocol that speaks JSON.
      if (this.isWhole && (first === 0x7b || first === 0x5b)) this.parsed = parseJson(this.text);
    }
    return this.parsed;
  }
}

/** Undefined for what is no JSON. */
export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A member of an object that may be none. */
export const member = (value: unknown, name: string): unknown =>
  isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;

/** Texts that are kept are cut to this: enough for any error message that was meant to be read. */
export const TEXT_KEPT = 300;

export const clip = (text: string, length = TEXT_KEPT): string =>
  text.length > length ? `${text.slice(0, length - 1)}…` : text;

/** A string or a number as text, anything else as its JSON; empty for nothing. */
export const toText = (value: unknown): string => {
  if (typeof value === 'string') return clip(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value === undefined || value === null) return '';
  try {
    return clip(JSON.stringify(value));
  } catch {
    return ''; // nested deeper than the stack
  }
};

/** A finite number that is not negative; undefined for everything else. */
export const toCount = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
