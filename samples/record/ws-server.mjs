// A WebSocket server for the recorders, of the library ws: performs the steps of ws-steps.mjs on each connection and,
// with --echo, says back what it hears.
//   node ws-server.mjs [options] [step…]
// On SIGTERM it says 1001 to everybody and ends; it writes its truth whenever a connection has ended.

import { parseArgs } from 'node:util';
import { WebSocketServer } from 'ws';
import { listen, perform, tallyFrames, writeTruth } from './ws-steps.mjs';

const { values, positionals: steps } = parseArgs({
  allowPositionals: true,
  options: {
    port: { type: 'string', default: '8080' },
    echo: { type: 'boolean', default: false },
    path: { type: 'string' },
    origin: { type: 'string' }, // the only Origin that is let in
    deflate: { type: 'string' }, // options of ws for permessage-deflate, as JSON
    'no-subprotocol': { type: 'boolean', default: false },
    'max-payload': { type: 'string' }, // bytes
    busy: { type: 'string' }, // milliseconds at a time in which the event loop does something else
    truth: { type: 'string' },
  },
});

const tally = tallyFrames();
const server = new WebSocketServer({
  port: Number(values.port),
  host: '::',
  perMessageDeflate: values.deflate === undefined ? false : JSON.parse(values.deflate),
  ...(values.path === undefined ? {} : { path: values.path }),
  ...(values.origin === undefined
    ? {}
    : { verifyClient: ({ origin }, answer) => answer(origin === values.origin, 403, 'Origin not allowed') }),
  ...(values['no-subprotocol'] ? { handleProtocols: () => false } : {}),
  ...(values['max-payload'] === undefined ? {} : { maxPayload: Number(values['max-payload']) }),
});

server.on('connection', (socket) => {
  const heard = listen(socket);
  if (values.echo) socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
  socket.on('close', () => writeTruth(values.truth, tally, heard));
  perform(socket, steps, heard);
});

if (values.busy !== undefined) {
  const nothing = new Int32Array(new SharedArrayBuffer(4));
  setInterval(() => Atomics.wait(nothing, 0, 0, Number(values.busy)), 20);
}

process.on('SIGTERM', () => {
  for (const socket of server.clients) socket.close(1001, 'server is shutting down');
  server.close(() => process.exit());
});
