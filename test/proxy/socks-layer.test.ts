import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../src/bytes/hex.js';
import { looksLikeProxy } from '../../src/proxy/looks-like-proxy.js';
import { closedTunnel, type TunnelFacts } from '../../src/proxy/proxy-facts.js';
import { SocksLayer } from '../../src/proxy/socks-layer.js';
import type { StreamConsumer } from '../../src/stream/consumer.js';
import type { PerSide, Side } from '../../src/stream/side.js';

type Turn = readonly [Side, string];
const hex = (text: string) => fromHex(text)!;
const SINK = { event() {}, ordinary() {} };

interface Outcome {
  facts: TunnelFacts;
  /** What reached the layer behind it; undefined while that does not exist. */
  inside: PerSide<string> | undefined;
  midway: boolean | undefined;
  foreign: boolean;
}

/** Every chunk is one packet. */
function converse(chunks: readonly (readonly [Side, Uint8Array | number | 'fin'])[]): Outcome {
  const outcome: { inside: PerSide<number[]> | undefined; midway: boolean | undefined; foreign: boolean } = {
    inside: undefined,
    midway: undefined,
    foreign: false,
  };
  const layer = new SocksLayer(SINK, {
    open: (midway) => {
      const inside: PerSide<number[]> = { client: [], server: [] };
      outcome.inside = inside;
      outcome.midway = midway;
      return { bytes: (side, chunk) => inside[side].push(...chunk), gap() {}, end() {} } satisfies StreamConsumer;
    },
    over() {},
    foreign: () => {
      outcome.foreign = true;
    },
  });
  chunks.forEach(([side, chunk], index) => {
    const arrival = { packet: index + 1, at: index, readyAt: index };
    if (chunk === 'fin') layer.end(side, { kind: 'fin', arrival });
    else if (typeof chunk === 'number') layer.gap(side, { length: chunk, cause: 'not-captured', arrival });
    else layer.bytes(side, chunk, arrival);
  });
  const { inside, midway, foreign } = outcome;
  const told = inside && {
    client: toHex(Uint8Array.from(inside.client)),
    server: toHex(Uint8Array.from(inside.server)),
  };
  return { facts: layer.facts, inside: told, midway, foreign };
}

const whole = (turns: readonly Turn[]) => converse(turns.map(([side, text]) => [side, hex(text)]));

const HOST = '0b 65 78 61 6d 70 6c 65 2e 63 6f 6d'; // example.com
const CASES: readonly { name: string; turns: readonly Turn[]; facts: object; outcome: string | undefined }[] = [
  {
    name: 'SOCKS 5 without a login',
    turns: [
      ['client', '05 01 00'],
      ['server', '05 00'],
      ['client', `05 01 00 03 ${HOST} 01 bb`],
      ['server', '05 00 00 01 0a 00 00 01 10 00'],
    ],
    facts: { protocol: 'SOCKS5', target: 'example.com:443', user: null },
    outcome: 'granted',
  },
  {
    name: 'SOCKS 5 with a login',
    turns: [
      ['client', '05 02 00 02'],
      ['server', '05 02'],
      ['client', '01 05 61 6c 69 63 65 06 73 65 63 72 65 74'],
      ['server', '01 00'],
      ['client', '05 01 00 01 c0 00 02 01 1f 90'],
      ['server', '05 00 00 03 01 61 00 00'],
    ],
    facts: { target: '192.0.2.1:8080', user: 'alice' },
    outcome: 'granted',
  },
  {
    name: 'a login that is refused',
    turns: [
      ['client', '05 01 02'],
      ['server', '05 02'],
      ['client', '01 01 61 01 62'],
      ['server', '01 01'],
    ],
    facts: { user: 'a', reply: { code: 1, name: 'login refused' } },
    outcome: 'auth-required',
  },
  {
    name: 'no acceptable method',
    turns: [
      ['client', '05 01 00'],
      ['server', '05 ff'],
    ],
    facts: { reply: { name: 'no acceptable method' } },
    outcome: 'auth-required',
  },
  {
    name: 'SOCKS 5 to an IPv6 target that is unreachable',
    turns: [
      ['client', '05 01 00'],
      ['server', '05 00'],
      ['client', '05 01 00 04 20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01 00 50'],
      ['server', '05 04 00 01 00 00 00 00 00 00'],
    ],
    facts: { target: '[2001:db8::1]:80', reply: { code: 4, name: 'host unreachable' } },
    outcome: 'unreachable',
  },
  {
    name: 'SOCKS 5 against the rules of the proxy',
    turns: [
      ['client', '05 01 00'],
      ['server', '05 00'],
      ['client', '05 01 00 01 c0 00 02 01 1f 90'],
      ['server', '05 02 00 01 00 00 00 00 00 00'],
    ],
    facts: { reply: { name: 'connection not allowed by ruleset' } },
    outcome: 'refused',
  },
  {
    name: 'SOCKS 4',
    turns: [
      ['client', '04 01 1f 90 c0 00 02 01 6d 65 00'],
      ['server', '00 5a 00 00 00 00 00 00'],
    ],
    facts: { protocol: 'SOCKS4', target: '192.0.2.1:8080', user: 'me' },
    outcome: 'granted',
  },
  {
    name: 'SOCKS 4a that is refused',
    turns: [
      ['client', '04 01 1f 90 00 00 00 01 00 61 2e 62 00'],
      ['server', '00 5b 00 00 00 00 00 00'],
    ],
    facts: { protocol: 'SOCKS4a', target: 'a.b:8080', reply: { name: 'request rejected or failed' } },
    outcome: 'refused',
  },
  {
    name: 'a request without an answer',
    turns: [
      ['client', '05 01 00'],
      ['server', '05 00'],
      ['client', '05 01 00 01 c0 00 02 01 1f 90'],
    ],
    facts: { target: '192.0.2.1:8080', reply: undefined },
    outcome: undefined,
  },
];

