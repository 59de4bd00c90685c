/** Recorded sessions: what the applications themselves were told, and what every subprotocol shows when nothing is wrong. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { reportOf } from '../wire/analyze-sample.js';
import { SAMPLES } from '../wire/sample-table.js';

const sessionOf = async (name: string) => (await reportOf(`${name}.pcap`)).sessions[0]!;

interface Truth {
  told?: { what: string; detail: string }[];
}

/** Samples whose client noted the code and reason of the Close it got. */
const closes = readdirSync(`${SAMPLES}truth`).flatMap((file) => {
  const { told } = JSON.parse(readFileSync(`${SAMPLES}truth/${file}`, 'utf8')) as Truth;
  const close = told?.find(({ what }) => what === 'close')?.detail;
  const found = close === undefined ? null : /^(\d{4}) (.*)$/s.exec(close);
  return found === null ? [] : [{ name: file.replace('.json', ''), code: Number(found[1]), reason: found[2]! }];
});

/** Clients without a library for the subprotocol: they were told of every message of WebSocket. */
const plainClients = [
  'centrifugo-3012',
  'graphql-bad-request',
  'graphql-init-twice',
  'graphql-subscriber-exists',
  'json-rpc',
  'mqtt-keepalive',
  'mqtt5-keepalive',
  'socketio-no-pong',
  'stomp-heartbeat-missed',
  'stomp-heartbeat-spring',
  'stomp-pings-rabbitmq',
];

describe('recorded subprotocols', () => {
  it.each([
    ['stomp-healthy', 'stomp', '1.2'],
    ['mqtt-healthy', 'mqtt', '3.1.1'],
    ['mqtt5-healthy', 'mqtt', '5.0'],
    ['socketio-healthy', 'socket.io', 'Engine.IO 4'],
    ['socketio2-healthy', 'socket.io', 'Engine.IO 3'],
    ['graphql-healthy', 'graphql-transport-ws', null],
    ['graphql-older-healthy', 'graphql-ws', null],
    ['signalr-healthy', 'signalr', '1'],
    ['centrifugo-healthy', 'centrifugo', 'v2'],
    ['centrifugo-protobuf', 'centrifugo', 'v2'],
    ['socketio-polling-first', 'socket.io', 'Engine.IO 4'],
    ['wamp-healthy', 'wamp', '2'],
  ])('%s is understood as %s to the last message', async (name, subprotocol, version) => {
    const session = await sessionOf(name);
    expect(session).toMatchObject({ outcome: 'ok', cause: null, subprotocol: { name: subprotocol, version } });
    expect(session.subprotocol?.detail).toMatchObject({ errors: [], unreadMessages: 0 });
    expect(session.stages.find(({ stage }) => stage === 'subprotocol')).toMatchObject({ status: 'ok' });
    expect(session.timeline.some(({ layer }) => layer === subprotocol)).toBe(true);
  });

  it.each(['wamp-msgpack', 'wamp-cbor'])('%s tells what its JSON twin tells, and a call in vain', async (name) => {
    const { subprotocol } = await sessionOf(name);
    const twin = (await sessionOf('wamp-healthy')).subprotocol;
    expect(subprotocol).toMatchObject({
      version: '2',
      detail: {
        realm: twin?.detail.realm,
        goodbye: twin?.detail.goodbye,
        latency: { client: { samples: 3 }, server: null },
        errors: [{ event: 'ERROR', code: 'wamp.error.no_such_procedure', fatal: false }],
        unreadMessages: 0,
      },
    });
  });

  it('there are some to compare', () => {
    expect(closes.length).toBeGreaterThan(8);
  });

  it.each(closes)('$name closed with $code, as its client was told', async ({ name, code, reason }) => {
    const { websocket } = await sessionOf(name);
    const close = websocket?.close;
    // 1006 is what libraries make up where no Close came; it is never on the wire.
    if (code === 1006) expect(close?.from === 'server' ? close : null).toBeNull();
    else expect(close).toMatchObject({ code, reason });
  });

  it.each(plainClients)('%s: every message that its client was told of is counted, no other', async (name) => {
    const { told } = JSON.parse(readFileSync(`${SAMPLES}truth/${name}.json`, 'utf8')) as Truth;
    const { websocket } = await sessionOf(name);
    expect(websocket?.messages.server).toBe(told?.filter(({ what }) => what === 'message').length);
  });

  it('measures heart-beats and requests of a real broker', async () => {
    const { subprotocol } = await sessionOf('stomp-healthy');
    expect(subprotocol?.detail).toMatchObject({
      heartbeats: { client: { intervalMs: 1000, count: 4 }, server: { intervalMs: 1000, count: 4 } },
    });
    const mqtt = (await sessionOf('mqtt-healthy')).subprotocol;
    expect(mqtt?.detail).toMatchObject({ latency: { client: { samples: 2 }, server: { samples: 1 } } });
  });

  it('takes the subprotocol’s own goodbye for a good end, though no Close came', async () => {
    const [, second] = (await reportOf('mqtt5-taken-over.pcap')).sessions;
    expect(second).toMatchObject({ outcome: 'ok', cause: null, websocket: { close: null }, findings: [] });
    expect(second?.stages.at(-1)).toMatchObject({ stage: 'open', status: 'ok' });
  });

  it.each(['stomp-login', 'graphql-init-timeout', 'wamp-abort', 'wamp-cbor-abort', 'centrifugo-3501'])(
    '%s never was open: its handshake was not accepted',
    async (name) => {
      const { stage, stages } = await sessionOf(name);
      expect(stage).toBe('subprotocol');
      expect(stages.map((each) => `${each.stage} ${each.status}`)).toEqual([
        'tcp ok',
        'upgrade ok',
        'subprotocol failed',
        'close ok',
      ]);
    },
  );

  it('blames a missed heart-beat once, not its ERROR and its Close as well', async () => {
    const { findings } = await sessionOf('stomp-heartbeat-spring');
    expect(findings.filter(({ severity }) => severity === 'error').map(({ cause }) => cause)).toEqual([
      'stomp-heartbeat-missed',
    ]);
  });
});
