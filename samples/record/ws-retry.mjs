// A client that does what HTTP clients do on 401: the same upgrade request again, with credentials and on the same
// connection. The library ws opens a connection for each try, so this one is Node's http and a Close of its own.
//   node ws-retry.mjs USER:PASSWORD URL

import { Agent, get } from 'node:http';

const [credentials, url] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const CLOSE_1000_MASKED = Buffer.from('88 82 37fa213d 3412'.replaceAll(' ', ''), 'hex');

function ask(extraHeaders, onResponse) {
  const request = get(url.replace(/^ws:/, 'http:'), {
    agent,
    headers: {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
      ...extraHeaders,
    },
  });
  request.on('response', onResponse);
  request.on('upgrade', (_response, socket) => {
    socket.write(CLOSE_1000_MASKED);
    socket.resume();
    socket.on('end', () => socket.end());
  });
}

ask({}, (response) => {
  response.resume();
  response.on('end', () => ask({ Authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }, () => {}));
});
