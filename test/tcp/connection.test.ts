import { describe, expect, it } from 'vitest';
import { conversation } from '../wire/conversation.js';
import { runOne, runTcp } from '../wire/tcp-run.js';

describe('a connection', () => {
  it('tells handshake, bytes and end', () => {
    const { said, ends, story, facts } = runOne(
      conversation().handshake().client('ping').server('pong').ack('client').bye('client'),
    );
    expect(said).toEqual({ client: 'ping', server: 'pong' });
    expect(ends).toEqual({ client: 'fin', server: 'fin' });
    expect(story).toEqual(['syn client 1', 'syn-ack server 2', 'established client 3', 'fin client 7', 'fin server 8']);
    expect(facts.handshakeRtt).toBe(2e6);
    expect(facts.endedBy).toBe('client');
    expect(facts.flows.client).toMatchObject({ bytes: 4, retransmissions: 0, outOfOrder: 0, finAcked: true });
    expect(facts.flows.client.rtt).toMatchObject({ samples: 1, min: 1e6 });
  });

  it('measures the handshake from the last SYN before the answer', () => {
    const { facts } = runOne(conversation().syn().after(999).again('client').after(9).synAck().ack('client'));
    expect(facts.syns).toHaveLength(2);
    expect(facts.flows.client.retransmissions).toBe(1);
    expect(facts.handshakeRtt).toBe(11e6);
  });

  it('keeps its sides when the SYN-ACK was recorded before the SYN', () => {
    const { facts, said } = runOne(conversation().syn().synAck().swapLast().ack('client').client('hi'));
    expect(facts.syns).toHaveLength(1);
    expect(facts.synAcks).toHaveLength(1);
    expect(said.client).toBe('hi');
  });

  it('is two connections when the ports are used again', () => {
    const talk = conversation().handshake().client('one').bye('client');
    const again = conversation({ startMs: 5000, clientSequence: 77_000 }).handshake().client('two');
    talk.packets.push(...again.packets);
    expect(runTcp(talk).map(({ said }) => said.client)).toEqual(['one', 'two']);
  });

  it('tells a refusal', () => {
    const { facts } = runOne(conversation().syn().rst('server'));
    expect(facts.refused?.packet).toBe(2);
    expect(facts).toMatchObject({ endedBy: 'server', end: 'rst' });
  });

  it('tells no refusal where the client has acknowledged an answer that was not captured', () => {
    const talk = conversation().handshake().client('hello').rst('server');
    talk.packets.splice(1, 1);
    expect(runOne(talk).facts).toMatchObject({ refused: undefined, endedBy: 'server', end: 'rst' });
  });

  it('tells a SYN that nobody answers as a timeout', () => {
    const { facts } = runOne(
      conversation().syn().after(1000).again('client').after(2000).again('client').after(4000).again('client'),
    );
    expect(facts.end).toBe('timeout');
    expect(facts.syns.map(({ packet }) => packet)).toEqual([1, 2, 3, 4]);
  });

  it('takes a SYN with another number on an open connection for a new one', () => {
    const talk = conversation().handshake().client('one');
    talk.packets.push(...conversation({ startMs: 50, clientSequence: 500_000 }).syn().packets);
    expect(runTcp(talk)).toHaveLength(2);
  });

  it('takes a SYN that was recorded last for that of the connection it opened', () => {
    const talk = conversation().handshake().client('one').server('two').bye('client');
    talk.packets.push({ ...talk.packets.shift()!, at: talk.packets.at(-1)!.at + 1e6 });
    expect(runTcp(talk).map(({ said }) => said)).toEqual([{ client: 'one', server: 'two' }]);
  });

  it('starts midway with what comes first', () => {
    const talk = conversation().handshake().client('unseen').server('half').client('more');
    talk.packets.splice(0, 4);
    const { said, facts } = runOne(talk);
    expect(said).toEqual({ client: 'more', server: 'half' });
    expect(facts.flows.client.missingBytes).toBe(0);
    expect(facts.gaps).toEqual([]);
  });

  it('tells the start of a direction that the peer acknowledged and the capture lacks as a gap', () => {
    const talk = conversation().handshake().client('abc').server('unseen').client('def').after(100).server('seen');
    talk.packets.splice(4, 1);
    talk.packets.splice(1, 1);
    const { said, facts } = runOne(talk);
    expect(said).toEqual({ client: 'abcdef', server: '[6]seen' });
    expect(facts.flows.server.missingBytes).toBe(6);
    expect(facts.flows.server.outOfOrder).toBe(0);
  });
});

