// STOMP peers: stompjs against a real broker, bare clients that promise heart-beats and do not send them, and a server that
// behaves as Spring's simple broker does.

import { bareClient, bareServer, hear, leave, library, play, sleep, WebSocket } from './subprotocol-peers.mjs';

const BROKER = 'ws://chat.example.test:8080/ws';

const frame = (command, headers, body = '') =>
  `${[command, ...Object.entries(headers).map(([name, value]) => `${name}:${value}`)].join('\n')}\n\n${body}\0`;

const stompjs = async (settings) => {
  const { Client } = await library('@stomp/stompjs');
  const client = new Client({
    brokerURL: BROKER,
    webSocketFactory: () =>
      new WebSocket(BROKER, ['v12.stomp', 'v11.stomp', 'v10.stomp'], { perMessageDeflate: false }),
    connectHeaders: { login: 'guest', passcode: 'guest', host: '/' },
    reconnectDelay: 0,
    heartbeatIncoming: 1000,
    heartbeatOutgoing: 1000,
    ...settings,
  });
  client.onStompError = ({ headers }) => hear('ERROR', headers.message);
  client.onWebSocketClose = ({ code, reason }) => {
    hear('close', `${code} ${reason}`);
    leave();
  };
  client.activate();
  return client;
};

play({
  client: {
    async healthy() {
      const client = await stompjs({});
      client.onConnect = async () => {
        client.subscribe('/topic/news', ({ body }) => hear('message', body));
        client.publish({ destination: '/topic/news', body: 'hello' });
        await sleep(4500);
        client.publish({ destination: '/topic/news', body: 'again' });
        await sleep(300);
        client.deactivate();
      };
    },
    login: () => stompjs({ connectHeaders: { login: 'guest', passcode: 'wrong', host: '/' } }),
    // The broker falls silent (it is stopped): stompjs gives up after two intervals.
    silence: () => stompjs({ heartbeatOutgoing: 0 }),
    missing() {
      const socket = bareClient('/ws', ['v12.stomp']);
      socket.on('open', () => {
        const headers = {
          'accept-version': '1.2',
          host: '/',
          login: 'guest',
          passcode: 'guest',
          'heart-beat': '1000,0',
        };
        socket.send(frame('CONNECT', headers));
      });
    },
    // Pings of the WebSocket instead of heart-beats, and a goodbye after six intervals.
    'pinging-broker'() {
      const socket = bareClient('/ws', ['v12.stomp']);
      socket.on('open', async () => {
        const headers = {
          'accept-version': '1.2',
          host: '/',
          login: 'guest',
          passcode: 'guest',
          'heart-beat': '1000,0',
        };
        socket.send(frame('CONNECT', headers));
        setInterval(() => socket.readyState === 1 && socket.ping(), 700);
        await sleep(6000);
        socket.send(frame('DISCONNECT', {}));
      });
    },
    // Pings of the WebSocket all the time, and not one heart-beat.
    pinging() {
      const socket = bareClient('/ws', ['v12.stomp']);
      socket.on('open', () => {
        socket.send(
          frame('CONNECT', { 'accept-version': '1.2', host: 'chat.example.test', 'heart-beat': '1000,1000' }),
        );
        socket.send(frame('SUBSCRIBE', { id: '0', destination: '/topic/news' }));
        setInterval(() => socket.readyState === 1 && socket.ping(), 700);
      });
    },
  },
  server: {
    // ERROR and 1002 after three intervals without a heart-beat; heart-beats of its own all the while.
    spring: () =>
      bareServer('v12.stomp', (socket) => {
        let last = Date.now();
        socket.on('message', (data) => {
          last = Date.now();
          if (!String(data).startsWith('CONNECT')) return;
          socket.send(frame('CONNECTED', { version: '1.2', 'heart-beat': '1000,1000' }));
          const beat = setInterval(() => {
            if (Date.now() - last <= 3000) return socket.send('\n');
            clearInterval(beat);
            socket.send(frame('ERROR', { message: 'Session closed.', 'content-length': 0 }));
            socket.close(1002);
          }, 1000);
        });
      }),
  },
});
