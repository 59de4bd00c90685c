import { describe, expect, it } from 'vitest';
import type { Message, MessageConsumer } from '../../src/websocket/message.js';
import { MessageRecorder, RECORDED_BYTES_EACH, RECORDED_MESSAGES } from '../../src/websocket/message-recorder.js';

const AT = { packet: 7, at: 1e6, readyAt: 1e6 };
const message = (bytes: Uint8Array, facts: Partial<Message> = {}): Message => ({
  opcode: 1,
  bytes,
  whole: true,
  length: bytes.length,
  wireBytes: bytes.length,
  compressed: false,
  readable: true,
  span: { first: AT, last: { ...AT, packet: 9 }, offset: 0, length: bytes.length },
  ...facts,
});

const listener = (): MessageConsumer & { heard: number; done: boolean } => ({
  heard: 0,
  done: false,
  message() {
    this.heard++;
  },
});

describe('the recorder of messages', () => {
  it('keeps copies, with the packet each begins in', () => {
    const recorder = new MessageRecorder(listener(), { bytes: 1000 });
    const refilled = new Uint8Array([104, 105]);
    recorder.message('client', message(refilled), AT);
    refilled.fill(0);
    expect(recorder.messages).toEqual([
      {
        from: 'client',
        opcode: 1,
        bytes: new Uint8Array([104, 105]),
        length: 2,
        whole: true,
        readable: true,
        first: AT,
      },
    ]);
  });

  it('keeps the beginning of a long one', () => {
    const recorder = new MessageRecorder(listener(), { bytes: 1e6 });
    recorder.message('server', message(new Uint8Array(RECORDED_BYTES_EACH + 1)), AT);
    expect(recorder.messages[0]).toMatchObject({ length: RECORDED_BYTES_EACH + 1 });
    expect(recorder.messages[0]!.bytes).toHaveLength(RECORDED_BYTES_EACH);
  });

  it('hands every message on until nobody listens, and is done when both are', () => {
    const next = listener();
    const recorder = new MessageRecorder(next, { bytes: 1 });
    recorder.message('client', message(new Uint8Array(2)), AT);
    recorder.message('client', message(new Uint8Array(2)), AT);
    expect(next.heard).toBe(2);
    expect([recorder.messages.length, recorder.omitted, recorder.done]).toEqual([1, 1, false]);
    next.done = true;
    recorder.message('client', message(new Uint8Array(2)), AT);
    expect([next.heard, recorder.omitted, recorder.done]).toEqual([2, 2, true]);
  });

  it('stops at so many of a session, and when all sessions together have had enough', () => {
    const budget = { bytes: 1e9 };
    const recorder = new MessageRecorder(listener(), budget);
    for (let index = 0; index < RECORDED_MESSAGES + 5; index++)
      recorder.message('client', message(new Uint8Array(1)), AT);
    expect([recorder.messages.length, recorder.omitted]).toEqual([RECORDED_MESSAGES, 5]);
    expect(budget.bytes).toBeLessThan(1e9 - RECORDED_MESSAGES);
    budget.bytes = 0;
    const other = new MessageRecorder(listener(), budget);
    other.message('client', message(new Uint8Array(1)), AT);
    expect(other.omitted).toBe(1);
  });
});
