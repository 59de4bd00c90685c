// Peers of SignalR, Centrifugo, WAMP, Phoenix and JSON-RPC: the clients are the real ones where there is one for Node, the servers are
// scripted from the specifications, since their programs are not to be had here.

import { bareClient, bareServer, hear, leave, library, ORIGIN, play, sleep, WebSocket } from './subprotocol-peers.mjs';

const RECORD_END = '\x1e';
const json = (socket, ...messages) => {
  for (const message of messages) socket.send(JSON.stringify(message));
};

// ——— SignalR ———

const signalrServer = ({ handshake = {}, closes } = {}) =>
  bareServer(undefined, (socket) => {
    const record = (message) => socket.readyState === 1 && socket.send(JSON.stringify(message) + RECORD_END);
    let open = false;
    socket.on('message', (data) => {
      if (!open) {
        open = true;
        record(handshake);
        if (handshake.error !== undefined) return socket.close(1000);
        setInterval(() => record({ type: 6 }), 1000);
        if (closes !== undefined) setTimeout(() => record({ type: 7, ...closes }), 1200);
        if (closes !== undefined) setTimeout(() => socket.close(1000), 1210);
        return;
      }
      for (const text of String(data).split(RECORD_END).filter(Boolean)) {
        const { type, invocationId, arguments: args } = JSON.parse(text);
        if (type === 1) record({ type: 3, invocationId, result: args[0] });
      }
    });
  });

/** The same in MessagePack: only what this scene needs, written by hand. */
const packedServer = () =>
  bareServer(undefined, (socket) => {
    let open = false;
    socket.on('message', (data) => {
      if (!open) {
        open = true;
        socket.send(Buffer.from(`{}${RECORD_END}`));
        return;
      }
      // [1, {}, "0", …] answered by [3, {}, "0", 2]: done, without a result; a Ping is left alone.
      if (data[1] >= 0x90 && data[2] === 1) socket.send(Uint8Array.from([6, 0x94, 3, 0x80, 0xa1, 0x30, 2]));
      const error = Buffer.from('Connection closed with an error.');
      setTimeout(() => {
        socket.send(
          Buffer.concat([
            Uint8Array.from([error.length + 5, 0x93, 7, 0xd9, error.length]),
            error,
            Uint8Array.from([0xc2]),
          ]),
        );
        socket.close(1000);
      }, 500);
    });
  });

const signalrClient = async (packed = false) => {
  const { HttpTransportType, HubConnectionBuilder, LogLevel } = await library('@microsoft/signalr');
  const builder = new HubConnectionBuilder()
    .withUrl(`${ORIGIN.replace('ws', 'http')}/hub`, {
      skipNegotiation: true,
      transport: HttpTransportType.WebSockets,
      WebSocket,
      headers: {},
    })
    .configureLogging(LogLevel.None);
  if (packed) {
    const { MessagePackHubProtocol } = await library('@microsoft/signalr-protocol-msgpack');
    builder.withHubProtocol(new MessagePackHubProtocol());
  }
  const connection = builder.build();
  connection.keepAliveIntervalInMilliseconds = 1000;
  connection.onclose((error) => {
    hear('close', error?.message ?? '');
    leave();
  });
  try {
    await connection.start();
    hear('answer', await connection.invoke('Echo', 'hello'));
  } catch (error) {
    hear('error', error.message);
    leave();
  }
  return connection;
};

// ——— Centrifugo ———

const centrifugoServer = ({ pong = true } = {}) =>
  bareServer(undefined, (socket) => {
    let connected = false;
    let waits = false;
    socket.on('message', (data) => {
      for (const line of String(data).split('\n')) {
        const command = JSON.parse(line);
        if (Object.keys(command).length === 0) {
          waits = false;
        } else if (!connected && command.connect === undefined) {
          socket.close(3501, 'bad request');
        } else if (command.connect !== undefined) {
          connected = true;
          json(socket, { id: command.id, connect: { client: '5a2f6d1c', version: '5.4.9', ping: 1, pong: true } });
          const pings = setInterval(() => {
            if (waits && pong) {
              clearInterval(pings);
              return socket.close(3012, 'no pong');
            }
            waits = true;
            if (socket.readyState === 1) socket.send('{}');
          }, 1000);
        } else if (command.subscribe?.channel === 'secret') {
          json(socket, { id: command.id, error: { code: 103, message: 'permission denied' } });
        } else if (command.subscribe !== undefined) {
          json(socket, { id: command.id, subscribe: {} });
          json(socket, { push: { channel: 'news', pub: { data: { text: 'hello' } } } });
        }
      }
    });
  });

