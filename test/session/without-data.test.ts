import { describe, expect, it } from 'vitest';
import { reportOf } from '../wire/capture-report.js';
import { type Conversation, conversation, FLAG, type WirePacket } from '../wire/conversation.js';

/** What is left of a conversation by the capture filter tcp[tcpflags] & (tcp-syn|tcp-fin|tcp-rst) != 0. */
const flagsOf = (talk: Conversation): WirePacket[] =>
  talk.packets.filter(({ bytes }) => (bytes[14 + 20 + 13]! & (FLAG.syn | FLAG.fin | FLAG.rst)) !== 0);

const talk = (): Conversation =>
  conversation().handshake().client('GET / HTTP/1.1\r\n\r\n').server('HTTP/1.1 204\r\n\r\n');

describe('a capture of SYN, FIN and RST alone', () => {
  it.each([
    { name: 'FIN', end: (of: Conversation) => of.fin('server').fin('client') },
    { name: 'RST', end: (of: Conversation) => of.rst('server') },
  ])('tells the end of a connection by $name, and that its data is missing', async ({ name, end }) => {
    const { sessions } = await reportOf(flagsOf(end(talk())));
    expect(sessions).toHaveLength(1);
    expect(sessions[0]).toMatchObject({ outcome: 'partial', cause: null });
    expect(sessions[0]!.verdict).toMatch(new RegExp(`^The server ended the connection by ${name} after`));
  });
});
