// Socket.IO peers, today's generation (4, Engine.IO 4) and the one before (2, Engine.IO 3), with short heart-beats.

import { createServer } from 'node:http';
import { bareClient, hear, leave, library, ORIGIN, play, sleep } from './subprotocol-peers.mjs';

const BEATS = { pingInterval: 1000, pingTimeout: 1000, perMessageDeflate: false };

/** A server that echoes and lets everybody in who brings the right token, or everybody. */
const serve = async (old, onConnection = () => {}) => {
  const http = createServer();
  const io = await library('socket.io', old);
  const server = old ? io(http, BEATS) : new io.Server(http, BEATS);
  server.use((socket, next) => {
    const { token } = old ? socket.handshake.query : socket.handshake.auth;
    next(token === 'expired' ? new Error('token expired') : undefined);
  });
  server.on('connection', (socket) => {
    socket.on('say', (text, answer) => answer?.(text));
    onConnection(socket);
  });
  http.listen(8080, '::');
};

const join = async (old, settings = {}) => {
  const io = await library('socket.io-client', old);
  const connect = old ? io : io.io;
  const socket = connect(ORIGIN.replace('ws', 'http'), {
    transports: ['websocket'],
    reconnection: false,
    perMessageDeflate: false,
    ...settings,
  });
  socket.on('connect', () => hear('connect'));
  for (const event of ['connect_error', 'error']) {
    socket.on(event, (error) => {
      hear(event, error.message ?? error);
      leave();
    });
  }
  socket.on('disconnect', (reason) => {
    hear('disconnect', reason);
    leave();
  });
  return socket;
};

const talk = async (old, settings) => {
  const socket = await join(old, settings);
  socket.on('connect', () => {
    socket.emit('say', 'hello', (text) => hear('answer', text));
    setTimeout(() => socket.close(), 4500);
  });
};

play({
  server: {
    today: () => serve(false),
    before: () => serve(true),
    'sends-away': () => serve(false, (socket) => setTimeout(() => socket.disconnect(), 700)),
  },
  client: {
    today: () => talk(false),
    before: () => talk(true),
    polling: () => talk(false, { transports: ['polling', 'websocket'] }),
    stranger: () => join(false, { auth: { token: 'expired' } }),
    // Says hello and is stopped from outside.
    sleeper: () => join(false),
    // A client of the generation before at a server of today.
    outdated: () => join(true),
    'unknown-sid'() {
      bareClient('/socket.io/?EIO=4&transport=websocket&sid=q8mGyq0Rl4dGLkqsAAAB');
    },
    // Reads, and answers no ping.
    async mute() {
      const socket = bareClient('/socket.io/?EIO=4&transport=websocket');
      socket.on('open', () => socket.send('40'));
      await sleep(0);
    },
  },
});