/** In protobuf: the reply to connect (client "a", version "5", a ping every second, pongs wanted), and pings. */
const packedCentrifugo = () =>
  bareServer('centrifuge-protobuf', (socket) => {
    socket.once('message', () => {
      socket.send(Buffer.from('0e08012a0a0a0161120135380140 01'.replace(/ /g, ''), 'hex'));
      const pings = setInterval(() => socket.readyState === 1 && socket.send(Uint8Array.of(0)), 1000);
      socket.on('close', () => clearInterval(pings));
    });
  });

const centrifuge = async (packed = false) => {
  const { Centrifuge } = await library(packed ? 'centrifuge/build/protobuf' : 'centrifuge');
  const client = new Centrifuge(`${ORIGIN}/connection/websocket`, { websocket: WebSocket });
  client.on('connected', ({ transport }) => hear('connected', transport));
  client.on('disconnected', ({ code, reason }) => {
    hear('disconnected', `${code} ${reason}`);
    leave();
  });
  if (packed) {
    client.connect();
    return client;
  }
  const news = client.newSubscription('news');
  news.on('publication', ({ data }) => hear('publication', data.text));
  news.subscribe();
  client.connect();
  return client;
};

// ——— WAMP ———

/** wampy's own serializers, for both ends. */
const wampSerializer = async (name) => {
  const serializers = await library(`wampy/${name}Serializer.js`);
  return new (serializers[`${name}Serializer`] ?? serializers)();
};

const wampRouter = async (name) => {
  const serializer = await wampSerializer(name);
  bareServer(`wamp.2.${name.toLowerCase()}`, (socket) => {
    let queue = Promise.resolve();
    const say = async (message) => socket.send(await serializer.encode(message));
    const answer = async (data) => {
      const [type, id, , uri] = await serializer.decode(name === 'Json' ? String(data) : data);
      if (type === 1 && id !== 'realm1') {
        await say([3, { message: `no realm "${id}"` }, 'wamp.error.no_such_realm']);
        socket.close(1000);
      } else if (type === 1) await say([2, 9129137332, { roles: { broker: {}, dealer: {} } }]);
      else if (type === 32) await say([33, id, 5512315355]);
      else if (type === 48 && uri === 'com.example.add') await say([50, id, {}, [5]]);
      else if (type === 48) await say([8, 48, id, {}, 'wamp.error.no_such_procedure']);
      else if (type === 6) await say([6, {}, 'wamp.close.goodbye_and_out']);
    };
    socket.on('message', (data) => {
      queue = queue.then(() => answer(data));
    });
  });
};

const wampy = async (realm, name, { asksInVain = false } = {}) => {
  const { Wampy } = await library('wampy');
  const options = { realm, ws: WebSocket, autoReconnect: false, maxRetries: 0 };
  const client = new Wampy(`${ORIGIN}/ws`, { ...options, serializer: await wampSerializer(name) });
  try {
    await client.connect();
    hear('connected');
    await client.subscribe('com.example.news', () => {});
    const { argsList } = await client.call('com.example.add', [2, 3]);
    hear('sum', argsList[0]);
    if (asksInVain) await client.call('com.example.nothing', []).catch(({ errorUri }) => hear('error', errorUri));
    await client.disconnect();
  } catch (error) {
    hear('error', error.message);
  }
  leave();
};

// ——— Phoenix ———

const phoenixServer = ({ crashes = false } = {}) =>
  bareServer(undefined, (socket) => {
    socket.on('message', (data) => {
      const [join, ref, topic, event] = JSON.parse(String(data));
      const reply = (status, response) => json(socket, [join, ref, topic, 'phx_reply', { status, response }]);
      if (event === 'phx_join' && topic === 'room:secret') reply('error', { reason: 'unauthorized' });
      else reply('ok', {});
      if (event === 'phx_join' && topic === 'room:lobby') json(socket, [null, null, topic, 'news', { text: 'hello' }]);
      if (event === 'phx_join' && crashes) setTimeout(() => json(socket, [join, ref, topic, 'phx_error', {}]), 500);
      if (event === 'phx_join' && crashes) setTimeout(() => socket.close(1000), 600);
    });
  });

