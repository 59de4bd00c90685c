/**
 * Captures of many sessions, as packets of screenplays: whole sessions that end in some way, and attempts that are
 * refused. For rules over the whole capture, and for how long ten thousand of them take.
 */
import { type Conversation, conversation, FLAG, type WirePacket } from './conversation.js';
import { close, frame, fromClient, text } from './websocket-frames.js';

/** RFC 6455 1.3. */
const request = ({ path = '/live', agent }: Life): string =>
  `GET ${path} HTTP/1.1\r\nHost: chat.example.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
  (agent === undefined ? '' : `User-Agent: ${agent}\r\n`) +
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n';
const RESPONSE =
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
  'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n';

export interface Life {
  startMs: number;
  client?: string;
  server?: string;
  port?: number;
  serverPort?: number;
  path?: string;
  agent?: string;
  /** Of a session: pauses between its messages, then the pause before its end. */
  talkMs?: readonly number[];
  /** Of a Close of the client. */
  code?: number;
  end?: 'fin' | 'leave' | 'close' | 'going-away' | 'none';
}

const begin = ({
  startMs,
  client = '10.0.0.1',
  server = '10.0.9.1',
  port = 40000,
  serverPort = 8080,
}: Life): Conversation => conversation({ startMs, client, server, clientPort: port, serverPort });

/** A session with a message both ways after each pause; the last pause is the silence before the end. */
export const lived = (life: Life): WirePacket[] => {
  const { talkMs = [10], end = 'close', code = 1000 } = life;
  const talk = begin(life).handshake().client(request(life)).server(RESPONSE).ack('client');
  for (const pause of talkMs.slice(0, -1)) {
    talk
      .after(pause)
      .client(fromClient(text('tick')))
      .server(frame(text('tock')))
      .ack('client');
  }
  talk.after(talkMs.at(-1) ?? 0);
  if (end === 'fin') talk.bye('server');
  if (end === 'leave') talk.bye('client');
  if (end === 'close')
    talk
      .client(fromClient(close(code)))
      .server(frame(close(code)))
      .bye('server');
  if (end === 'going-away')
    talk
      .server(frame(close(1001)))
      .client(fromClient(close(1001)))
      .bye('server');
  return talk.packets;
};

/** A SYN that is answered by a RST. */
export const refused = (life: Life): WirePacket[] => begin(life).syn().rst('server').packets;

/** A request that is answered by this status. */
export const rejected = (life: Life, status = 503): WirePacket[] =>
  begin(life)
    .handshake()
    .client(request(life))
    .server(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`)
    .bye('server').packets;

export const isSyn = ({ bytes }: WirePacket): boolean => bytes[47] === FLAG.syn;
