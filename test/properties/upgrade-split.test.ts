/**
 * How TCP cuts an upgrade into segments says nothing about it: the request and its answer split at every byte, and merged
 * with their neighbours, give the same report.
 */
import { describe, expect, it } from 'vitest';
import { analyze } from '../../src/analyze.js';
import { memorySource } from '../../src/capture/capture-source.js';
import { type Conversation, conversation, pcapOf } from '../wire/conversation.js';
import { close, concat, frame, fromClient, text } from '../wire/websocket-frames.js';

const REQUEST =
  'GET /live?room=1 HTTP/1.1\r\nHost: chat.example.test\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n' +
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: a, b\r\n\r\n';
const SWITCH =
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
  'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: b\r\n\r\n';

const ANSWERS = {
  'a switch': SWITCH,
  'a wrong accept': SWITCH.replace('s3pP', 's3pQ'),
  'a refusal in chunks':
    'HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nOrigin\r\n8\r\n refused\r\n0\r\n\r\n',
  'a version': 'HTTP/1.1 426 Upgrade Required\r\nSec-WebSocket-Version: 13, 8\r\nContent-Length: 3\r\n\r\nno\n',
  'a redirect':
    'HTTP/1.1 301 Moved Permanently\r\nLocation: https://other.example.test/live\r\nContent-Length: 0\r\n\r\n',
  'an early hint, then a switch': `HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n${SWITCH}`,
};

/** What must not depend on segments: everything but packets and times. */
async function told(talk: Conversation): Promise<unknown> {
  const { report } = await analyze([memorySource('talk.pcap', pcapOf(talk))]);
  return report.sessions.map(({ outcome, stage, cause, confidence, verdict, url, upgrade, websocket, findings }) => ({
    outcome,
    stage,
    cause,
    confidence,
    verdict: verdict.replace(/\d[\d.]* (µs|ms|s)/g, 'some time'),
    url,
    request: { ...upgrade?.request, packet: 0, atMs: 0 },
    response: { ...upgrade?.response, packet: 0, atMs: 0 },
    subprotocol: upgrade?.subprotocol,
    problems: upgrade?.problems,
    frames: websocket?.frames,
    rules: findings.map(({ rule }) => rule),
  }));
}

const start = (): Conversation => conversation({ stepMs: 0.01 }).handshake();
const opens = (answer: string): boolean => answer.endsWith(SWITCH);

/** The end of the story: a message and a Close each way after a switch, the end of TCP after anything else. */
function end(talk: Conversation, answer: string): Conversation {
  if (!opens(answer)) return talk.bye('client');
  return talk
    .client(fromClient(text('hi')))
    .server(frame(text('ho')))
    .client(fromClient(close(1000)))
    .server(frame(close(1000)))
    .bye('server');
}

describe.each(Object.entries(ANSWERS))('an upgrade answered by %s', (_, answer) => {
  const whole = told(end(start().client(REQUEST).server(answer), answer));

  it('is the same with its request split at every byte', async () => {
    expect(await whole).toHaveLength(1);
    for (let at = 1; at < REQUEST.length; at++) {
      const talk = end(start().client(REQUEST.slice(0, at), REQUEST.slice(at)).server(answer), answer);
      expect(await told(talk), `split before byte ${at}`).toEqual(await whole);
    }
  });

  it('is the same with its answer split at every byte', async () => {
    for (let at = 1; at < answer.length; at++) {
      const talk = end(start().client(REQUEST).server(answer.slice(0, at), answer.slice(at)), answer);
      expect(await told(talk), `split before byte ${at}`).toEqual(await whole);
    }
  });

  it('is the same byte by byte', async () => {
    const talk = start()
      .client(...REQUEST)
      .server(...answer);
    expect(await told(end(talk, answer))).toEqual(await whole);
  });
});

describe('an upgrade', () => {
  it('is the same in one segment with the frames behind its answer', async () => {
    const bytes = (part: string) => Buffer.from(part, 'latin1');
    const merged = start()
      .client(REQUEST)
      .server(concat([bytes(SWITCH), frame(text('ho'))]))
      .client(concat([fromClient(text('hi')), fromClient(close(1000))]))
      .server(frame(close(1000)))
      .bye('server');
    const apart = start()
      .client(REQUEST)
      .server(SWITCH)
      .server(frame(text('ho')))
      .client(fromClient(text('hi')))
      .client(fromClient(close(1000)))
      .server(frame(close(1000)))
      .bye('server');
    expect(await told(merged)).toEqual(await told(apart));
  });

  it('is the same in one segment with the request before it', async () => {
    const page = 'GET /page HTTP/1.1\r\nHost: chat.example.test\r\n\r\n';
    const found = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello';
    const merged = start()
      .client(page + REQUEST)
      .server(found + SWITCH);
    const apart = start().client(page).server(found).client(REQUEST).server(SWITCH);
    expect(await told(end(merged, SWITCH))).toEqual(await told(end(apart, SWITCH)));
  });
});
