import http2 from 'node:http2';
import { Duplex } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Http2StreamFacts } from '../../src/http/h2-facts.js';
import { Http2Layer, MAX_BLOCK_BYTES, STREAMS_FOLLOWED } from '../../src/http/h2-layer.js';
import type { StreamConsumer } from '../../src/stream/consumer.js';
import type { Side } from '../../src/stream/side.js';
import {
  connect,
  data,
  ENABLE_CONNECT_PROTOCOL,
  END_HEADERS,
  END_STREAM,
  type Field,
  fieldBlock,
  frame,
  goaway,
  headers,
  PREFACE,
  reset,
  settings,
  windowUpdate,
} from '../wire/h2-frames.js';

interface Followed {
  facts: Http2StreamFacts;
  accepted: boolean;
  over: boolean;
  heard: string[];
}

/** A layer, and what became of its streams; every chunk is a packet, a millisecond after the one before. */
class Stage {
  readonly streams: Followed[] = [];
  readonly told: string[] = [];
  readonly layer: Http2Layer;
  private packet = 0;

  constructor(midway = false) {
    this.layer = new Http2Layer({
      midway,
      open: (facts) => {
        const followed = this.follow(facts);
        return {
          sink: { event: (_, event, from) => this.told.push(`${from} ${event} ${facts.id}`), ordinary() {} },
          accepted: () => {
            followed.accepted = true;
            return hearing(followed.heard);
          },
          over: () => {
            followed.over = true;
          },
        };
      },
      stranger: (facts) => hearing(this.follow(facts).heard),
      tell: (event, from) => this.told.push(`${from} ${event}`),
    });
    if (!midway) this.client(PREFACE, settings()).server(settings([ENABLE_CONNECT_PROTOCOL, 1]));
  }

  client(...chunks: Uint8Array[]): this {
    return this.say('client', chunks);
  }

  server(...chunks: Uint8Array[]): this {
    return this.say('server', chunks);
  }

  say(side: Side, chunks: readonly Uint8Array[]): this {
    for (const chunk of chunks) this.layer.bytes(side, chunk, this.arrive());
    return this;
  }

  lose(side: Side, length: number): this {
    this.layer.gap(side, { length, cause: 'not-captured', arrival: this.arrive() });
    return this;
  }

  wait(ms: number): this {
    this.packet += ms;
    return this;
  }

  private follow(facts: Http2StreamFacts): Followed {
    const followed: Followed = { facts, accepted: false, over: false, heard: [] };
    this.streams.push(followed);
    return followed;
  }

  private arrive() {
    const at = ++this.packet * 1e6;
    return { packet: this.packet, at, readyAt: at };
  }
}

/** One line for each stretch of bytes, gap or end. */
const hearing = (heard: string[]): StreamConsumer => ({
  bytes(side, chunk) {
    const text = Buffer.from(chunk).toString('latin1');
    const last = heard.at(-1);
    if (last?.startsWith(`${side}: `)) heard[heard.length - 1] = last + text;
    else heard.push(`${side}: ${text}`);
  },
  gap: (side, gap) => heard.push(`${side} gap ${gap.length} ${gap.cause}`),
  end: (side, ending) => heard.push(`${side} ${ending.kind}`),
});

const OK: Field[] = [[':status', '200']];

