// A WebSocket client for the recorders, of the library ws: connects, performs the steps of ws-steps.mjs, leaves.
//   node ws-client.mjs [options] URL [step…]
// It ends when the connection has ended, and prints how.

import { parseArgs } from 'node:util';
import WebSocket from 'ws';
import { listen, perform, tallyFrames, writeTruth } from './ws-steps.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    origin: { type: 'string' },
    subprotocol: { type: 'string', multiple: true },
    header: { type: 'string', multiple: true }, // 'Name: value'
    deflate: { type: 'string' }, // options of ws for permessage-deflate, as JSON
    'auto-pong': { type: 'string', default: 'yes' },
    version: { type: 'string', default: '13' }, // Sec-WebSocket-Version, 8 or 13
    patience: { type: 'string' }, // milliseconds to wait for the answer to the upgrade request
    truth: { type: 'string' },
  },
});
const [url, ...steps] = positionals;

const tally = tallyFrames();
const socket = new WebSocket(url, values.subprotocol ?? [], {
  origin: values.origin,
  headers: Object.fromEntries((values.header ?? []).map((line) => line.split(/: (.*)/s, 2))),
  perMessageDeflate: values.deflate === undefined ? false : JSON.parse(values.deflate),
  autoPong: values['auto-pong'] === 'yes',
  protocolVersion: Number(values.version),
  ...(values.patience === undefined ? {} : { handshakeTimeout: Number(values.patience) }),
});
const heard = listen(socket);
socket.on('unexpected-response', (request, response) => {
  console.log(`answered ${response.statusCode}`);
  if (response.statusCode === 101) return request.destroy();
  // Read to the end, so that it is the answer that stands in the capture and not our leaving.
  response.resume();
  const connection = request.socket;
  response.on('end', () => connection.destroy());
});
socket.on('close', (code) => {
  console.log(`closed ${code}`);
  writeTruth(values.truth, tally, heard);
});
socket.on('open', () => perform(socket, steps, heard));
