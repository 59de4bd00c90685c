import { describe, expect, it } from 'vitest';
import { cutsOf, WebSocketDriver } from '../wire/websocket-driver.js';
import { binary, close, concat, frame, fromClient, hex, KEY, ping, pong, text } from '../wire/websocket-frames.js';

const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000);

describe('the examples of RFC 6455 5.7', () => {
  it.each([
    {
      name: 'unmasked text',
      side: 'server' as const,
      wire: '81 05  48 65 6c 6c 6f',
      texts: ['Hello'],
      frames: { text: 1 },
    },
    {
      name: 'masked text',
      side: 'client' as const,
      wire: '81 85  37 fa 21 3d  7f 9f 4d 51 58',
      texts: ['Hello'],
      frames: { text: 1 },
    },
    {
      name: 'fragmented unmasked text',
      side: 'server' as const,
      wire: '01 03  48 65 6c   80 02  6c 6f',
      texts: ['Hello'],
      frames: { text: 1, continuation: 1 },
    },
    { name: 'unmasked ping', side: 'server' as const, wire: '89 05  48 65 6c 6c 6f', texts: [], frames: { ping: 1 } },
    {
      name: 'masked pong',
      side: 'client' as const,
      wire: '8a 85  37 fa 21 3d  7f 9f 4d 51 58',
      texts: [],
      frames: { pong: 1 },
    },
    {
      name: '256 bytes of binary',
      side: 'server' as const,
      wire: `82 7e 01 00 ${'41'.repeat(256)}`,
      texts: ['A'.repeat(256)],
      frames: { binary: 1 },
    },
    {
      name: '64 KiB of binary',
      side: 'server' as const,
      wire: `82 7f 00 00 00 00 00 01 00 00 ${'42'.repeat(65536)}`,
      texts: ['B'.repeat(65536)],
      frames: { binary: 1 },
    },
  ])('decodes $name', ({ side, wire, texts, frames }) => {
    const octets = hex(wire);
    const trailing = side === 'client' ? fromClient(ping('x')).subarray(0, 3) : hex('81');
    for (const { cuts } of cutsOf(Math.min(octets.length, 400), SEED)) {
      for (const more of [new Uint8Array(0), trailing]) {
        const driver = new WebSocketDriver().sendCut(side, concat([octets, more]), cuts).end(side);
        expect(driver.texts()).toEqual(texts);
        expect(driver.facts.frames[side]).toMatchObject(frames);
        expect(driver.rules()).toEqual([]);
        expect(driver.facts.unfinishedFrame[side]?.seen).toBe(more.length === 0 ? undefined : more.length);
      }
    }
  });
});

describe('messages', () => {
  it('joins fragments around control frames', () => {
    const wire = [
      frame({ opcode: 1, fin: false, payload: 'He' }),
      frame(ping('now')),
      frame({ opcode: 0, fin: false, payload: 'll' }),
      frame({ opcode: 0, payload: 'o' }),
    ];
    for (const { cuts } of cutsOf(concat(wire).length, SEED)) {
      const driver = new WebSocketDriver().sendCut('server', concat(wire), cuts).end('server');
      expect(driver.texts()).toEqual(['Hello']);
      expect(driver.facts.messages.server).toBe(1);
      expect(driver.facts.pings.server.count).toBe(1);
      expect(driver.facts.messageSizes.server.largestBytes).toBe(5);
      expect(driver.facts.unfinishedMessage.server).toBe(false);
      expect(driver.events()).toEqual(['text', 'ping', 'continuation', 'continuation']);
    }
  });

  it('counts the same with and without somebody who reads', () => {
    const segments = [
      text('plain'),
      text('größer'),
      binary(new Uint8Array([255, 254])),
      text(''),
      text('x'.repeat(400)),
    ];
    for (const consume of [true, false]) {
      const driver = new WebSocketDriver({ consume });
      driver.send('client', ...segments.map(fromClient)).send('server', ...segments.map(frame));
      expect(driver.facts.messages).toEqual({ client: 5, server: 5 });
      expect(driver.facts.payloadBytes).toEqual({ client: 415, server: 415 });
      expect(driver.facts.messageSizes.client.largestBytes).toBe(400);
      expect(driver.facts.lastData.server?.packet).toBe(10);
      expect(driver.rules()).toEqual([]);
    }
  });

  it('says what was unfinished at the end', () => {
    const driver = new WebSocketDriver();
    driver.send(
      'server',
      frame({ opcode: 2, fin: false, payload: 'abc' }),
      frame({ opcode: 0, payload: 'de', announced: 9 }),
    );
    driver.end('server');
    expect(driver.facts.unfinishedMessage.server).toBe(true);
    expect(driver.facts.unfinishedFrame.server).toMatchObject({
      opcode: 0,
      expected: 9,
      seen: 2,
      arrival: { packet: 2 },
    });
    expect(driver.facts.messageSizes.server.largestBytes).toBe(5);
    expect(driver.facts.frames.server).toMatchObject({ binary: 1, continuation: 0 });
  });
});