const INSIDE: readonly Turn[] = [
  ['client', '47 45 54'],
  ['server', '48 54 54 50'],
];

describe('SocksLayer', () => {
  it.each(CASES)('tells $name', ({ turns, facts, outcome }) => {
    const told = whole([...turns, ...INSIDE]);
    if (outcome !== undefined) {
      expect(told.facts).toMatchObject(facts);
      expect(told.facts.reply?.outcome).toBe(outcome);
    } else expect(whole(turns).facts).toMatchObject(facts);
    expect(closedTunnel({ preambles: [], tunnels: [told.facts] }) === undefined).toBe(outcome === 'granted');
    expect(told.inside).toEqual(outcome === 'granted' ? { client: '474554', server: '48545450' } : undefined);
  });

  it.each(CASES.filter(({ outcome }) => outcome !== undefined))('tells the same byte by byte: $name', ({ turns }) => {
    const bytes = [...turns, ...INSIDE].flatMap(([side, text]) =>
      [...hex(text)].map((byte) => [side, Uint8Array.of(byte)] as const),
    );
    const { facts, ...rest } = converse(bytes);
    const expected = whole([...turns, ...INSIDE]);
    expect(rest).toEqual({ inside: expected.inside, midway: expected.midway, foreign: false });
    expect({ ...facts, steps: [], asked: 0, reply: facts.reply?.outcome }).toEqual({
      ...expected.facts,
      steps: [],
      asked: 0,
      reply: expected.facts.reply?.outcome,
    });
  });

  it('never keeps a password', () => {
    const { facts } = whole(CASES[1]!.turns);
    expect(JSON.stringify(facts)).not.toContain('secret');
  });

  it('holds what a hurried client sends until the way is open', () => {
    const told = whole([
      ['client', '05 01 00'],
      ['client', `05 01 00 03 ${HOST} 01 bb 16 03 01`],
      ['server', '05 00 05 00 00 01 0a 00 00 01 10 00 16 03 03'],
    ]);
    expect(told.inside).toEqual({ client: '160301', server: '160303' });
  });

  it('believes a client whose server was not captured that the way was opened', () => {
    const told = converse([
      ['client', hex('05 01 00')],
      ['client', hex(`05 01 00 03 ${HOST} 01 bb`)],
      ['client', hex('16 03 01')],
      ['client', 'fin'],
    ]);
    expect(told.facts).toMatchObject({ target: 'example.com:443', assumed: true, reply: undefined });
    expect(told.inside?.client).toBe('160301');
  });

  it('goes on from the middle where bytes of the handshake are missing', () => {
    const told = converse([
      ['client', hex('05 01 00')],
      ['server', 2],
      ['server', hex('48 54')],
    ]);
    expect(told).toMatchObject({ midway: true, inside: { server: '4854' } });
  });

  it('takes a server that answers in another tongue for no proxy', () => {
    const told = whole([
      ['client', '05 01 00'],
      ['server', '48 54 54 50'],
    ]);
    expect(told.foreign).toBe(true);
  });

  it('never throws', () => {
    const turn = fc.tuple(fc.constantFrom<Side>('client', 'server'), fc.uint8Array({ maxLength: 20 }));
    fc.assert(
      fc.property(fc.array(turn, { maxLength: 12 }), (turns) => {
        converse([['client', hex('05 01 00')], ['server', hex('05 00')], ...turns]);
      }),
      { numRuns: 200 },
    );
  });
});

describe('looksLikeProxy', () => {
  it.each([
    ['a greeting', '05 01 00', 'socks'],
    ['a greeting that goes on with a request', '05 01 00 05 01', 'socks'],
    ['half a greeting', '05 02 00', 'undecided'],
    ['a greeting of an unassigned method', '05 01 20', undefined],
    ['DCE/RPC', '05 00 0b 03 10 00', undefined],
    ['a request of SOCKS 4', '04 01 00 50 c0 00 02 01 00', 'socks'],
    ['a BIND of SOCKS 4', '04 02 00 50 c0 00 02 01 00', undefined],
    ['a ClientHello', '16 03 01 00 f0 01', undefined],
    ['an HTTP request', '47 45 54 20 2f', undefined],
    ['the beginning of a preamble', '50 52 4f', 'undecided'],
  ])('%s', (_, wire, expected) => expect(looksLikeProxy(hex(wire))).toBe(expected));
});
