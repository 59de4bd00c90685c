/** Frames of HTTP/2 as bytes, encoded here on their own: every field a literal without indexing (RFC 7541 6.2.2). */
export type Field = readonly [name: string, value: string];

export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

export const frame = (
  type: number,
  flags: number,
  streamId: number,
  payload: Uint8Array = new Uint8Array(0),
): Buffer => {
  const header = Buffer.alloc(9);
  header.writeUIntBE(payload.length, 0, 3);
  header[3] = type;
  header[4] = flags;
  header.writeUInt32BE(streamId, 5);
  return Buffer.concat([header, payload]);
};

export const fieldBlock = (fields: readonly Field[]): Buffer =>
  Buffer.concat(fields.flatMap(([name, value]) => [Buffer.of(0), text(name), text(value)]));

const text = (value: string): Buffer => {
  const octets = Buffer.from(value, 'latin1');
  const { length } = octets;
  if (length < 127) return Buffer.concat([Buffer.of(length), octets]);
  const digits: number[] = [];
  let rest = length - 127;
  for (; rest >= 128; rest = Math.floor(rest / 128)) digits.push((rest % 128) + 128);
  return Buffer.concat([Buffer.of(127, ...digits, rest), octets]);
};

export const END_STREAM = 0x1;
export const END_HEADERS = 0x4;

export const headers = (streamId: number, fields: readonly Field[], flags = END_HEADERS): Buffer =>
  frame(0x1, flags, streamId, fieldBlock(fields));
export const data = (streamId: number, payload: string | Uint8Array, flags = 0): Buffer =>
  frame(0x0, flags, streamId, typeof payload === 'string' ? Buffer.from(payload) : payload);

export const settings = (...values: readonly (readonly [id: number, value: number])[]): Buffer =>
  frame(
    0x4,
    0,
    0,
    Buffer.concat(
      values.map(([id, value]) => {
        const setting = Buffer.alloc(6);
        setting.writeUInt16BE(id, 0);
        setting.writeUInt32BE(value, 2);
        return setting;
      }),
    ),
  );

const u32 = (value: number): Buffer => {
  const octets = Buffer.alloc(4);
  octets.writeUInt32BE(value);
  return octets;
};

export const reset = (streamId: number, code: number): Buffer => frame(0x3, 0, streamId, u32(code));
export const goaway = (lastStreamId: number, code: number, debug = ''): Buffer =>
  frame(0x7, 0, 0, Buffer.concat([u32(lastStreamId), u32(code), Buffer.from(debug)]));
export const windowUpdate = (streamId: number, bytes: number): Buffer => frame(0x8, 0, streamId, u32(bytes));

export const ENABLE_CONNECT_PROTOCOL = 0x8;

/** An extended CONNECT (RFC 8441 5). */
export const connect = (path = '/chat'): Field[] => [
  [':method', 'CONNECT'],
  [':protocol', 'websocket'],
  [':scheme', 'https'],
  [':path', path],
  [':authority', 'chat.example.test'],
  ['sec-websocket-version', '13'],
];
