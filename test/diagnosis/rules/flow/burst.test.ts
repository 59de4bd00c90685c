import { describe, expect, it } from 'vitest';
import { reportOf } from '../../../wire/capture-report.js';
import { type Conversation, conversation } from '../../../wire/conversation.js';
import { close, frame, fromClient, ping, pong, text } from '../../../wire/websocket-frames.js';

const REQUEST =
  'GET / HTTP/1.1\r\nHost: a.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n';
const RESPONSE =
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n';

const message = frame(text('x'.repeat(1000)));

const opened = () =>
  conversation()
    .handshake()
    .client(REQUEST)
    .server(RESPONSE)
    .ack('client')
    .server(frame(text('hello')))
    .ack('client');

const times = (count: number, talk: Conversation, step: (talk: Conversation) => Conversation): Conversation =>
  Array.from({ length: count }).reduce<Conversation>((told) => step(told), talk);

const ended = (talk: Conversation) =>
  talk
    .client(fromClient(close(1000)))
    .server(frame(close(1000)))
    .bye('server');

const notes = async (talk: Conversation) => {
  const { sessions } = await reportOf(talk);
  expect(sessions[0]).toMatchObject({ outcome: 'ok', cause: null });
  return sessions[0]!.findings.filter(({ rule }) => rule === 'flow/burst');
};

describe('flow/burst', () => {
  it('tells of a burst on which the reader closed its window', async () => {
    const talk = times(30, opened().after(3000), (told) => told.server(message))
      .window('client', 0)
      .ack('client');
    const [note] = await notes(ended(talk.after(300).window('client', 512).ack('client')));
    expect(note).toMatchObject({
      message: 'closed',
      severity: 'note',
      data: { sender: { side: 'server' }, reader: { side: 'client' }, messages: { n: 30 }, bytes: { bytes: 30_000 } },
      evidence: [
        { note: 'first message of the burst' },
        { note: 'last message of the burst' },
        { note: 'window closed' },
      ],
    });
    const silence = note!.data.silence;
    expect(silence?.type === 'duration' && Math.round(silence.ms / 10)).toBe(300);
  });

  it('tells of a burst behind which a ping had to wait', async () => {
    const pinged = (talk: Conversation, ms: number, id: string) =>
      talk
        .client(fromClient(ping(id)))
        .after(ms)
        .server(frame(pong(id)))
        .after(10);
    let talk = opened();
    for (const id of ['a', 'b', 'c', 'd']) talk = pinged(talk, 5, id);
    talk = times(30, talk.after(3000).client(fromClient(ping('e'))), (told) => told.server(message));
    const [note] = await notes(
      ended(
        talk
          .after(400)
          .server(frame(pong('e')))
          .ack('client'),
      ),
    );
    expect(note).toMatchObject({ message: 'late', data: { messages: { n: 30 } } });
  });

  it('says nothing of a burst that went through', async () => {
    expect(await notes(ended(times(30, opened().after(3000), (told) => told.server(message)).ack('client')))).toEqual(
      [],
    );
  });

  it('says nothing of a few messages, and of a stream without a silence before it', async () => {
    const few = times(19, opened().after(3000), (told) => told.server(message));
    expect(
      await notes(ended(few.window('client', 0).ack('client').after(90).window('client', 512).ack('client'))),
    ).toEqual([]);
    const stream = times(30, opened().after(500), (told) => told.server(message));
    expect(
      await notes(ended(stream.window('client', 0).ack('client').after(90).window('client', 512).ack('client'))),
    ).toEqual([]);
  });

  it('leaves what gathered behind a closed window to the reader that closed it', async () => {
    const gathered = opened().window('client', 0).ack('client').after(3000).window('client', 512).ack('client');
    const talk = times(30, gathered, (told) => told.server(message))
      .window('client', 0)
      .ack('client');
    expect(await notes(ended(talk.after(90).window('client', 512).ack('client')))).toEqual([]);
  });
});