describe('violations', () => {
  it.each([
    {
      name: 'a client that does not mask',
      side: 'client' as const,
      wire: [frame(text('x'))],
      rules: ['client-frame-unmasked'],
    },
    {
      name: 'a server that masks',
      side: 'server' as const,
      wire: [fromClient(text('x'))],
      rules: ['server-frame-masked'],
    },
    {
      name: 'opcode 3',
      side: 'server' as const,
      wire: [frame({ opcode: 3, payload: 'x' })],
      rules: ['reserved-opcode'],
    },
    { name: 'opcode 11', side: 'server' as const, wire: [frame({ opcode: 0xb })], rules: ['reserved-opcode'] },
    {
      name: 'RSV1',
      side: 'server' as const,
      wire: [frame({ rsv: 4, payload: 'x' })],
      rules: ['rsv-without-extension'],
    },
    {
      name: 'RSV2',
      side: 'server' as const,
      wire: [frame({ rsv: 2, payload: 'x' })],
      rules: ['rsv-without-extension'],
    },
    {
      name: 'a fragmented ping',
      side: 'server' as const,
      wire: [frame({ opcode: 9, fin: false, payload: 'x' })],
      rules: ['control-frame-fragmented'],
    },
    {
      name: 'a ping of 126 bytes',
      side: 'server' as const,
      wire: [frame(ping('x'.repeat(126))), frame(text('next'))],
      rules: ['control-frame-too-long'],
    },
    {
      name: 'a continuation without a start',
      side: 'server' as const,
      wire: [frame({ opcode: 0, payload: 'x' })],
      rules: ['continuation-without-start'],
    },
    {
      name: 'a message inside a message',
      side: 'server' as const,
      wire: [frame({ opcode: 1, fin: false, payload: 'x' }), frame(text('y'))],
      rules: ['data-frame-inside-message'],
    },
    {
      name: 'a length of 16 bits where 7 do',
      side: 'server' as const,
      wire: [frame({ opcode: 1, payload: 'x', lengthBits: 16 })],
      rules: ['length-not-minimal'],
    },
    {
      name: 'a length of 64 bits where 16 do',
      side: 'client' as const,
      wire: [fromClient({ opcode: 1, payload: 'x'.repeat(300), lengthBits: 64 })],
      rules: ['length-not-minimal'],
    },
    {
      name: 'the high bit of a length',
      side: 'server' as const,
      wire: [hex('82 7f  80 00 00 00 00 00 00 01  41 42'), frame(text('never read'))],
      rules: ['length-high-bit-set'],
    },
    {
      name: 'text that is no UTF-8',
      side: 'server' as const,
      wire: [frame(text(hex('48 c3 28')))],
      rules: ['invalid-utf8'],
    },
    {
      name: 'text cut inside a character',
      side: 'client' as const,
      wire: [fromClient(text(hex('48 c3')))],
      rules: ['invalid-utf8'],
    },
    {
      name: 'no UTF-8 across fragments',
      side: 'server' as const,
      wire: [frame({ opcode: 1, fin: false, payload: hex('e2 82') }), frame({ opcode: 0, payload: hex('28') })],
      rules: ['invalid-utf8'],
    },
    {
      name: 'a close reason that is no UTF-8',
      side: 'server' as const,
      wire: [frame({ opcode: 8, payload: hex('03 e8  ff fe') })],
      rules: ['invalid-utf8'],
    },
    {
      name: 'a close of one byte',
      side: 'server' as const,
      wire: [hex('88 01 03')],
      rules: ['close-payload-of-one-byte'],
    },
    {
      name: 'data after a close',
      side: 'server' as const,
      wire: [frame(close(1000)), frame(text('more')), frame(ping())],
      rules: ['data-after-close'],
    },
  ])('sees $name, however it is cut', ({ side, wire, rules }) => {
    for (const { cuts } of [
      ...cutsOf(concat(wire).length, SEED),
      { cuts: wire.map((_, at) => concat(wire.slice(0, at)).length) },
    ]) {
      const driver = new WebSocketDriver().sendCut(side, concat(wire), cuts).end(side);
      expect(driver.rules()).toEqual(rules);
      expect(driver.facts.corrupted).toBeUndefined();
      expect(driver.told.filter(({ event }) => event === 'violation')).toHaveLength(rules.length);
    }
    const without = new WebSocketDriver({ consume: false }).send(side, ...wire);
    expect(without.rules()).toEqual(rules);
  });

  it.each([0, 1, 999, 1004, 1005, 1006, 1015, 2000, 2999, 5000, 65535])('does not accept close code %i', (code) => {
    const driver = new WebSocketDriver().send('client', fromClient(close(code)));
    expect(driver.rules()).toEqual(['invalid-close-code']);
    expect(driver.facts.firstClose).toMatchObject({ from: 'client', code });
  });

  it.each([1000, 1001, 1003, 1007, 1014, 3000, 4999])('accepts close code %i', (code) => {
    expect(new WebSocketDriver().send('client', fromClient(close(code))).rules()).toEqual([]);
  });

  it('counts a habit in full and keeps a part of it', () => {
    const driver = new WebSocketDriver();
    for (let count = 0; count < 500; count++) driver.send('client', frame(text('x')));
    driver.send('server', frame(close(1)));
    expect(driver.facts.violationCount).toBe(501);
    expect(driver.facts.violations.length).toBe(21);
    expect(driver.rules()).toContain('invalid-close-code');
    expect(driver.facts.messages.client).toBe(500);
  });

  it('names the packets of a frame', () => {
    const octets = frame({ opcode: 3, payload: 'abcdef' });
    const driver = new WebSocketDriver().send('server', frame(text('one')), octets.subarray(0, 1), octets.subarray(1));
    expect(driver.facts.violations[0]?.span).toMatchObject({
      first: { packet: 2 },
      last: { packet: 3 },
      offset: 5,
      length: 8,
    });
  });
});

