import { describe, expect, it } from 'vitest';
import { messagesReport } from '../../src/report/message-report.js';
import { Clock } from '../../src/report/place.js';
import { redactorFor, revealing } from '../../src/report/redact.js';
import type { RecordedMessage } from '../../src/websocket/message-recorder.js';

const AT = { packet: 7, at: 5e6, readyAt: 5e6 };
const said = (content: string | Uint8Array, facts: Partial<RecordedMessage> = {}): RecordedMessage => {
  const bytes = typeof content === 'string' ? new Uint8Array(Buffer.from(content)) : content;
  return { from: 'client', opcode: 1, bytes, length: bytes.length, whole: true, readable: true, first: AT, ...facts };
};
const report = (message: RecordedMessage, redactor = revealing) =>
  messagesReport({ messages: [message], omitted: 3 }, new Clock(0n, 2e6), redactor);

describe('messages in the report', () => {
  it('are text where they were sent as text, base64 otherwise', () => {
    expect(report(said('héllo'))).toEqual({
      messages: [{ atMs: 3, packet: 7, from: 'client', opcode: 'text', bytes: 6, text: 'héllo' }],
      messagesOmitted: 3,
    });
    expect(report(said(new Uint8Array([0, 255]), { opcode: 2 })).messages[0]).toMatchObject({
      opcode: 'binary',
      base64: 'AP8=',
    });
  });

  it('lose half a character at a cut, and say that they were cut', () => {
    const half = new Uint8Array(Buffer.from('aé')).subarray(0, 2);
    expect(report(said(half, { length: 100 })).messages[0]).toMatchObject({ text: 'a', cut: true, bytes: 100 });
  });

  it('say when nothing of them is there, or nothing can be read', () => {
    const nothing = new Uint8Array(0);
    expect(report(said(nothing, { length: 9, whole: false })).messages[0]).toMatchObject({ missing: true, cut: true });
    expect(report(said(nothing, { length: 9, readable: false })).messages[0]).toMatchObject({ unreadable: true });
  });

  it('are without the credentials of their session, in text and in octets', () => {
    const redactor = redactorFor([['Authorization', 'Bearer s3cr3t-t0ken-value']], []);
    const text = report(said('say s3cr3t-t0ken-value now'), redactor).messages[0]!.text;
    expect(text).toBe('say [redacted] now');
    const octets = new Uint8Array([0, 255, ...Buffer.from('s3cr3t-t0ken-value'), 128]);
    const { base64 = '' } = report(said(octets, { opcode: 2 }), redactor).messages[0]!;
    expect(Buffer.from(base64, 'base64').toString('latin1')).toBe('\0\xff[redacted]\x80');
  });
});
