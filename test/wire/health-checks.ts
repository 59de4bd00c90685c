/** Health checks of a proxy at 10.9.0.1 for port 9009 of 10.9.0.2, as packets of screenplays. */
import { EXAMPLE_KEY } from '../../src/session/twins.js';
import { acceptFor } from '../../src/websocket/opening-handshake.js';
import { type Conversation, conversation } from './conversation.js';
import { head } from './http-conversation.js';

/** How a check ends: closed by its client, refused, or never answered; or ended by its client after a 101. */
export type CheckKind = 'fin' | 'rst' | 'refused' | 'silent' | 'upgraded';

/** A connection without a byte, of a proxy to the port that it checks. */
export const bare = (startMs: number, kind: CheckKind, clientPort: number): Conversation => {
  const talk = conversation({
    client: '10.9.0.1',
    server: '10.9.0.2',
    serverPort: 9009,
    startMs,
    clientPort,
    stepMs: 0.1,
  });
  if (kind === 'fin') return talk.handshake().bye('client');
  if (kind === 'upgraded') return talk.handshake().client(asks()).server(agrees()).rst('client');
  if (kind === 'rst') return talk.syn().synAck().rst('client');
  return kind === 'refused' ? talk.syn().rst('server') : talk.syn();
};

export const asks = (key = EXAMPLE_KEY): string =>
  head(
    'GET /room HTTP/1.1',
    'Host: chat.example.test',
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${key}`,
  );

export const agrees = (accept = acceptFor(EXAMPLE_KEY)): string =>
  head(
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${accept}`,
  );

/** One after the other, each begun so many milliseconds after the one before. */
export const series = (
  kinds: readonly CheckKind[],
  every: number | readonly number[] = 500,
  from = 0,
  port = 41000,
) => {
  let startMs = from;
  return kinds.map((kind, index) => {
    if (index > 0) startMs += typeof every === 'number' ? every : (every[index - 1] ?? 0);
    return bare(startMs, kind, port + index);
  });
};
export const times = (n: number, kind: CheckKind): CheckKind[] => new Array<CheckKind>(n).fill(kind);
