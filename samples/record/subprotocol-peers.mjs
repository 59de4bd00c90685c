// Shared by the peers of the subprotocol recorders: the libraries out of the folder in $PEERS, a bare server and client of ws for
// what no library does by itself, and what the client's application was told, written to $TRUTH when it ends.

import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(`${process.env.PEERS}/peers.js`);

/** A library by name; `old` for the generation before. */
export const library = async (name, old = false) => {
  if (old) return createRequire(`${process.env.PEERS}/old/peers.js`)(name);
  const loaded = await import(pathToFileURL(require.resolve(name)).href);
  return loaded.default !== undefined && Object.keys(loaded).length === 1 ? loaded.default : loaded;
};

export const { WebSocket, WebSocketServer } = require('ws');

export const ORIGIN = 'ws://chat.example.test:8080';
export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const told = [];

/** What the application of this peer gets to know. */
export const hear = (what, detail = '') => told.push({ what, detail: String(detail) });

/** Writes the truth down and ends the program. */
export const leave = async (ms = 300) => {
  await sleep(ms);
  if (process.env.TRUTH !== undefined) writeFileSync(process.env.TRUTH, `${JSON.stringify({ told }, null, 2)}\n`);
  process.exit();
};

/** A bare client; ends the program when the session has ended. */
export const bareClient = (path, protocols, options = {}) => {
  const socket = new WebSocket(ORIGIN + path, protocols, { perMessageDeflate: false, ...options });
  socket.on('close', (code, reason) => {
    hear('close', `${code} ${reason}`);
    leave();
  });
  socket.on('error', (error) => {
    hear('error', error.message);
    leave();
  });
  socket.on('message', (data, isBinary) => hear('message', isBinary ? `${data.length} bytes` : data));
  return socket;
};

/** A bare server that takes the subprotocol it is told and hands every connection on. */
export const bareServer = (protocol, onConnection) => {
  const server = new WebSocketServer({
    port: 8080,
    host: '::',
    perMessageDeflate: false,
    ...(protocol === undefined ? {} : { handleProtocols: () => protocol }),
  });
  server.on('connection', onConnection);
  return server;
};

/** Runs what the command line names: node <file> server|client <scenario>. */
export const play = (scenarios) => {
  const [, , role, name] = process.argv;
  const scenario = scenarios[role]?.[name];
  if (scenario === undefined) throw new Error(`no ${role} scenario ${name}`);
  return scenario();
};
