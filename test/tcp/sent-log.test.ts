import { describe, expect, it } from 'vitest';
import { AGAIN, SentLog } from '../../src/tcp/sent-log.js';

const filled = (segments: number): SentLog => {
  const log = new SentLog();
  for (let n = 0; n < segments; n++) log.log(n * 10, n * 10 + 10, n, n, n * 1000, n + 1);
  return log;
};

describe('SentLog', () => {
  it('takes the round trip from the newest segment an acknowledgment covers', () => {
    expect(filled(5).acknowledge(30, 9000)).toBe(7000);
  });

  it('gives no sample where the newest was sent twice (Karn)', () => {
    const log = filled(3);
    log.repeat(20, 30);
    expect(log.acknowledge(20, 6000)).toBe(5000);
    expect(log.acknowledge(30, 6000)).toBe(AGAIN);
  });

  it('gives no sample for an acknowledgment inside a segment', () => {
    expect(filled(3).acknowledge(5, 9000)).toBe(-1);
  });

  it('keeps what is in flight while it grows, and finds it by its bytes', () => {
    const log = filled(10);
    log.acknowledge(70, 1);
    for (let n = 10; n < 300; n++) log.log(n * 10, n * 10 + 10, n, n, n * 1000, n + 1);
    expect(log.packetAt(log.oldest())).toBe(8);
    expect(log.packetAt(log.find(1234))).toBe(124);
    expect(log.acknowledge(3000, 299_500)).toBe(500);
    expect(log.oldest()).toBe(-1);
  });

  it('forgets the oldest beyond its limit', () => {
    const log = filled(3000);
    expect(log.packetAt(log.oldest())).toBe(3000 - 1024 + 1);
    expect(log.find(5)).toBe(-1);
  });
});
