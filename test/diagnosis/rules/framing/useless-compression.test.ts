import { randomBytes } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { uselessCompression } from '../../../../src/diagnosis/rules/framing/useless-compression.js';
import { opened } from '../../sessions.js';
import { findingOf, found } from '../../verdict.js';

/** A session in which the server's messages have these lengths on the wire and inflated. */
const compressed = (messages: number, wireBytes: number, inflatedBytes: number) => {
  const session = opened().message('server', 5).build();
  session.websocket!.compression.server = {
    messages,
    wireBytes,
    inflatedBytes,
    historyUses: 0,
    lastUsesHistory: false,
    fault: undefined,
  };
  return session;
};

describe('framing/useless-compression', () => {
  it('notes messages that became larger, or hardly smaller', () => {
    const plain = randomBytes(300);
    const wire = deflateRawSync(plain).length;
    expect(wire).toBeGreaterThan(plain.length);
    expect(found(uselessCompression, compressed(20, 20 * wire, 20 * plain.length))).toBe('null note larger');
    const finding = findingOf(uselessCompression, compressed(50, 930, 1000));
    expect(finding).toMatchObject({ message: 'same', data: { percent: { text: '7' }, messages: { n: 50 } } });
  });

  it('says nothing where it pays, of a few messages, and where none was agreed', () => {
    expect(found(uselessCompression, compressed(50, 900, 1000))).toBe('nothing');
    expect(found(uselessCompression, compressed(19, 1100, 1000))).toBe('nothing');
    expect(found(uselessCompression, opened().message('server', 5).build())).toBe('nothing');
  });
});
