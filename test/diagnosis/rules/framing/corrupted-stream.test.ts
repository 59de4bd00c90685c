import { describe, expect, it } from 'vitest';
import { corruptedStream } from '../../../../src/diagnosis/rules/framing/corrupted-stream.js';
import type { Session } from '../../../../src/session/session.js';
import { opened } from '../../sessions.js';
import { found, verdictOn } from '../../verdict.js';

const corrupted = (preview: string, http: boolean): Session => {
  const session = opened().message('server', 5).message('client', 5).fin('client').build();
  const arrival = session.websocket?.lastData.server;
  if (session.websocket !== undefined && arrival !== undefined) {
    session.websocket.corrupted = { from: 'server', arrival, preview: new TextEncoder().encode(preview), http };
  }
  return session;
};

describe('framing/corrupted-stream', () => {
  it('recognises HTTP text of a second writer', () => {
    const session = corrupted('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n', true);
    expect(found(corruptedStream, session)).toBe('ws-stream-corrupted error http');
    expect(verdictOn(session)).toBe('failed open ws-stream-corrupted');
  });

  it('shows other bytes as numbers', () => {
    expect(found(corruptedStream, corrupted('\x00\x00\x00\x12\x04', false))).toBe('ws-stream-corrupted error bytes');
  });

  it('blames nobody behind a hole in the capture', () => {
    const session = corrupted('HTTP/1.1 400 Bad Request', true);
    session.tcp.gaps.push({ side: 'server', length: 10, packet: 5, at: 0 });
    expect(found(corruptedStream, session)).toBe('nothing');
  });
});
