// HTTPS clients of the recorders without any WebSocket, by name: web-client.mjs SCENE ORIGIN CA.
import { readFileSync } from 'node:fs';
import http2 from 'node:http2';
import https from 'node:https';

const [scene, origin, caFile] = process.argv.slice(2);
const ca = readFileSync(caFile);
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

const get = (agent, path) =>
  new Promise((done, fail) => {
    const request = https.get(`${origin}${path}`, { agent, ca }, (response) => {
      response.resume().on('end', done);
    });
    request.on('error', fail);
  });

const SCENES = {
  // One connection, a small request at an interval.
  async polling() {
    const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
    for (let count = 0; count < 7; count++) {
      await get(agent, '/api');
      await sleep(2000);
    }
    agent.destroy();
  },
  // A new connection for each request.
  async 'polling-close'() {
    for (let count = 0; count < 4; count++) {
      await get(new https.Agent({ keepAlive: false }), '/api');
      await sleep(700);
    }
  },
  // Each answer takes as long as there is no news.
  async 'long-polling'() {
    const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
    for (let count = 0; count < 3; count++) await get(agent, '/wait');
    agent.destroy();
  },
  // One request, and the connection kept until the server ends it.
  async 'idle-keep-alive'() {
    const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
    await get(agent, '/api');
    await sleep(14_000);
  },
  // As gRPC does: one long stream both ways, pings of HTTP/2 in between, trailers at its end.
  async grpc() {
    const session = http2.connect(origin, { ca });
    const stream = session.request(
      { ':method': 'POST', ':path': '/chat.Chat/Watch', 'content-type': 'application/grpc', te: 'trailers' },
      { endStream: false },
    );
    stream.on('data', () => {});
    const pings = setInterval(() => session.ping(() => {}), 4000);
    for (let count = 0; count < 3; count++) {
      stream.write(Buffer.from('\x00\x00\x00\x00\x04\x0a\x02hi', 'latin1'));
      await sleep(4000);
    }
    stream.end();
    await new Promise((done) => stream.on('close', done));
    clearInterval(pings);
    session.close();
  },
};

await SCENES[scene]();