describe('loss, order and copies', () => {
  it('delivers behind a retransmission, and calls it one', () => {
    const { said, facts, events } = runOne(
      conversation().handshake().client('a').drop().after(250).again('client').ack('server'),
    );
    expect(said.client).toBe('a');
    expect(facts.flows.client).toMatchObject({ bytes: 1, retransmissions: 1, copies: 0 });
    expect(events.find(({ event }) => event === 'retransmission')).toMatchObject({
      packet: 5,
      data: { kind: 'timeout', original: 4 },
    });
    expect(facts.flows.client.rtt.samples).toBe(0);
  });

  it('tells a copy by its identification, however late', () => {
    const { facts } = runOne(conversation().handshake().client('abc').copy(300).ack('server'));
    expect(facts.flows.client).toMatchObject({ bytes: 3, retransmissions: 0, copies: 1 });
  });

  it('tells copies without identification by time and timestamps', () => {
    const { facts } = runOne(
      conversation({ ipv6: true }).handshake().client('abc').copy(0.02).ack('server').copy(0.02),
    );
    expect(facts.flows.client).toMatchObject({ retransmissions: 0, copies: 1 });
    expect(facts.flows.server.duplicateAcks).toBe(0);
  });

  it('calls a packet that was overtaken out of order', () => {
    const { said, facts } = runOne(conversation().handshake().client('abc', 'def').swapLast().ack('server'));
    expect(said.client).toBe('abcdef');
    expect(facts.flows.client).toMatchObject({ outOfOrder: 1, retransmissions: 0 });
  });

  it('calls a hole filled by a later packet a retransmission whose original was lost before the capture', () => {
    const talk = conversation().handshake().client('abc').drop().lose().client('def').after(40);
    const { said, facts } = runOne(resend(talk, 'abc'));
    expect(said.client).toBe('abcdef');
    expect(facts.flows.client).toMatchObject({ outOfOrder: 0, retransmissions: 1 });
  });

  it('tells what was acknowledged and never captured as a gap', () => {
    const talk = conversation().handshake().client('abc').client('lost').lose().ack('server').after(100).client('def');
    const { said, facts } = runOne(talk);
    expect(said.client).toBe('abc[4]def');
    expect(facts.flows.client.missingBytes).toBe(4);
    expect(facts.gaps).toMatchObject([{ side: 'client', length: 4 }]);
  });

  it('tells what was neither captured nor acknowledged as lost on the way, not by the capture', () => {
    const talk = conversation().handshake().client('abc').ack('server').client('lost').drop().lose();
    const { said, facts } = runOne(talk.client('def').ack('server').after(6000).ack('server'));
    expect(said.client).toBe('abc[4]def');
    expect(facts.flows.client.missingBytes).toBe(0);
    expect(facts.gaps).toMatchObject([{ side: 'client', length: 4, cause: 'not-acknowledged' }]);
  });

  it('splits a hole at the acknowledgment: below it the capture lacks bytes, above it the network does', () => {
    const talk = conversation().handshake().client('abc').client('got').lose().client('lost').drop().lose();
    const { said, facts } = runOne(talk.client('def').ack('server'));
    expect(said.client).toBe('abc[3][4]def');
    expect(facts.gaps.map(({ cause }) => cause)).toEqual(['not-captured', 'not-acknowledged']);
  });

  it('waits for a packet that was recorded after its acknowledgment', () => {
    const { said, facts } = runOne(conversation().handshake().client('abc').ack('server').swapLast().client('def'));
    expect(said.client).toBe('abcdef');
    expect(facts.flows.client.missingBytes).toBe(0);
  });

  it('tells what the snap length cut as a gap', () => {
    const { said } = runOne(
      conversation()
        .handshake()
        .client('0123456789')
        .snap(14 + 20 + 32 + 4)
        .client('ab'),
    );
    expect(said.client).toBe('0123[6]ab');
  });

  it('counts duplicate ACKs only while data is outstanding', () => {
    const talk = conversation().handshake().client('a').drop().lose();
    talk.client('b').ack('server').ack('server').ack('server');
    const { facts } = runOne(talk);
    expect(facts.flows.server.duplicateAcks).toBe(3);
    expect(runOne(conversation().handshake().ack('server').ack('server')).facts.flows.server.duplicateAcks).toBe(0);
  });

  it('knows keep-alives', () => {
    const { facts } = runOne(
      conversation().handshake().client('abc').ack('server').after(10_000).keepAlive('client').ack('server'),
    );
    expect(facts.flows.client).toMatchObject({ keepAlives: 1, retransmissions: 0, bytes: 3 });
    expect(facts.flows.server.duplicateAcks).toBe(0);
  });

  it('counts a closed window once, until it opens', () => {
    const { facts, story } = runOne(
      conversation()
        .handshake()
        .client('abc')
        .window('server', 0)
        .ack('server')
        .ack('server')
        .window('server', 9)
        .ack('server'),
    );
    expect(facts.flows.server.zeroWindows).toBe(1);
    expect(story.filter((line) => line.includes('window'))).toEqual(['zero-window server 5', 'window-open server 7']);
  });

  it('says since when data stands unacknowledged, and how often it was sent again', () => {
    const talk = conversation().handshake().client('a').ack('server').after(1000).client('lost').drop();
    for (const wait of [200, 400, 800, 1600]) talk.after(wait).again('client');
    const { facts } = runOne(talk);
    expect(facts.end).toBe('timeout');
    expect(facts.flows.client.oldestUnacked?.packet).toBe(6);
    expect(facts.flows.client.repeats.map(({ packet }) => packet)).toEqual([7, 8, 9, 10]);
  });

  it('counts what a one-sided capture lacks', () => {
    const talk = conversation().handshake().client('abc').server('reply').client('def').server('reply').ack('client');
    const clientOnly = talk.packets.filter((_, index) => [0, 2, 3, 5, 7].includes(index));
    talk.packets.splice(0, talk.packets.length, ...clientOnly);
    const { said, facts } = runOne(talk);
    expect(said.client).toBe('abcdef');
    expect(facts.bothSides).toBe(false);
    expect(facts.flows.server.missingBytes).toBe(10);
  });

  it('ends with a RST, and says how far the other side was', () => {
    const { facts, ends } = runOne(conversation().handshake().client('abc').rst('server', 255));
    expect(facts).toMatchObject({ endedBy: 'server', end: 'rst' });
    expect(facts.flows.server).toMatchObject({ ttl: 64, rstTtl: 255 });
    expect(ends).toEqual({ server: 'rst', client: 'capture-end' });
  });

  it('tells from a RST alone what both sides said before it and the capture lacks', () => {
    const talk = conversation().handshake().client('abc').server('reply').client('defg').rst('client');
    talk.packets.splice(4, 2);
    const { said, facts } = runOne(talk);
    expect(said).toEqual({ client: 'abc[4]', server: '[5]' });
    expect(facts).toMatchObject({ endedBy: 'client', end: 'rst' });
  });

  it('tells from the RST of a side that was not captured otherwise how much is missing of it', () => {
    const talk = conversation().handshake().client('abc').server('reply').client('defg').rst('server');
    talk.packets.splice(4, 1);
    talk.packets.splice(1, 1);
    const { said, facts } = runOne(talk);
    expect(said).toEqual({ client: 'abcdefg', server: '[5]' });
    expect(facts).toMatchObject({ endedBy: 'server', end: 'rst' });
  });

  it('lists the last hole of a side however many there are', () => {
    const talk = conversation().handshake();
    for (let round = 0; round < 70; round++) talk.client('lost').lose().ack('server').after(50).client('seen');
    const { gaps } = runOne(talk).facts;
    expect(gaps).toHaveLength(64);
    expect(gaps.at(-1)!.at).toBeGreaterThan(69 * 50e6);
  });

  it('does not take a side for silent whose unseen bytes are acknowledged', () => {
    const talk = conversation().handshake().client('abc').ack('server').client('def').drop();
    for (let round = 0; round < 4; round++) talk.after(300).again('client');
    talk.server('unseen').lose().ack('client').after(100).ack('client');
    expect(runOne(talk).facts.end).toBe('none');
  });

  it('does not take the number of a FIN that was not captured for a missing byte', () => {
    const { said, facts } = runOne(
      conversation().handshake().client('abc').fin('server').fin('client').lose().ack('server'),
    );
    expect(said.client).toBe('abc');
    expect(facts.flows.client).toMatchObject({ missingBytes: 0, fin: undefined });
    expect(facts.gaps).toEqual([]);
  });

  it('counts a FIN that was sent again as a retransmission', () => {
    const { facts } = runOne(conversation().handshake().fin('client').drop().after(300).again('client').ack('server'));
    expect(facts.flows.client).toMatchObject({ retransmissions: 1, bytes: 0 });
  });
});

/** The client sends the bytes that were lost before the capture, as a new packet. */
function resend(talk: ReturnType<typeof conversation>, payload: string): ReturnType<typeof conversation> {
  const twin = conversation({ clientSequence: 1000 }).handshake().client(payload);
  const packet = twin.packets.at(-1)!;
  const bytes = Uint8Array.from(packet.bytes);
  const view = new DataView(bytes.buffer);
  view.setUint16(14 + 4, 109); // a newer identification
  view.setUint32(14 + 20 + 24, 90); // a newer timestamp
  talk.packets.push({ at: talk.packets.at(-1)!.at + 40e6, bytes });
  return talk.ack('server');
}
