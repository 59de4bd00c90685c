// A WebSocket server of the recorders (Node's `ws`), plain or with TLS: echoes what comes, answers a GET with a page,
// and on request says something of its own at an interval. What each connection counted is printed as a JSON line.
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { parseArgs } from 'node:util';
import { WebSocketServer } from 'ws';

const { values: wish } = parseArgs({
  options: {
    port: { type: 'string' },
    cert: { type: 'string' },
    key: { type: 'string' },
    'client-ca': { type: 'string' }, // ask for a client certificate of this CA
    min: { type: 'string' },
    max: { type: 'string' },
    alpn: { type: 'string' },
    tick: { type: 'string' }, // milliseconds between two messages of the server's own
    ticks: { type: 'string', default: '1000000' }, // how many of them
    size: { type: 'string', default: '32' }, // octets of such a message
    page: { type: 'string' }, // file with the page that a GET is answered with
    mute: { type: 'boolean', default: false }, // no echoes
  },
});

const PAGE =
  '<!doctype html><title>wscope sample</title><link rel="icon" href="data:,"><p>A page, and nothing more.</p>\n';

function serve(_request, response) {
  response.setHeader('Content-Type', 'text/html');
  response.end(wish.page ? readFileSync(wish.page) : PAGE);
}

function listen() {
  if (!wish.cert) return http.createServer(serve);
  const options = { cert: readFileSync(wish.cert), key: readFileSync(wish.key) };
  if (wish.min) options.minVersion = wish.min;
  if (wish.max) options.maxVersion = wish.max;
  if (wish.alpn) options.ALPNProtocols = wish.alpn.split(',');
  if (wish['client-ca'])
    Object.assign(options, { requestCert: true, rejectUnauthorized: true, ca: readFileSync(wish['client-ca']) });
  return https.createServer(options, serve);
}

const server = listen();
new WebSocketServer({ server, perMessageDeflate: false }).on('connection', (ws) => {
  const count = { sent: 0, sentBytes: 0, received: 0, receivedBytes: 0, close: null, error: null };
  const say = (data) => {
    if (ws.readyState !== ws.OPEN) return;
    ws.send(data, { binary: false });
    count.sent += 1;
    count.sentBytes += data.length;
  };
  let ticks = 0;
  const ticker =
    wish.tick &&
    setInterval(() => {
      ticks += 1;
      if (ticks > Number(wish.ticks)) clearInterval(ticker);
      else say(Buffer.from(`tick ${ticks} `.padEnd(Number(wish.size), 'abcdefgh')));
    }, Number(wish.tick));
  ws.on('message', (data) => {
    count.received += 1;
    count.receivedBytes += data.length;
    if (!wish.mute) say(data);
  });
  ws.on('error', (error) => {
    count.error = error.code ?? error.message;
  });
  ws.on('close', (code, reason) => {
    clearInterval(ticker);
    count.close = { code, reason: reason.toString() };
    console.log(JSON.stringify(count));
  });
});
server.listen(Number(wish.port));
