// GraphQL peers: graphql-ws on both ends, bare clients that break its order, and the older subscriptions-transport-ws.

import {
  bareClient,
  bareServer,
  hear,
  leave,
  library,
  ORIGIN,
  play,
  sleep,
  WebSocket,
  WebSocketServer,
} from './subprotocol-peers.mjs';

const PROTOCOL = 'graphql-transport-ws';

const schema = async () => {
  const { GraphQLObjectType, GraphQLSchema, GraphQLString } = await library('graphql');
  const countdown = async function* () {
    for (const news of ['three', 'two', 'one']) {
      await sleep(400);
      yield { news };
    }
  };
  const forever = async function* () {
    await sleep(60_000);
    yield { silence: 'over' };
  };
  const field = (subscribe) => ({ type: GraphQLString, subscribe });
  return new GraphQLSchema({
    query: new GraphQLObjectType({ name: 'Query', fields: { hello: { type: GraphQLString, resolve: () => 'world' } } }),
    subscription: new GraphQLObjectType({
      name: 'Subscription',
      fields: { news: field(countdown), silence: field(forever) },
    }),
  });
};

const serve = async (settings = {}) => {
  const { useServer } = await library('graphql-ws/use/ws');
  const server = new WebSocketServer({ port: 8080, host: '::', path: '/graphql', perMessageDeflate: false });
  useServer({ schema: await schema(), connectionInitWaitTimeout: 1000, ...settings }, server);
};

/** Says these messages, each after the server's answer to the one before, or after half a second. */
const say = (protocol, ...messages) => {
  const socket = bareClient('/graphql', [protocol]);
  socket.on('open', async () => {
    for (const message of messages) {
      if (socket.readyState !== 1) return;
      socket.send(JSON.stringify(message));
      await sleep(300);
    }
  });
};

const INIT = { type: 'connection_init' };
const subscribe = (id) => ({ id, type: 'subscribe', payload: { query: 'subscription { silence }' } });

play({
  server: {
    open: () => serve(),
    guarded: () => serve({ onConnect: () => false }),
    // What subscriptions-transport-ws says to a client it does not want, and to one it does.
    older: () =>
      bareServer('graphql-ws', (socket) => {
        socket.on('message', (data) => {
          const { type, id, payload } = JSON.parse(String(data));
          const answer = (message) => socket.send(JSON.stringify(message));
          if (type === 'connection_init' && payload?.token === 'expired') {
            answer({ type: 'connection_error', payload: { message: 'token expired' } });
            setTimeout(() => socket.close(1011), 10);
          } else if (type === 'connection_init') {
            answer({ type: 'connection_ack' });
            answer({ type: 'ka' });
          } else if (type === 'start') {
            answer({ type: 'data', id, payload: { data: { news: 'hello' } } });
            answer({ type: 'complete', id });
          }
        });
      }),
  },
  client: {
    async healthy() {
      const { createClient } = await library('graphql-ws');
      const client = createClient({
        url: `${ORIGIN}/graphql`,
        webSocketImpl: class extends WebSocket {
          constructor(url, protocols) {
            super(url, protocols, { perMessageDeflate: false });
          }
        },
        keepAlive: 500,
      });
      for await (const { data } of client.iterate({ query: 'subscription { news }' })) hear('news', data.news);
      await client.dispose();
      leave();
    },
    'no-init'() {
      bareClient('/graphql', [PROTOCOL]);
    },
    hasty: () => say(PROTOCOL, subscribe('1')),
    stranger: () => say(PROTOCOL, INIT),
    twice: () => say(PROTOCOL, INIT, subscribe('1'), subscribe('1')),
    'init-twice': () => say(PROTOCOL, INIT, INIT),
    gibberish: () => say(PROTOCOL, INIT, { type: 'start', id: '1' }),
    async older() {
      const { SubscriptionClient } = await library('subscriptions-transport-ws');
      const options = { reconnect: false, lazy: false };
      const client = new SubscriptionClient(`${ORIGIN}/graphql`, options, WebSocket, 'graphql-ws');
      client.request({ query: 'subscription { news }' }).subscribe({
        next: ({ data }) => hear('news', data.news),
        complete: async () => {
          client.close();
          leave();
        },
      });
    },
    async 'older-stranger'() {
      const { SubscriptionClient } = await library('subscriptions-transport-ws');
      const options = { reconnect: false, connectionParams: { token: 'expired' } };
      const client = new SubscriptionClient(`${ORIGIN}/graphql`, options, WebSocket, 'graphql-ws');
      client.onError((error) => hear('error', error.message));
      client.onDisconnected(() => {
        hear('disconnected');
        leave();
      });
    },
  },
});
