/**
 * The properties of an MQTT 5 packet (MQTT 5 2.2.2): identifier and value, the type of the value given by the identifier.
 * Reads the two that explain endings, walks over the others, and tells where they end.
 */
import { clip } from './content.js';

export interface MqttProperties {
  /** Where the payload begins. */
  end: number;
  reason?: string;
  /** Seconds. */
  serverKeepAlive?: number;
}

const SERVER_KEEP_ALIVE = 0x13;
const REASON_STRING = 0x1f;

export const readMqttProperties = (body: Uint8Array, at: number): MqttProperties => {
  const length = readVarint(body, at);
  const properties: MqttProperties = { end: Math.min(body.length, length.end + length.value) };
  let next = length.end;
  while (next < properties.end) {
    const id = body[next++]!;
    const type = TYPES.get(id);
    if (type === undefined) break;
    if (id === SERVER_KEEP_ALIVE) properties.serverKeepAlive = uint16(body, next);
    if (id === REASON_STRING) {
      const text = body.subarray(next + 2, Math.min(properties.end, next + 2 + uint16(body, next)));
      properties.reason = clip(Buffer.from(text).toString('utf8'));
    }
    next = valueEnd(body, next, type);
  }
  return properties;
};

type ValueType = 1 | 2 | 4 | 'varint' | 'text' | 'pair';

const valueEnd = (body: Uint8Array, at: number, type: ValueType): number => {
  if (type === 'varint') return readVarint(body, at).end;
  if (type === 'text') return at + 2 + uint16(body, at);
  if (type === 'pair') return valueEnd(body, valueEnd(body, at, 'text'), 'text');
  return at + type;
};

/** MQTT 5 1.5.5: seven bits an octet, the lowest first, four octets at most. */
const readVarint = (body: Uint8Array, at: number): { value: number; end: number } => {
  let value = 0;
  for (let index = 0; index < 4; index++) {
    const octet = body[at + index] ?? 0;
    value += (octet & 0x7f) * 128 ** index;
    if (octet < 0x80) return { value, end: at + index + 1 };
  }
  return { value: 0, end: at + 4 };
};

const uint16 = (body: Uint8Array, at: number): number => (body[at] ?? 0) * 256 + (body[at + 1] ?? 0);

const TYPES: ReadonlyMap<number, ValueType> = new Map<number, ValueType>([
  [0x01, 1],
  [0x02, 4],
  [0x03, 'text'],
  [0x08, 'text'],
  [0x09, 'text'],
  [0x0b, 'varint'],
  [0x11, 4],
  [0x12, 'text'],
  [0x13, 2],
  [0x15, 'text'],
  [0x16, 'text'],
  [0x17, 1],
  [0x18, 4],
  [0x19, 1],
  [0x1a, 'text'],
  [0x1c, 'text'],
  [0x1f, 'text'],
  [0x21, 2],
  [0x22, 2],
  [0x23, 2],
  [0x24, 1],
  [0x25, 1],
  [0x26, 'pair'],
  [0x27, 4],
  [0x28, 1],
  [0x29, 1],
  [0x2a, 1],
]);