describe('the closing handshake', () => {
  it('gives 1005 to an empty body and keeps the first Close of each side', () => {
    const driver = new WebSocketDriver();
    driver
      .send('client', fromClient(close()))
      .send('server', frame(close(1001, 'go \u20ac')), frame(close(1011, 'late')));
    expect(driver.facts.closes.client).toMatchObject({ code: 1005, reason: '' });
    expect(driver.facts.closes.server).toMatchObject({
      code: 1001,
      reason: 'go \u20ac',
      span: { first: { packet: 2 } },
    });
    expect(driver.facts.firstClose?.from).toBe('client');
    expect(driver.rules()).toEqual([]);
  });

  it('lets the other side go on until its own Close', () => {
    const driver = new WebSocketDriver()
      .send('client', fromClient(close(1000)))
      .send('server', frame(text('x')), frame(close(1000)));
    expect(driver.rules()).toEqual([]);
    expect(driver.facts.messages.server).toBe(1);
  });

  it('replaces what is no UTF-8 in a reason', () => {
    const driver = new WebSocketDriver().send('server', frame({ opcode: 8, payload: hex('03 e8 41 ff 42') }));
    expect(driver.facts.firstClose?.reason).toBe('A\ufffdB');
  });
});

describe('a Close behind the end of the other side', () => {
  const ended = (before: (driver: WebSocketDriver) => void) => {
    const driver = new WebSocketDriver().send('server', frame(text('a')));
    before(driver);
    driver.layer.end('client', { kind: 'fin', arrival: driver.arrival() });
    return driver.send('server', frame(close(1002))).facts;
  };

  it('is known as one that began nothing', () => {
    const { firstClose, closedBehindEnd } = ended(() => {});
    expect(firstClose).toMatchObject({ from: 'server', code: 1002 });
    expect(closedBehindEnd).toBe(true);
  });

  it('answers the Close before that end', () => {
    const { firstClose, closedBehindEnd } = ended((driver) => void driver.send('client', fromClient(close(1000))));
    expect(firstClose).toMatchObject({ from: 'client', code: 1000 });
    expect(closedBehindEnd).toBe(false);
  });
});

