/**
 * Both directions of one connection: which protocols follow which, as far as they can be written anew. What is none of
 * them is cut off.
 */
import { CUT, type StreamOctets } from './flow-octets.js';
import type { Pseudonyms } from './pseudonyms.js';
import { redactHttp } from './redact-http.js';
import { looksLikeTls, redactTls } from './redact-tls.js';
import { areFrames, redactFrames } from './redact-websocket.js';
import { redactText } from './text-redaction.js';

/** Proxies inside each other. */
const MAX_NESTING = 4;

export const redactConnection = (client: StreamOctets, server: StreamOctets, names: Pseudonyms, nesting = 0): void => {
  if (nesting > MAX_NESTING) {
    cutBoth(client, server);
    return;
  }
  const preamble = /^PROXY [^\r\n]{0,100}\r\n/.exec(client.text(0, 120));
  if (preamble !== null) {
    client.write(0, redactText(client.octets.slice(0, preamble[0].length), names));
    redactConnection(client.from(preamble[0].length), server, names, nesting + 1);
    return;
  }
  if (looksLikeTls(client) || (client.length === 0 && looksLikeTls(server))) {
    redactTls(client, names);
    if (looksLikeTls(server)) redactTls(server, names);
    else if (isHttp(server)) redactHttp(server, 'server', names, () => false);
    else server.mark(0, server.length, CUT);
    return;
  }
  const isH2 = client.text(0, 3) === 'PRI';
  if (!isH2 && (isHttp(client) || isHttp(server))) redactExchanges(client, server, names, nesting);
  else if (!isH2 && [client, server].every((stream) => stream.length === 0 || areFrames(stream))) {
    redactFrames(client, names);
    redactFrames(server, names);
  } else cutBoth(client, server);
};

const isHttp = (stream: StreamOctets): boolean => /^(?:HTTP\/1\.\d |[A-Z]{3,10} \S)/.test(stream.text(0, 16));

/** Requests and responses until one of them switches to something else. */
const redactExchanges = (client: StreamOctets, server: StreamOctets, names: Pseudonyms, nesting: number): void => {
  // The responses tell which request switched; they are read first from a copy, since methods decide about bodies.
  const requests = redactHttp(client, 'client', names, ({ upgrade, method }) => upgrade || method === 'CONNECT');
  const methods = requests.map(({ method }) => method ?? '');
  let switched = false;
  const responses = redactHttp(
    server,
    'server',
    names,
    ({ status = 0 }, index) => {
      switched = status === 101 || (methods[index] === 'CONNECT' && status >= 200 && status < 300);
      return switched;
    },
    methods,
  );
  const clientEnd = requests.at(-1)?.end ?? 0;
  const serverEnd = responses.at(-1)?.end ?? 0;
  const last = responses.at(-1);
  if (switched && last?.status !== 101) {
    redactConnection(client.from(clientEnd), server.from(serverEnd), names, nesting + 1);
  } else if (switched || (server.length === 0 && areFrames(client.from(clientEnd)))) {
    redactFrames(client.from(clientEnd), names);
    redactFrames(server.from(serverEnd), names);
  } else if (clientEnd < client.length) {
    // Refused, and asked again: nothing switched.
    redactHttp(client.from(clientEnd), 'client', names, () => false);
  }
};

const cutBoth = (client: StreamOctets, server: StreamOctets): void => {
  client.mark(0, client.length, CUT);
  server.mark(0, server.length, CUT);
};
