import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CaptureSet } from '../../src/capture/capture-set.js';
import { memorySource } from '../../src/capture/capture-source.js';
import {
  addressOctets,
  interfaceBlock,
  namesBlock,
  packetBlock,
  sectionBlock,
} from '../../src/capture/pcapng-writer.js';
import { formatAddress } from '../../src/ip/address.js';
import { copyPacket } from '../wire/capture-reading.js';
import { hex, packetOf } from '../wire/ip-packets.js';

const TIME = 1795168931123456789n;

describe('the writer of pcapng', () => {
  it('writes a section as the draft draws it', () => {
    expect(new Uint8Array(sectionBlock('w', 'hi'))).toEqual(
      hex(
        '0a 0d 0d 0a  30 00 00 00  4d 3c 2b 1a  01 00 00 00  ff ff ff ff ff ff ff ff ' +
          '01 00 02 00 68 69 00 00  04 00 01 00 77 00 00 00  00 00 00 00  30 00 00 00',
      ),
    );
  });

  it('writes what the reader reads: octets, times, lengths, interfaces, names, comments', async () => {
    const any = fc.array(
      fc.record({
        octets: fc.uint8Array({ minLength: 0, maxLength: 40 }),
        cut: fc.nat({ max: 100 }),
        after: fc.nat({ max: 1e9 }),
        interfaceId: fc.nat({ max: 1 }),
        comments: fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }), { maxLength: 2 }),
      }),
      { minLength: 1, maxLength: 8 },
    );
    await fc.assert(
      fc.asyncProperty(any, async (packets) => {
        let at = 0;
        const blocks = [sectionBlock('wscope', 'a slice'), interfaceBlock(1, 'eth0'), interfaceBlock(276, undefined)];
        blocks.push(namesBlock([{ octets: hex('0a 00 00 05'), name: 'a.example' }]));
        const expected = packets.map(({ octets, cut, after, interfaceId, comments }, index) => {
          at += index === 0 ? 0 : after;
          const packet = packetOf(1, octets, octets.length + cut);
          blocks.push(packetBlock(packet, interfaceId, TIME + BigInt(at), comments));
          const linkType = interfaceId === 0 ? 1 : 276;
          return { ...copyPacket(packet), ref: index + 1, at, interfaceId, linkType };
        });
        const set = new CaptureSet([memorySource('slice', Buffer.concat(blocks))]);
        const read: unknown[] = [];
        await set.run((packet) => read.push(copyPacket(packet)));
        expect(read).toEqual(expected);
        const [info] = set.infos;
        expect(info).toMatchObject({ start: TIME, warnings: [], resolvedNames: [{ names: ['a.example'] }] });
        expect(info!.interfaces.map(({ name }) => name)).toEqual(['eth0', '']);
        // A NUL ends a text for the reader; nothing else is changed.
        const commented = packets.flatMap(({ comments }, index) =>
          comments.map((text) => ({ packet: index + 1, text })),
        );
        expect(info!.comments).toEqual(commented.map((each) => ({ ...each, text: each.text.replace(/\0+$/, '') })));
      }),
      { numRuns: 40 },
    );
  });
});

describe('the octets of an address', () => {
  it.each(['10.0.0.5', '2001:db8::7', '::1', '::', 'fe80::1:0:0:2', '1:2:3:4:5:6:7:8'])('%s and back', (address) => {
    const octets = addressOctets(address)!;
    expect(formatAddress(octets, 0, octets.length === 4 ? 4 : 6)).toBe(address);
  });

  it.each(['', 'a.example', '1:2:3', '1::2::3:4:5:6:7:8:9', ':1', 'g::'])('%j has none', (text) => {
    expect(addressOctets(text)).toBeUndefined();
  });
});
