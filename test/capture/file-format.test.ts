import { describe, expect, it } from 'vitest';
import { fromHex } from '../../src/bytes/hex.js';
import { CaptureError } from '../../src/capture/capture-error.js';
import { readerFor } from '../../src/capture/file-format.js';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const refusal = (head: Uint8Array): string => {
  try {
    readerFor(head);
  } catch (error) {
    if (error instanceof CaptureError) return error.message;
    throw error;
  }
  return 'accepted';
};

describe('readerFor', () => {
  it.each([
    { wire: 'a1 b2 c3 d4', format: 'pcap' },
    { wire: 'd4 c3 b2 a1', format: 'pcap' },
    { wire: '4d 3c b2 a1', format: 'pcap' },
    { wire: '34 cd b2 a1', format: 'pcap' },
    { wire: '0a 0d 0d 0a', format: 'pcapng' },
  ])('knows $wire as $format', ({ wire, format }) => {
    expect(readerFor(fromHex(wire)!).format).toBe(format);
  });

  it.each([
    { name: 'nothing', head: text(''), says: ['The file is empty: 0 bytes'] },
    { name: 'zeros', head: new Uint8Array(24), says: ['00 00 00 00', 'nothing but zeros'] },
    {
      name: 'unknown octets',
      head: fromHex('de ad be ef 00 01 02 03 04')!,
      says: ['de ad be ef 00 01 02 03.', 'Expected a pcap or pcapng'],
    },
    { name: 'a few octets', head: fromHex('d4 c3')!, says: ['d4 c3.'] },
    { name: 'zstd', head: fromHex('28 b5 2f fd 24 00')!, says: ['28 b5 2f fd', 'zstd -d'] },
    { name: 'zip', head: fromHex('50 4b 03 04 14 00')!, says: ['a zip archive'] },
    { name: 'snoop', head: text('snoop\0\0\0\0\0\0\x02'), says: ['snoop', 'editcap'] },
    { name: 'an ELF program', head: fromHex('7f 45 4c 46 02 01')!, says: ['an ELF program'] },
    { name: 'JSON', head: text('{"sessions": []}'), says: ['JSON'] },
    { name: 'HAR', head: text('{"log":{"version":"1.2"}}'), says: ['a HAR file'] },
    { name: 'a key log', head: text('CLIENT_RANDOM 0011223344'), says: ['--keylog'] },
    {
      name: 'text of tcpdump',
      head: text('10:02:11.1 IP 10.0.0.5 >'),
      says: ['text that starts with "10:02:11.1 IP', 'tcpdump -w'],
    },
    { name: 'a page', head: text('<!DOCTYPE html><html lang'), says: ['a web page'] },
  ])('says about $name what it is and what to do, in one line', ({ head, says }) => {
    const message = refusal(head);
    for (const part of says) expect(message).toContain(part);
    expect(message).not.toMatch(/[\x00-\x1f\x7f]/);
  });
});
