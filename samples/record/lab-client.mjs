// A WebSocket client of the recorders (Node's `ws`): opens, sends, waits for the echoes, closes with 1000.
// What TLS may do is set by options; what it saw and counted is printed as one JSON object, for samples/truth.
import { readFileSync } from 'node:fs';
import tls from 'node:tls';
import { parseArgs } from 'node:util';
import WebSocket from 'ws';

const { values: wish, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    messages: { type: 'string', default: '3' },
    every: { type: 'string', default: '20' }, // milliseconds between two messages
    linger: { type: 'string', default: '0' }, // milliseconds between the last echo and the Close
    size: { type: 'string', default: '32' }, // octets of a message
    await: { type: 'string' }, // messages that must have come before the Close; as many as were sent, if not said
    connections: { type: 'string', default: '1' }, // one after the other; the later ones resume the first TLS session
    timeout: { type: 'string' }, // milliseconds for the whole opening handshake
    cookie: { type: 'string' }, // octets of a Cookie header
    ca: { type: 'string' },
    cert: { type: 'string' },
    key: { type: 'string' },
    min: { type: 'string' },
    max: { type: 'string' },
    alpn: { type: 'string' },
    ciphers: { type: 'string' },
    curves: { type: 'string' },
    ocsp: { type: 'boolean', default: false }, // asks for a stapled OCSP response
    'no-sni': { type: 'boolean', default: false },
  },
});
const [url] = positionals;
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
let session;

function tlsOptions() {
  const given = {
    ca: wish.ca && readFileSync(wish.ca),
    cert: wish.cert && readFileSync(wish.cert),
    key: wish.key && readFileSync(wish.key),
    minVersion: wish.min,
    maxVersion: wish.max,
    ALPNProtocols: wish.alpn?.split(','),
    ciphers: wish.ciphers,
    ecdhCurve: wish.curves,
    servername: wish['no-sni'] ? '' : undefined,
    requestOCSP: wish.ocsp || undefined,
    session,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** One session from the SYN to its end. */
async function talk() {
  const count = { sent: 0, sentBytes: 0, received: 0, receivedBytes: 0, close: null, error: null };
  const options = { handshakeTimeout: wish.timeout && Number(wish.timeout), perMessageDeflate: false };
  if (wish.cookie) options.headers = { Cookie: `session=${'0123456789abcdef'.repeat(Number(wish.cookie) / 16)}` };
  if (url.startsWith('wss:')) {
    options.createConnection = (connect) => {
      const socket = tls.connect({ ...connect, servername: connect.host, ...tlsOptions() });
      socket.on('session', (ticket) => {
        session = ticket;
      });
      return socket;
    };
  }
  const ws = new WebSocket(url, options);
  const ended = new Promise((done) => {
    ws.on('close', (code, reason) => {
      count.close = { code, reason: reason.toString() };
      done();
    });
  });
  ws.on('message', (data) => {
    count.received += 1;
    count.receivedBytes += data.length;
  });
  ws.on('error', (error) => {
    count.error = error.code ?? error.message;
  });
  ws.on('open', async () => {
    const total = Number(wish.messages);
    const expected = Number(wish.await ?? total);
    for (let n = 1; n <= total && ws.readyState === WebSocket.OPEN; n++) {
      const text = `message ${n} `.padEnd(Number(wish.size), 'abcdefgh');
      ws.send(text);
      count.sent += 1;
      count.sentBytes += text.length;
      await pause(Number(wish.every));
    }
    while (count.received < expected && ws.readyState === WebSocket.OPEN) await pause(10);
    await pause(Number(wish.linger));
    ws.close(1000, 'done');
  });
  await ended;
  return count;
}

const counts = [];
for (let n = 0; n < Number(wish.connections); n++) {
  if (n > 0) await pause(200);
  counts.push(await talk());
}
console.log(JSON.stringify(counts.length === 1 ? counts[0] : counts));