describe('Http2Layer', () => {
  it('follows an extended CONNECT from the request to the end', () => {
    const { streams, layer, told } = new Stage()
      .client(headers(1, connect()))
      .server(headers(1, OK))
      .client(data(1, 'ping'))
      .server(data(1, 'pong', END_STREAM))
      .client(reset(1, 8));
    expect(streams).toMatchObject([
      { accepted: true, over: true, heard: ['client: ping', 'server: pong', 'server fin', 'client stream-reset'] },
    ]);
    const { facts } = streams[0]!;
    expect(facts.exchange).toMatchObject({
      request: { method: 'CONNECT', target: '/chat', httpVersion: '2', cut: false, problems: [] },
      response: { status: 200, reason: '' },
    });
    expect(facts).toMatchObject({ id: 1, packets: 5, first: { packet: 4 }, last: { packet: 8 } });
    expect(facts.reset).toMatchObject({ from: 'client', code: 8, name: 'CANCEL' });
    expect(layer.facts).toMatchObject({ streams: 1, webSocketStreams: 1 });
    expect(layer.facts.settings.server?.enableConnectProtocol).toBe(1);
    expect(told).toEqual([
      'client settings',
      'server settings',
      'client request 1',
      'server response 1',
      'client rst-stream 1',
    ]);
  });

  it('gives an answer that was captured before its request to that request, and no other', () => {
    const { streams } = new Stage()
      .server(headers(3, OK))
      .client(headers(1, connect()), headers(3, connect()))
      .client(data(3, 'ping'));
    expect(streams).toMatchObject([
      { accepted: false, heard: [] },
      { accepted: true, heard: ['client: ping'] },
    ]);
  });

  it('counts other streams, and keeps nothing of them', () => {
    const { streams, layer } = new Stage()
      .client(
        headers(
          1,
          [
            [':method', 'GET'],
            [':path', '/'],
            [':scheme', 'https'],
          ],
          END_HEADERS | END_STREAM,
        ),
      )
      .server(headers(1, OK), data(1, 'page', END_STREAM))
      .client(
        headers(3, [
          [':method', 'CONNECT'],
          [':authority', 'a:1'],
        ]),
      );
    expect(streams).toEqual([]);
    expect(layer.facts).toMatchObject({ streams: 2, webSocketStreams: 0 });
  });

  it('keeps what a client says too early until it is accepted', () => {
    const { streams } = new Stage().client(headers(1, connect()), data(1, 'early')).server(headers(1, OK));
    expect(streams[0]?.heard).toEqual(['client: early']);
  });

  it('keeps interim responses apart, and the body of a refusal', () => {
    const { streams } = new Stage()
      .client(headers(1, connect()))
      .server(headers(1, [[':status', '103']]), headers(1, [[':status', '403']]), data(1, 'no', END_STREAM));
    const { exchange } = streams[0]!.facts;
    expect(streams[0]?.accepted).toBe(false);
    expect(exchange.interim).toMatchObject([{ status: 103 }]);
    expect(Buffer.from(exchange.response!.body.preview).toString()).toBe('no');
    expect(exchange.response!.body.complete).toBe(true);
  });

  it('takes padding, priority and continuations apart', () => {
    const block = fieldBlock(connect('/padded'));
    const padded = Buffer.concat([Buffer.of(3), Buffer.of(0, 0, 0, 0, 16), block.subarray(0, 20), Buffer.alloc(3)]);
    const { streams } = new Stage()
      .client(
        frame(0x1, 0x28, 1, padded),
        frame(0x9, 0, 1, block.subarray(20, 30)),
        frame(0x9, END_HEADERS, 1, block.subarray(30)),
      )
      .server(headers(1, OK), data(1, Buffer.concat([Buffer.of(2), Buffer.from('hi'), Buffer.alloc(2)]), 0x8));
    expect(streams[0]?.facts.exchange.request?.target).toBe('/padded');
    expect(streams[0]?.heard).toEqual(['server: hi']);
  });

  it('tells of GOAWAY, when it first came and what it said last', () => {
    const { layer, told } = new Stage()
      .client(headers(1, connect()))
      .server(goaway(0x7fffffff, 0), goaway(1, 0, 'bye'));
    expect(layer.facts.goaways.server).toMatchObject({
      lastStreamId: 1,
      name: 'NO_ERROR',
      debug: 'bye',
      arrival: { packet: 5 },
    });
    expect(told.slice(-2)).toEqual(['server goaway', 'server goaway']);
  });

  it('passes a hole inside DATA on, and knows what follows', () => {
    const wire = data(1, 'abcdefgh');
    const { streams, layer } = new Stage()
      .client(headers(1, connect()))
      .server(headers(1, OK), wire.subarray(0, 11))
      .lose('server', 4)
      .server(wire.subarray(15), data(1, 'next'));
    expect(streams[0]?.heard).toEqual(['server: ab', 'server gap 4 not-captured', 'server: ghnext']);
    expect(layer.facts.lost.server).toBe(false);
  });

  it('finds frames again behind a hole that swallowed headers, and says what it cannot know', () => {
    const { streams, layer } = new Stage()
      .client(headers(1, connect()))
      .server(headers(1, OK), data(1, 'one'))
      .lose('server', 30)
      .server(Buffer.from('rest of a frame'), data(1, 'two'), windowUpdate(1, 5));
    expect(streams[0]?.heard).toEqual(['server: one', 'server gap 0 capture-start', 'server: two']);
    expect(layer.facts.lost).toEqual({ client: false, server: true });
  });

  it('gives up a flood of continuations at its limit, and reads the next request', () => {
    const stage = new Stage().client(frame(0x1, 0, 1, fieldBlock(connect())));
    const part = Buffer.alloc(16_000);
    for (let sent = 0; sent <= MAX_BLOCK_BYTES; sent += part.length) stage.client(frame(0x9, 0, 1, part));
    stage.client(frame(0x9, END_HEADERS, 1, part), headers(3, connect('/next'))).server(headers(3, OK));
    expect(stage.layer.facts.overLimit).toBe(true);
    expect(stage.streams.map(({ facts }) => facts.id)).toEqual([3]);
  });

  it('follows so many streams and no more', () => {
    const stage = new Stage();
    const request = connect();
    for (let id = 1; id <= 2 * STREAMS_FOLLOWED + 9; id += 2) stage.client(headers(id, request), reset(id, 8));
    expect(stage.streams).toHaveLength(STREAMS_FOLLOWED);
    expect(stage.layer.facts.overLimit).toBe(true);
  });

  it('measures how long a window was used up', () => {
    const { streams, layer } = new Stage()
      .client(settings([0x4, 10]), headers(1, connect()))
      .server(headers(1, OK), data(1, '0123456789'))
      .wait(500)
      .client(windowUpdate(1, 100))
      .server(data(1, 'x'));
    expect(streams[0]?.facts.stalls.server).toMatchObject({ count: 1, longest: 501e6, since: undefined });
    expect(layer.facts.stalls.server.count).toBe(0);
  });

  it('says nothing of windows behind a hole', () => {
    const { streams } = new Stage()
      .client(settings([0x4, 10]), headers(1, connect()))
      .server(headers(1, OK), data(1, '0123456789'))
      .lose('client', 50);
    expect(streams[0]?.facts.stalls.server.since).toBeUndefined();
  });

  it('hands DATA of streams that are older than the capture to whoever can tell what it is', () => {
    const { streams, layer } = new Stage(true)
      .client(Buffer.from('inside a frame'), data(5, 'old'))
      .server(data(5, 'answer'))
      .client(headers(7, connect('/new')), data(5, '!'))
      .server(headers(7, OK));
    expect(streams.map(({ facts, heard }) => [facts.id, heard])).toEqual([
      [5, ['client: old', 'server: answer', 'client: !']],
      [7, []],
    ]);
    expect(layer.facts.midway).toBe(true);
  });

  const TALK: readonly (readonly [Side, Buffer])[] = [
    ['client', Buffer.concat([headers(1, connect('/one')), headers(3, connect('/two'))])],
    ['server', Buffer.concat([headers(3, OK), headers(1, OK), data(3, 'three')])],
    ['client', Buffer.concat([data(1, 'one'), frame(0x6, 0, 0, Buffer.alloc(8)), data(3, 'more', END_STREAM)])],
    ['server', Buffer.concat([data(1, 'x', END_STREAM), reset(3, 2), frame(0xfa, 0, 0, Buffer.from('grease'))])],
  ];
  const outcome = (cutter: (wire: Buffer) => Buffer[]) => {
    const stage = new Stage();
    for (const [side, wire] of TALK) stage.say(side, cutter(wire));
    return stage.streams.map(({ facts: { id, exchange }, heard, over }) => [id, exchange.request?.target, heard, over]);
  };

  it('tells the same however the bytes are cut', () => {
    const whole = outcome((wire) => [wire]);
    expect(whole).toEqual([
      [1, '/one', ['client: one', 'server: x', 'server fin'], false],
      [3, '/two', ['server: three', 'client: more', 'client fin', 'server stream-reset'], true],
    ]);
    expect(outcome((wire) => [...wire].map((octet) => Buffer.of(octet)))).toEqual(whole);
    fc.assert(
      fc.property(fc.infiniteStream(fc.integer({ min: 1, max: 40 })), (lengths) => {
        const cut = (wire: Buffer) => {
          const parts: Buffer[] = [];
          for (let at = 0; at < wire.length; ) {
            const { value } = lengths.next();
            parts.push(wire.subarray(at, at + value));
            at += value;
          }
          return parts;
        };
        expect(outcome(cut)).toEqual(whole);
      }),
      { numRuns: 60 },
    );
  });

  it('never throws, whatever the peers send and the capture lacks', () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 30 }),
      fc.tuple(fc.nat(10), fc.nat(255), fc.nat(5), fc.uint8Array({ maxLength: 20 })).map((parts) => frame(...parts)),
      fc.constant(headers(1, connect())),
      fc.nat(40),
    );
    const turn = fc.tuple(fc.constantFrom<Side>('client', 'server'), piece);
    fc.assert(
      fc.property(fc.boolean(), fc.array(turn, { maxLength: 20 }), (midway, turns) => {
        const stage = new Stage(midway);
        for (const [side, said] of turns) {
          if (typeof said === 'number') stage.lose(side, said);
          else stage.say(side, [said]);
        }
        stage.layer.release();
      }),
      { numRuns: 300 },
    );
  });

  it('reads what Node’s HTTP/2 says to itself', async () => {
    const wire: (readonly [Side, Buffer])[] = [];
    const [near, far] = tappedPair(wire);
    const server = http2.createServer({ settings: { enableConnectProtocol: true } });
    server.on('stream', (stream, head) => {
      stream.respond({ ':status': head[':path'] === '/no' ? 404 : 200, server: 'witness', 'x-long': 'y'.repeat(300) });
      if (head[':protocol'] === undefined) stream.end('page');
      else if (head[':path'] === '/no') stream.end('nothing here');
      else stream.on('data', (chunk: Buffer) => stream.end(Buffer.concat([chunk, chunk])));
    });
    server.emit('connection', far);
    const client = http2.connect('http://chat.example.test', { createConnection: () => near });
    await new Promise((resolve) => client.once('remoteSettings', resolve));
    const ask = (path: string, head: http2.OutgoingHttpHeaders, say?: string) =>
      new Promise<void>((resolve) => {
        const stream = client.request({ ':path': path, ...head }, { endStream: say === undefined });
        stream.on('close', () => resolve()).resume();
        if (say !== undefined) stream.end(say);
      });
    const extended = { ':method': 'CONNECT', ':protocol': 'websocket', cookie: 'a=b' };
    await ask('/page', {});
    await ask('/one', extended, 'hello');
    await ask('/no', extended, '');
    await ask('/two', extended, 'again');
    client.destroy();

    const stage = new Stage(false);
    const witness = new Http2Layer({
      midway: false,
      open: (facts) => {
        const followed: Followed = { facts, accepted: false, over: false, heard: [] };
        stage.streams.push(followed);
        return { sink: { event() {}, ordinary() {} }, accepted: () => hearing(followed.heard), over() {} };
      },
      stranger: () => hearing([]),
      tell() {},
    });
    wire.forEach(([side, chunk], index) => {
      witness.bytes(side, chunk, { packet: index, at: index, readyAt: index });
    });
    expect(
      stage.streams.map(({ facts: { id, exchange }, heard }) => [
        id,
        exchange.request?.target,
        exchange.response?.status,
        heard,
      ]),
    ).toEqual([
      [3, '/one', 200, ['client: hello', 'client fin', 'server: hellohello', 'server fin']],
      [5, '/no', 404, []],
      [7, '/two', 200, ['client: again', 'client fin', 'server: againagain', 'server fin']],
    ]);
    expect(stage.streams[2]?.facts.exchange.response?.headers).toContainEqual(['x-long', 'y'.repeat(300)]);
    expect(witness.facts).toMatchObject({ streams: 4, webSocketStreams: 3, cutHeads: { client: 0, server: 0 } });
  });
});

/** Two ends of a wire in memory; what goes over it is written down. */
function tappedPair(wire: (readonly [Side, Buffer])[]): [Duplex, Duplex] {
  const end = (side: Side, other: () => Duplex) =>
    new Duplex({
      read() {},
      write(chunk: Buffer, _encoding, done) {
        wire.push([side, Buffer.from(chunk)]);
        other().push(chunk);
        done();
      },
      final(done) {
        other().push(null);
        done();
      },
    });
  const near: Duplex = end('client', () => far);
  const far: Duplex = end('server', () => near);
  return [near, far];
}
