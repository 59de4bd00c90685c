// WebSocket over HTTP/2 in clear (RFC 8441) for the recorders: Node's http2 carries the stream, the library ws speaks on it.
//   node h2c-peer.mjs server [--disabled] [--status N] [--goaway MS] [--flood BYTES]
//   node h2c-peer.mjs client URL [--sessions N] [--idle MS] [--deaf MS]
// The server echoes. With prior knowledge, without TLS, on port 8080.

import { connect, constants, createServer } from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import WebSocket from 'ws';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    disabled: { type: 'boolean', default: false }, // SETTINGS without ENABLE_CONNECT_PROTOCOL
    status: { type: 'string', default: '200' }, // the answer to an extended CONNECT
    goaway: { type: 'string' }, // milliseconds after the request until the server shuts the connection down
    flood: { type: 'string' }, // bytes that the server says at once
    sessions: { type: 'string', default: '1' },
    idle: { type: 'string', default: '0' }, // milliseconds of silence before the client says something more
    deaf: { type: 'string' }, // milliseconds for which the client reads nothing
  },
});
const [role, url] = positionals;

/** A WebSocket of the library on a stream that is open already. */
function onStream(stream, isServer) {
  const socket = new WebSocket(null, undefined, {});
  socket._isServer = isServer;
  stream.setNoDelay ??= () => {};
  socket.setSocket(stream, Buffer.alloc(0), { maxPayload: 2 ** 20, skipUTF8Validation: false });
  return socket;
}

function serve() {
  const server = createServer({ settings: values.disabled ? {} : { enableConnectProtocol: true } });
  server.on('sessionError', () => {});
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {});
    if (headers[':protocol'] !== 'websocket') {
      stream.respond({ ':status': 200, 'content-type': 'text/plain' });
      stream.end('a page\n');
      return;
    }
    if (values.status !== '200') {
      stream.respond({ ':status': Number(values.status) });
      stream.end('no WebSocket here\n');
      return;
    }
    stream.respond({ ':status': 200, server: 'node' });
    const socket = onStream(stream, true);
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
    if (values.flood !== undefined) socket.send(Buffer.alloc(Number(values.flood), 'x'));
    if (values.goaway !== undefined) setTimeout(() => leave(stream.session), Number(values.goaway));
  });
  server.listen(8080, '::');
}

async function leave(session) {
  session.goaway(constants.NGHTTP2_NO_ERROR, session.state.lastProcStreamID, Buffer.from('going down'));
  await sleep(200);
  session.socket.destroy();
}

async function call() {
  const session = connect(url);
  session.on('error', () => {});
  await new Promise((resolve) => session.once('remoteSettings', resolve));
  const page = session.request({ ':path': '/' });
  page.resume();
  await new Promise((resolve) => page.once('close', resolve));
  await Promise.all(Array.from({ length: Number(values.sessions) }, (_, index) => talk(session, index + 1)));
  session.close();
}

async function talk(session, number) {
  const stream = session.request(
    { ':method': 'CONNECT', ':protocol': 'websocket', ':path': `/room/${number}`, 'sec-websocket-version': '13' },
    { endStream: false },
  );
  const over = new Promise((resolve) => stream.once('close', resolve));
  stream.on('error', () => {});
  const status = await new Promise((resolve) => {
    stream.once('response', (headers) => resolve(headers[':status']));
    stream.once('close', () => resolve(undefined));
  });
  if (status !== 200) {
    stream.resume();
    return over;
  }
  const socket = onStream(stream, false);
  socket.on('error', () => {});
  socket.once('close', () => stream.close());
  socket.send(`hello ${number}`);
  if (values.deaf !== undefined) {
    socket.pause();
    await sleep(Number(values.deaf));
    socket.resume();
  }
  await new Promise((resolve) => {
    socket.once('message', resolve);
    socket.once('close', resolve);
  });
  await sleep(Number(values.idle));
  if (socket.readyState === WebSocket.OPEN) {
    socket.send(`goodbye ${number}`);
    await sleep(100);
    socket.close(1000, 'done');
  }
  return over;
}

if (role === 'server') serve();
else await call();
