import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutsOf, WebSocketDriver } from '../wire/websocket-driver.js';
import { binary, close, concat, frame, fromClient, hex, ping, pong, text } from '../wire/websocket-frames.js';

const say = (index: number): string => `{"seq":${index},"text":"message number ${index}"}`;

describe('a hole inside a payload', () => {
  it('leaves the frame counted, the message not whole and the next boundary known', () => {
    const long = fromClient(text('0123456789'.repeat(20)));
    const driver = new WebSocketDriver().send('client', long.subarray(0, 50)).lose('client', 100);
    driver.send('client', long.subarray(150), fromClient(text('next'))).end('client');
    expect(driver.texts()[1]).toBe('next');
    expect(driver.messages.map(({ whole }) => whole)).toEqual([false, true]);
    expect(driver.facts).toMatchObject({
      frames: { client: { text: 2 } },
      messages: { client: 2 },
      brokenMessages: { client: 1 },
      payloadBytes: { client: 204 },
      outOfSync: { client: 0 },
      violationCount: 0,
    });
    expect(driver.told[0]).toMatchObject({
      event: 'gap',
      data: { bytes: 100, cause: 'not-captured', outOfSync: false },
    });
  });

  it('may end exactly with the payload', () => {
    const first = frame(text('0123456789'));
    const driver = new WebSocketDriver()
      .send('server', first.subarray(0, 5))
      .lose('server', first.length - 5, 'snap-length');
    driver.send('server', frame(text('next')));
    expect(driver.facts).toMatchObject({
      messages: { server: 2 },
      brokenMessages: { server: 1 },
      outOfSync: { server: 0 },
    });
    expect(driver.texts()[1]).toBe('next');
  });

  it('keeps the place of the mask', () => {
    const masked = fromClient(text('abcdefghijklmnop'));
    const driver = new WebSocketDriver()
      .send('client', masked.subarray(0, 7))
      .lose('client', 3)
      .send('client', masked.subarray(10));
    expect(driver.texts()).toEqual(['a']);
    expect(driver.facts.unfinishedMessage.client).toBe(false);
  });

  it('does not judge text, close reasons or codes that are not there', () => {
    const reason = frame(close(1000, 'größer'));
    const driver = new WebSocketDriver().send('server', frame(text('größer')).subarray(0, 5)).lose('server', 5);
    driver.send('server', reason.subarray(0, 3)).lose('server', reason.length - 3);
    expect(driver.rules()).toEqual([]);
    expect(driver.facts.firstClose).toMatchObject({ code: -1, reason: '' });
  });

  it('answers pings whose payload stands in a hole by length', () => {
    const driver = new WebSocketDriver().send('client', fromClient(ping('abcd')));
    driver.send('server', frame(pong('abcd')).subarray(0, 3)).lose('server', 3);
    expect(driver.facts.pings.client).toMatchObject({ count: 1, answered: 1, unanswered: [], rtts: [] });
  });
});