describe('pings', () => {
  it('pairs by payload and measures', () => {
    const driver = new WebSocketDriver();
    driver
      .send('server', frame(ping('a')), frame(ping('b')))
      .send('client', fromClient(pong('a')), fromClient(pong('b')));
    const { server } = driver.facts.pings;
    expect(server).toMatchObject({
      count: 2,
      answered: 2,
      unanswered: [],
      rtts: [2e6, 2e6],
      minInterval: 1e6,
      maxInterval: 1e6,
    });
    expect(driver.told[2]).toMatchObject({ event: 'pong', from: 'client', packet: 3, data: { bytes: 1, rttNs: 2e6 } });
  });

  it('lets a pong answer all earlier pings too', () => {
    const driver = new WebSocketDriver();
    driver
      .send('client', fromClient(ping('a')), fromClient(ping('b')), fromClient(ping('c')))
      .send('server', frame(pong('b')));
    const { client } = driver.facts.pings;
    expect(client).toMatchObject({ count: 3, answered: 2, rtts: [2e6], longestWait: 3e6 });
    expect(client.unanswered.map(({ sent }) => sent.packet)).toEqual([3]);
  });

  it.each(['Close', 'FIN'])('takes no pong for an answer that comes after the %s of who pinged', (how) => {
    const driver = new WebSocketDriver().send('server', frame(ping('a')));
    if (how === 'Close') driver.send('server', frame(close(1011)));
    else driver.layer.end('server', { kind: 'fin', arrival: driver.arrival() });
    driver.send('client', fromClient(pong('a')));
    expect(driver.facts.pings.server).toMatchObject({ count: 1, answered: 0, rtts: [] });
    expect(driver.facts.pings.server.unanswered).toMatchObject([
      { sent: { packet: 1 }, latePong: driver.facts.lastFrame.client },
    ]);
  });

  it('remembers what the other side had said before the first Close', () => {
    const driver = new WebSocketDriver().send('client', fromClient(text('a'))).send('server', frame(text('b')));
    driver.send('server', frame(close(1011))).send('client', fromClient(text('c')));
    expect(driver.facts.heardBeforeClose?.packet).toBe(1);
    expect(driver.facts.lastData.client?.packet).toBe(4);
  });

  it('remembers the last frames from before the end, and not what came after it', () => {
    const driver = new WebSocketDriver().send('client', fromClient(text('a'))).send('server', frame(text('b')));
    expect(driver.facts.lastFrameBeforeEnd).toBeUndefined();
    driver.layer.end('server', { kind: 'fin', arrival: driver.arrival() });
    driver.send('client', fromClient(text('c')));
    const { lastFrame, lastFrameBeforeEnd } = driver.facts;
    expect([lastFrameBeforeEnd?.client?.packet, lastFrameBeforeEnd?.server?.packet]).toEqual([1, 2]);
    expect(lastFrame.client?.packet).toBe(3);
  });

  it('does not mind pongs that nobody asked for', () => {
    const driver = new WebSocketDriver().send('server', frame(pong('x'))).send('client', fromClient(ping('y')));
    expect(driver.rules()).toEqual([]);
    expect(driver.facts.pings.client).toMatchObject({
      count: 1,
      answered: 0,
      first: { packet: 2 },
      last: { packet: 2 },
    });
  });

  it('measures nothing where two pings look alike', () => {
    const driver = new WebSocketDriver()
      .send('server', frame(ping()), frame(ping()))
      .send('client', fromClient(pong()));
    expect(driver.facts.pings.server).toMatchObject({ count: 2, answered: 2, rtts: [] });
  });

  it('keeps the oldest of many that were never answered', () => {
    const driver = new WebSocketDriver();
    for (let count = 0; count < 1000; count++) driver.send('server', frame(ping(String(count))));
    const { server } = driver.facts.pings;
    expect(server.count - server.answered).toBe(1000);
    expect(server.unanswered.map(({ sent }) => sent.packet)).toEqual(Array.from({ length: 64 }, (_, at) => at + 1));
    driver.send('client', fromClient(pong('999')));
    expect(driver.facts.pings.server).toMatchObject({ answered: 1000, unanswered: [] });
  });
});

it('masks with a key of its own for every frame', () => {
  const driver = new WebSocketDriver().send(
    'client',
    frame({ opcode: 1, payload: 'abc', key: KEY }),
    frame({ opcode: 1, payload: 'def', key: [0, 1, 2, 255] }),
  );
  expect(driver.texts()).toEqual(['abc', 'def']);
});

it('judges an odd frame by what its own side sent behind it, not by its neighbours in the block', () => {
  for (const around of [0x45, 0xff, 0x00]) {
    const masked = frame({ opcode: 1, payload: 'masked by the server', key: KEY });
    const driver = new WebSocketDriver();
    driver.around = around;
    driver.sendInBlock('server', frame(text('plain')), masked);
    expect(driver.rules()).toEqual(['server-frame-masked']);
    expect(driver.facts.corrupted).toBeUndefined();
    expect(driver.texts()).toEqual(['plain', 'masked by the server']);
  }
});