const phoenix = async (topic) => {
  const { Socket } = await library('phoenix');
  const socket = new Socket(`${ORIGIN}/socket`, {
    transport: WebSocket,
    heartbeatIntervalMs: 1000,
    reconnectAfterMs: () => 60_000,
  });
  socket.onClose(() => {
    hear('close');
    leave();
  });
  socket.connect();
  const channel = socket.channel(topic, {});
  channel.on('news', ({ text }) => hear('news', text));
  channel.onError(() => hear('channel error'));
  const leaveIt = () => channel.leave().receive('ok', () => socket.disconnect());
  channel
    .join()
    .receive('ok', () => setTimeout(leaveIt, 2500))
    .receive('error', ({ reason }) => {
      hear('refused', reason);
      setTimeout(() => socket.disconnect(), 300);
    });
};

play({
  server: {
    signalr: () => signalrServer(),
    'signalr-fails': () =>
      signalrServer({ closes: { error: 'Connection closed with an error.', allowReconnect: true } }),
    'signalr-refuses': () => signalrServer({ handshake: { error: "The protocol 'json' is not supported." } }),
    'signalr-packed': packedServer,
    centrifugo: () => centrifugoServer(),
    'centrifugo-packed': packedCentrifugo,
    wamp: () => wampRouter('Json'),
    'wamp-msgpack': () => wampRouter('Msgpack'),
    'wamp-cbor': () => wampRouter('Cbor'),
    phoenix: () => phoenixServer(),
    'phoenix-crashes': () => phoenixServer({ crashes: true }),
    'json-rpc': () =>
      bareServer('jsonrpc', (socket) => {
        socket.on('message', (data) => {
          const { id, method, params } = JSON.parse(String(data));
          const result =
            method === 'sum'
              ? { result: params[0] + params[1] }
              : { error: { code: -32601, message: 'Method not found' } };
          if (id !== undefined) json(socket, { jsonrpc: '2.0', id, ...result });
        });
      }),
  },
  client: {
    async signalr() {
      const connection = await signalrClient();
      await sleep(3500);
      await connection.stop();
    },
    'signalr-stays': () => signalrClient(),
    'signalr-packed': () => signalrClient(true),
    async centrifugo() {
      const client = await centrifuge();
      await sleep(3500);
      client.disconnect();
    },
    async 'centrifugo-packed'() {
      const client = await centrifuge(true);
      await sleep(3500);
      client.disconnect();
    },
    // The seed of many questions: a command before connect.
    'centrifugo-hasty'() {
      const socket = bareClient('/connection/websocket');
      socket.on('open', () => json(socket, { id: 1, subscribe: { channel: 'news' } }));
    },
    'centrifugo-mute'() {
      const socket = bareClient('/connection/websocket');
      socket.on('open', () => json(socket, { id: 1, connect: {} }));
    },
    wamp: () => wampy('realm1', 'Json'),
    'wamp-lost': () => wampy('realm2', 'Json'),
    'wamp-msgpack': () => wampy('realm1', 'Msgpack', { asksInVain: true }),
    'wamp-cbor': () => wampy('realm1', 'Cbor', { asksInVain: true }),
    'wamp-cbor-lost': () => wampy('realm2', 'Cbor'),
    phoenix: () => phoenix('room:lobby'),
    'phoenix-stranger': () => phoenix('room:secret'),
    'json-rpc'() {
      const socket = bareClient('/rpc', ['jsonrpc']);
      socket.on('open', async () => {
        json(
          socket,
          { jsonrpc: '2.0', id: 1, method: 'sum', params: [2, 3] },
          { jsonrpc: '2.0', method: 'log', params: ['hello'] },
        );
        await sleep(300);
        json(socket, { jsonrpc: '2.0', id: 2, method: 'product', params: [2, 3] });
        await sleep(300);
        socket.close(1000);
      });
    },
  },
});