describe('a hole across a header', () => {
  for (const side of ['client', 'server'] as const) {
    const make = side === 'client' ? fromClient : frame;
    it(`finds the frames of the ${side} again and counts what it passed over`, () => {
      const driver = new WebSocketDriver().send(side, make(text(say(1))));
      const cut = make(binary(new Uint8Array(300).fill(7)));
      driver.lose(side, 100).send(side, cut.subarray(200), make(text(say(2))), make(text(say(3))), make(text(say(4))));
      driver.end(side);
      expect(driver.texts()).toEqual([say(1), say(2), say(3), say(4)]);
      expect(driver.facts).toMatchObject({
        outOfSync: side === 'client' ? { client: 1, server: 0 } : { client: 0, server: 1 },
        violationCount: 0,
        corrupted: undefined,
        frames: { [side]: { text: 4, binary: 0 } },
      });
      expect(driver.facts.unreadableBytes[side]).toBe(cut.length - 200);
      expect(driver.events().slice(0, 3)).toEqual(['text', 'gap', 'resynchronised']);
    });
  }

  it('begins inside a header: what stands before the hole is not read with what follows', () => {
    const driver = new WebSocketDriver().send('server', frame(text(say(1))), hex('82 7e 01')).lose('server', 300);
    driver.send('server', frame(text(say(2))), frame(text(say(3)))).end('server');
    expect(driver.texts()).toEqual([say(1), say(2), say(3)]);
    expect(driver.facts).toMatchObject({ outOfSync: { server: 1 }, unreadableBytes: { server: 3 }, violationCount: 0 });
  });

  it('takes up at once when the hole ends where a segment with a frame begins', () => {
    const driver = new WebSocketDriver().send('server', frame(text(say(1)))).lose('server', 37);
    driver.send('server', frame(text(say(2))), frame(close(1000)));
    expect(driver.texts()).toEqual([say(1), say(2)]);
    expect(driver.facts.unreadableBytes.server).toBe(0);
    expect(driver.facts.firstClose?.code).toBe(1000);
  });

  it('finds a Close that is all that follows', () => {
    const driver = new WebSocketDriver()
      .lose('server', 37)
      .send('server', frame(close(1001, 'bye')))
      .end('server');
    expect(driver.facts.firstClose).toMatchObject({ code: 1001, reason: 'bye' });
  });

  it('finds frames larger than what it keeps', () => {
    const driver = new WebSocketDriver().lose('server', 10);
    const large = concat([1, 2, 3, 4, 5, 6].map((octet) => frame(binary(new Uint8Array(200_000).fill(octet)))));
    for (let at = 0; at < large.length; at += 1448) driver.send('server', large.subarray(at, at + 1448));
    driver.end('server');
    expect(driver.facts.frames.server.binary).toBeGreaterThanOrEqual(2);
    expect(driver.facts.violationCount).toBe(0);
    expect(driver.facts.unreadableBytes.server + driver.facts.payloadBytes.server).toBeLessThanOrEqual(large.length);
  });

  it('does not hold a continuation against a message whose start was lost', () => {
    const rest = [
      frame({ opcode: 0, fin: false, payload: say(1) }),
      frame({ opcode: 0, payload: say(2) }),
      frame(text(say(3))),
    ];
    const driver = new WebSocketDriver().lose('server', 10).send('server', ...rest, frame({ opcode: 0, payload: 'x' }));
    expect(driver.rules()).toEqual(['continuation-without-start']);
    expect(driver.facts).toMatchObject({ messages: { server: 2 }, brokenMessages: { server: 1 } });
  });

  it('does not call pings unanswered whose pongs may be in the hole', () => {
    const driver = new WebSocketDriver().send('client', fromClient(ping('a'))).lose('server', 50);
    driver.send('server', frame(text(say(1))), frame(text(say(2)))).send('client', fromClient(ping('b')));
    expect(driver.facts.pings.client).toMatchObject({ count: 2, answered: 0, unseen: 1 });
    expect(driver.facts.pings.client.unanswered.map(({ sent }) => sent.packet)).toEqual([5]);
  });

  it('never finds frames in text, zeros or noise', () => {
    const filler = fc.oneof(
      fc.constant(new Uint8Array(3000)),
      fc.uint8Array({ minLength: 1000, maxLength: 3000 }),
      fc.string({ minLength: 500, maxLength: 2000 }).map((value) => new Uint8Array(Buffer.from(value))),
    );
    let found = 0;
    fc.assert(
      fc.property(filler, fc.constantFrom('client' as const, 'server' as const), (octets, side) => {
        const driver = new WebSocketDriver({ consume: false }).lose(side, 10).send(side, octets).end(side);
        expect(driver.facts.violationCount).toBe(0);
        if (driver.events().includes('resynchronised')) found++;
        else expect(driver.facts.unreadableBytes[side]).toBe(octets.length);
      }),
      { numRuns: 300 },
    );
    expect(found).toBeLessThanOrEqual(1);
  });
});

