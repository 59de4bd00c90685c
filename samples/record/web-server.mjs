// An HTTPS server of the recorders without any WebSocket: pages, an API, a long answer, server-sent events, a download, an
// upload, and streams as gRPC makes them (HTTP/2, trailers, pings). HTTP/1.1 or h2, as ALPN agrees.
import { readFileSync } from 'node:fs';
import http2 from 'node:http2';
import { parseArgs } from 'node:util';

const { values: wish } = parseArgs({
  options: {
    port: { type: 'string' },
    cert: { type: 'string' },
    key: { type: 'string' },
    max: { type: 'string', default: 'TLSv1.3' },
    keep: { type: 'string', default: '5000' }, // milliseconds until an idle HTTP/1.1 connection is ended
  },
});

const server = http2.createSecureServer({
  allowHTTP1: true,
  cert: readFileSync(wish.cert),
  key: readFileSync(wish.key),
  maxVersion: wish.max,
});
server.keepAliveTimeout = Number(wish.keep);

const PAGES = {
  '/'(_request, response) {
    response.setHeader('Content-Type', 'text/html');
    response.end(`<!doctype html><title>wscope sample</title><link rel="icon" href="data:,"><ol></ol><script>
new EventSource('/events').onmessage = ({ data }) => document.querySelector('ol').append(data);
setInterval(() => fetch('/api'), 2000);
</script>
`);
  },
  '/api'(_request, response) {
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({ news: [], at: Date.now() }));
  },
  // The answer comes when there is news.
  '/wait'(request, response) {
    setTimeout(() => PAGES['/api'](request, response), 6000);
  },
  '/events'(_request, response) {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    let count = 0;
    const ticker = setInterval(() => response.write(`data: news ${++count}\n\n`), 1000);
    response.on('close', () => clearInterval(ticker));
  },
  '/file'(_request, response) {
    response.setHeader('Content-Type', 'application/octet-stream');
    response.end(Buffer.alloc(96 * 1024, 'wscope'));
  },
  '/upload'(request, response) {
    request.on('data', () => {});
    request.on('end', () => response.end('{}'));
  },
  // A stream of messages, each behind a flag and a length, and the status in the trailers.
  '/chat.Chat/Watch'(request, response) {
    response.writeHead(200, { 'content-type': 'application/grpc' });
    const message = Buffer.from('\x00\x00\x00\x00\x06\x0a\x04news', 'latin1');
    const ticker = setInterval(() => response.write(message), 1500);
    request.on('data', () => {});
    request.on('end', () => {
      clearInterval(ticker);
      response.addTrailers({ 'grpc-status': '0' });
      response.end(message);
    });
    response.on('close', () => clearInterval(ticker));
  },
};

server.on('request', (request, response) => {
  (PAGES[request.url] ?? PAGES['/'])(request, response);
});
server.listen(Number(wish.port));
