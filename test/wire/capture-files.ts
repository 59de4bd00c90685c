/** Builds capture files octet by octet, without the code under test: pcap and the blocks of pcapng. */

export interface CapturedPacket {
  /** Nanoseconds since 1970. */
  time: bigint;
  octets: Uint8Array;
  /** On the wire; the captured length where it is left out. */
  originalLength?: number;
}

export interface PcapOptions {
  byteOrder?: 'little' | 'big';
  format?: 'microseconds' | 'nanoseconds' | 'modified';
  linkType?: number;
  snapLength?: number;
  version?: [number, number];
}

const MAGICS = { microseconds: 0xa1b2c3d4, nanoseconds: 0xa1b23c4d, modified: 0xa1b2cd34 };

type Field = [width: 2 | 4 | 8, value: number | bigint];

/** Numbers one after the other. */
export function fields(little: boolean, ...numbers: Field[]): Uint8Array {
  const octets = new Uint8Array(numbers.reduce((sum, [width]) => sum + width, 0));
  const view = new DataView(octets.buffer);
  let at = 0;
  for (const [width, value] of numbers) {
    if (width === 2) view.setUint16(at, Number(value), little);
    else if (width === 4) view.setUint32(at, Number(value), little);
    else view.setBigUint64(at, BigInt.asUintN(64, BigInt(value)), little);
    at += width;
  }
  return octets;
}

export const join = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

export function pcapFile(packets: readonly CapturedPacket[], options: PcapOptions = {}): Uint8Array {
  const { format = 'microseconds', linkType = 1, snapLength = 262144, version = [2, 4] } = options;
  const little = options.byteOrder !== 'big';
  const perSecond = format === 'nanoseconds' ? 1_000_000_000n : 1_000_000n;
  const header = fields(
    little,
    [4, MAGICS[format]],
    [2, version[0]],
    [2, version[1]],
    [8, 0],
    [4, snapLength],
    [4, linkType],
  );
  const records = packets.flatMap(({ time, octets, originalLength = octets.length }) => {
    const units = (time * perSecond) / 1_000_000_000n;
    const record = fields(
      little,
      [4, units / perSecond],
      [4, units % perSecond],
      [4, octets.length],
      [4, originalLength],
    );
    return format === 'modified' ? [record, new Uint8Array(8).fill(0xee), octets] : [record, octets];
  });
  return join(header, ...records);
}

/** Blocks of a pcapng file in one byte order. */
export class PcapngBuilder {
  private readonly little: boolean;

  constructor(byteOrder: 'little' | 'big' = 'little') {
    this.little = byteOrder === 'little';
  }

  block(type: number, ...body: Uint8Array[]): Uint8Array {
    const inner = padded(join(...body));
    const length = inner.length + 12;
    return join(fields(this.little, [4, type], [4, length]), inner, fields(this.little, [4, length]));
  }

  section(version = 1): Uint8Array {
    return this.block(0x0a0d0d0a, fields(this.little, [4, 0x1a2b3c4d], [2, version], [2, 0], [8, -1]));
  }

  interface(linkType: number, snapLength: number, ...options: Uint8Array[]): Uint8Array {
    return this.block(1, fields(this.little, [2, linkType], [2, 0], [4, snapLength]), ...options);
  }

  enhanced(
    id: number,
    units: bigint,
    { octets, originalLength }: Omit<CapturedPacket, 'time'>,
    ...options: Uint8Array[]
  ): Uint8Array {
    const stamp: Field[] = [
      [4, units >> 32n],
      [4, units & 0xffffffffn],
    ];
    const lengths: Field[] = [
      [4, octets.length],
      [4, originalLength ?? octets.length],
    ];
    return this.block(6, fields(this.little, [4, id], ...stamp, ...lengths), padded(octets), ...options);
  }

  obsolete(id: number, units: bigint, octets: Uint8Array): Uint8Array {
    const stamp: Field[] = [
      [4, units >> 32n],
      [4, units & 0xffffffffn],
    ];
    return this.block(
      2,
      fields(this.little, [2, id], [2, 0xffff], ...stamp, [4, octets.length], [4, octets.length]),
      octets,
    );
  }

  simple(originalLength: number, octets: Uint8Array): Uint8Array {
    return this.block(3, fields(this.little, [4, originalLength]), octets);
  }

  statistics(id: number, ...options: Uint8Array[]): Uint8Array {
    return this.block(5, fields(this.little, [4, id], [8, 0]), ...options);
  }

  secrets(kind: number, octets: Uint8Array, claimed = octets.length): Uint8Array {
    return this.block(10, fields(this.little, [4, kind], [4, claimed]), octets);
  }

  option(code: number, value: Uint8Array): Uint8Array {
    return join(fields(this.little, [2, code], [2, value.length]), padded(value));
  }

  number64(value: bigint): Uint8Array {
    return fields(this.little, [8, value]);
  }
}

function padded(octets: Uint8Array): Uint8Array {
  const whole = new Uint8Array(Math.ceil(octets.length / 4) * 4);
  whole.set(octets);
  return whole;
}