describe('structured data behind a hole', () => {
  const small = (bytes: number, most: number): Uint8Array => {
    const octets = new Uint8Array(12_000);
    const view = new DataView(octets.buffer);
    let state = 12345;
    for (let at = 0; at + 4 <= octets.length; at += bytes) {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      const value = Math.floor((state / 2 ** 32) * most);
      if (bytes === 2) view.setInt16(at, value - most / 2, true);
      else view.setUint32(at, value, true);
    }
    return octets;
  };
  it.each([
    { name: 'quiet sound', octets: small(2, 400) },
    { name: 'small numbers of 32 bits', octets: small(4, 300) },
    { name: 'text in UTF-16', octets: new Uint8Array(Buffer.from('Größe: ein Text, дом '.repeat(300), 'utf16le')) },
  ])('is not taken for frames: $name', ({ octets }) => {
    for (const side of ['client', 'server'] as const) {
      for (const extensionsKnown of [true, false]) {
        const driver = new WebSocketDriver({ extensionsKnown }).lose(side, 10);
        for (let at = 3; at < octets.length; at += 1448) driver.send(side, octets.subarray(at, at + 1448));
        expect(driver.end(side).events()).toEqual(['gap']);
      }
    }
  });
});

describe('any hole anywhere', () => {
  it('yields only messages that were sent, without blame, and whole ones again behind it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat({ max: 3 }), { minLength: 12, maxLength: 30 }),
        fc.nat(),
        fc.integer({ min: 1, max: 400 }),
        fc.boolean(),
        (kinds, where, length, masked) => {
          const side = masked ? 'client' : 'server';
          const make = masked ? fromClient : frame;
          const frames = kinds.map((kind, at) =>
            make(
              kind === 0
                ? text(say(at))
                : kind === 1
                  ? text(`große ${say(at)}`)
                  : kind === 2
                    ? ping(`p${at}`)
                    : text(say(at).repeat(9)),
            ),
          );
          const sent = new Set(
            kinds.map((kind, at) => (kind === 0 ? say(at) : kind === 1 ? `große ${say(at)}` : say(at).repeat(9))),
          );
          const all = concat(frames);
          const from = where % Math.floor(all.length / 2);
          const until = Math.min(all.length, from + length);
          const driver = new WebSocketDriver();
          let offset = 0;
          for (const octets of frames) {
            const end = offset + octets.length;
            if (offset < from) driver.send(side, octets.subarray(0, Math.min(octets.length, from - offset)));
            if (offset <= from && from < end) driver.lose(side, until - from);
            if (end > until) driver.send(side, octets.subarray(Math.max(0, until - offset)));
            offset = end;
          }
          driver.end(side);
          expect(driver.rules()).toEqual([]);
          expect(driver.facts.corrupted).toBeUndefined();
          for (const { whole, bytes } of driver.messages)
            if (whole) expect(sent).toContain(Buffer.from(bytes).toString());
          const last = kinds.findLastIndex((kind) => kind !== 2);
          if (all.length - until > 400) expect(driver.texts().at(-1)).toContain(say(last));
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('bytes that are no frames, without a hole', () => {
  const answer = 'HTTP/1.1 400 Bad Request\r\nContent-Length: 11\r\n\r\nBad Request';

  it('recognises HTTP text instead of a Close with RSV1, however it is cut', () => {
    const wire = concat([frame(text('ok')), new Uint8Array(Buffer.from(answer))]);
    for (const { cuts } of cutsOf(wire.length, 3)) {
      const driver = new WebSocketDriver().sendCut('server', wire, cuts).end('server');
      expect(driver.rules()).toEqual([]);
      expect(driver.facts.firstClose).toBeUndefined();
      expect(driver.facts.corrupted).toMatchObject({ from: 'server', http: true });
      expect(Buffer.from(driver.facts.corrupted!.preview).toString()).toMatch(/^HTTP\/1\./);
      expect(driver.facts.unreadableBytes.server).toBe(answer.length);
      expect(driver.events()).toEqual(['text', 'corrupted']);
    }
  });

  it('recognises a request of a client that does not know it has upgraded', () => {
    const driver = new WebSocketDriver().send(
      'client',
      new Uint8Array(Buffer.from('GET /next HTTP/1.1\r\nHost: a\r\n\r\n')),
    );
    expect(driver.facts.corrupted).toMatchObject({ from: 'client', http: true, arrival: { packet: 1 } });
    expect(driver.rules()).toEqual([]);
  });

  it('goes on with the frames behind it', () => {
    const driver = new WebSocketDriver().send('server', frame(text('ok')), new Uint8Array(Buffer.from(answer)));
    driver.send('server', frame(text(say(1))), frame(text(say(2))), frame(text(say(3))));
    expect(driver.texts()).toEqual(['ok', say(1), say(2), say(3)]);
    expect(driver.facts).toMatchObject({ corruptionCount: 1, violationCount: 0, outOfSync: { server: 0 } });
  });

  it('says corrupted once where a peer lost its place, not a thousand violations', () => {
    const body = Buffer.from(
      '<html><body>Some text that was written without a frame around it.</body></html>\n'.repeat(50),
    );
    const driver = new WebSocketDriver().send('server', frame(text('ok')), new Uint8Array(body)).end('server');
    expect(driver.facts.corrupted).toMatchObject({ from: 'server', http: false });
    expect(driver.facts.violationCount).toBeLessThan(3);
    expect(driver.facts.firstClose).toBeUndefined();
  });

  it('still sees a frame that breaks two rules and is a frame', () => {
    const driver = new WebSocketDriver().send(
      'server',
      frame({ opcode: 5, rsv: 7, payload: 'probe' }),
      frame(text('next')),
    );
    expect(driver.rules()).toEqual(['reserved-opcode', 'rsv-without-extension']);
    expect(driver.facts.corrupted).toBeUndefined();
    expect(driver.texts()).toEqual(['next']);
  });

  it('tells compressed messages that nobody agreed on from corruption', () => {
    const driver = new WebSocketDriver();
    for (let count = 0; count < 10; count++) {
      const octets = frame({ opcode: 1, rsv: 4, payload: hex('f2 48 cd c9 c9 07 00').slice(0, 7) });
      driver.send('server', octets.subarray(0, 5), octets.subarray(5));
    }
    expect(new Set(driver.rules())).toEqual(new Set(['rsv-without-extension']));
    expect(driver.facts).toMatchObject({ violationCount: 10, corrupted: undefined });
  });
});

describe('a capture that starts in the middle', () => {
  it('takes up frames at the first byte', () => {
    const driver = new WebSocketDriver({ midstream: true })
      .send('client', fromClient(text(say(1))))
      .send('server', frame(text(say(2))));
    expect(driver.texts()).toEqual([say(1), say(2)]);
    expect(driver.facts).toMatchObject({ midstream: true, outOfSync: { client: 0, server: 0 }, violationCount: 0 });
  });

  it('finds the first boundary when the first bytes stand inside a frame', () => {
    const cut = fromClient(binary(new Uint8Array(500).fill(1))).subarray(100);
    const driver = new WebSocketDriver({ midstream: true }).send(
      'client',
      cut,
      fromClient(text(say(1))),
      fromClient(text(say(2))),
    );
    expect(driver.texts()).toEqual([say(1), say(2)]);
    expect(driver.facts.unreadableBytes.client).toBe(cut.length);
    expect(driver.rules()).toEqual([]);
  });

  it('may start with a hole, whose bytes still count for the place of what follows', () => {
    const driver = new WebSocketDriver({ midstream: true }).lose('server', 50);
    driver.send('server', frame(text(say(1))), frame(text(say(2))), frame(text(hex('48 ff'))));
    expect(driver.texts().slice(0, 2)).toEqual([say(1), say(2)]);
    expect(driver.facts.violations[0]?.span.offset).toBe(50 + frame(text(say(1))).length + frame(text(say(2))).length);
  });

  it('accepts compressed messages without reading them', () => {
    const squeezed = ['f2 48 cd c9 c9 07 00', 'f2 00 11 00 00', 'ca 48 cd c9 01', 'f2 00 11', 'ca c9 c9 07 00 00'];
    const wire = squeezed.map((digits) => frame({ opcode: 1, rsv: 4, payload: hex(digits) }));
    const driver = new WebSocketDriver({ midstream: true }).send('server', concat(wire));
    expect(driver.messages).toHaveLength(5);
    expect(driver.messages.every(({ readable, bytes }) => !readable && bytes.length === 0)).toBe(true);
    expect(driver.facts).toMatchObject({ compressed: true, violationCount: 0, contextLost: { server: false } });
  });
});
