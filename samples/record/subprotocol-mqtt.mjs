// MQTT clients against a real broker: mqtt.js, and a bare one that promises a keep-alive and falls silent.

import { bareClient, bareServer, hear, leave, library, ORIGIN, play, sleep } from './subprotocol-peers.mjs';

const connect = async (settings = {}) => {
  const mqtt = await library('mqtt');
  const client = mqtt.connect(`${ORIGIN}/mqtt`, {
    clientId: 'reader-1',
    reconnectPeriod: 0,
    keepalive: 2,
    wsOptions: { perMessageDeflate: false },
    ...settings,
  });
  client.on('connect', () => hear('connect'));
  client.on('error', (error) => hear('error', `${error.code ?? ''} ${error.message}`));
  client.on('disconnect', ({ reasonCode }) => hear('disconnect', reasonCode));
  client.on('message', (topic, payload) => hear('message', `${topic} ${payload}`));
  return client;
};

const healthy = async (settings) => {
  const client = await connect(settings);
  client.on('connect', async () => {
    await client.subscribeAsync('news/#', { qos: 1 });
    await client.publishAsync('news/first', 'hello', { qos: 1 });
    await sleep(5000);
    client.publish('news/second', 'again');
    await sleep(200);
    client.end();
    leave(500);
  });
};

const stranger = async (settings) => {
  const client = await connect({ username: 'reader', password: 'wrong', ...settings });
  client.on('close', () => leave());
};

/** A CONNECT with a keep-alive of 2 s, and nothing after it. */
const silent = (level) => {
  const socket = bareClient('/mqtt', ['mqtt']);
  const body = [
    0,
    4,
    0x4d,
    0x51,
    0x54,
    0x54,
    level,
    0x02,
    0,
    2,
    ...(level === 5 ? [0] : []),
    0,
    5,
    0x71,
    0x75,
    0x69,
    0x65,
    0x74,
  ];
  socket.on('open', () => socket.send(Uint8Array.from([0x10, body.length, ...body])));
};

/** A broker of MQTT 5 that accepts everybody and throws them out as taken over: CONNACK, and DISCONNECT 0x8E a second later. */
const throwsOut = () =>
  bareServer('mqtt', (socket) => {
    socket.once('message', () => {
      socket.send(Uint8Array.from([0x20, 3, 0, 0, 0]));
      setTimeout(() => {
        socket.send(Uint8Array.from([0xe0, 2, 0x8e, 0]));
        socket.terminate();
      }, 1000);
    });
  });

play({
  server: { 'throws-out': throwsOut },
  client: {
    healthy: () => healthy({ protocolVersion: 4 }),
    healthy5: () => healthy({ protocolVersion: 5 }),
    stranger: () => stranger({ protocolVersion: 4 }),
    stranger5: () => stranger({ protocolVersion: 5 }),
    silent: () => silent(4),
    silent5: () => silent(5),
    async tenant() {
      const client = await connect({ protocolVersion: 5 });
      client.on('close', () => leave());
    },
    // A second client with the same identifier: mosquitto just ends the first connection.
    async twins() {
      const first = await connect({ protocolVersion: 5 });
      first.on('close', () => hear('first closed'));
      first.on('connect', async () => {
        await sleep(500);
        const second = await connect({ protocolVersion: 5 });
        second.on('connect', async () => {
          await sleep(500);
          second.end();
          leave(500);
        });
      });
    },
  },
});
