import { describe, expect, it } from 'vitest';
import { reportOf } from '../../../wire/capture-report.js';
import { conversation } from '../../../wire/conversation.js';
import { close, frame, fromClient, text } from '../../../wire/websocket-frames.js';

const REQUEST =
  'GET / HTTP/1.1\r\nHost: a.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n';
const RESPONSE =
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n';

/** The client's window is closed for so long. */
const paused = (ms: number) =>
  conversation()
    .handshake()
    .client(REQUEST)
    .server(RESPONSE)
    .ack('client')
    .server(frame(text('x'.repeat(400))))
    .window('client', 0)
    .ack('client')
    .after(ms)
    .window('client', 512)
    .ack('client')
    .server(frame(text('more')))
    .ack('client')
    .client(fromClient(close(1000)))
    .server(frame(close(1000)))
    .bye('server');

describe('flow/paused-reader', () => {
  it('tells how long a reader stood still, and points at both packets', async () => {
    const { sessions } = await reportOf(paused(2500));
    expect(sessions[0]).toMatchObject({ outcome: 'ok', cause: null });
    const finding = sessions[0]?.findings.find(({ rule }) => rule === 'flow/paused-reader');
    expect(finding).toMatchObject({
      severity: 'warning',
      data: { reader: { side: 'client' }, times: { n: 1 } },
      evidence: [
        { packet: 8, note: 'window closed' },
        { packet: 9, note: 'window open again' },
      ],
    });
    const longest = finding?.data.longest;
    expect(longest?.type === 'duration' && Math.round(longest.ms)).toBe(2501);
  });

  it('says nothing of a short pause', async () => {
    const { sessions } = await reportOf(paused(400));
    expect(sessions[0]?.findings.map(({ rule }) => rule)).not.toContain('flow/paused-reader');
  });
});
