/**
 * Both directions of one connection: which protocols follow which, as far as they can be written anew. What is none of
 * them is cut off.
 */
import { CUT, type StreamOctets } from './flow-octets.js';
import type { Pseudonyms } from './pseudonyms.js';
import { type HttpMessage, redactHttp } from './redact-http.js';
import { redactSocks } from './redact-socks.js';
import { looksLikeTls, redactTls } from './redact-tls.js';
import { areFrames, redactFrames } from './redact-websocket.js';
import { isText, redactText } from './text-redaction.js';

/** Proxies inside each other. */
const MAX_NESTING = 4;

export const redactConnection = (client: StreamOctets, server: StreamOctets, names: Pseudonyms, nesting = 0): void => {
  if (nesting > MAX_NESTING) {
    cutBoth(client, server);
    return;
  }
  const preamble = /^PROXY [^\r\n]{0,100}\r\n/.exec(client.text(0, 120));
  if (preamble !== null) {
    client.write(0, Buffer.from(otherPreamble(preamble[0], names), 'latin1'));
    redactConnection(client.from(preamble[0].length), server, names, nesting + 1);
    return;
  }
  const binary = binaryPreamble(client, names);
  if (binary > 0) {
    redactConnection(client.from(binary), server, names, nesting + 1);
    return;
  }
  const socks = redactSocks(client, server, names);
  if (socks !== undefined) {
    redactConnection(client.from(socks.client), server.from(socks.server), names, nesting + 1);
    return;
  }
  if (looksLikeTls(client) || (client.length === 0 && looksLikeTls(server))) {
    redactTls(client, names);
    if (looksLikeTls(server)) redactTls(server, names);
    else redactAnswer(server, names);
    return;
  }
  const isH2 = client.text(0, 3) === 'PRI';
  if (!isH2 && isHttp(client) && server.length > 0 && !isHttp(server)) {
    redactHttp(client, 'client', names, [], () => false);
    if (looksLikeTls(server)) redactTls(server, names);
    else redactAnswer(server, names);
  } else if (!isH2 && (isHttp(client) || isHttp(server))) redactExchanges(client, server, names, nesting);
  else if (!isH2 && [client, server].every((stream) => stream.length === 0 || areFrames(stream))) {
    redactFrames(client, names);
    redactFrames(server, names);
  } else cutBoth(client, server);
};

/** PROXY protocol version 1: `PROXY TCP4 source destination port port`; ports stay. */
const otherPreamble = (line: string, names: Pseudonyms): string =>
  line
    .split(' ')
    .map((part, index) => (index === 2 || index === 3 ? names.addressText(part) : part))
    .join(' ');

/** PROXY protocol version 2: addresses become others, what follows them zero. Its length, 0 where there is none. */
const binaryPreamble = (client: StreamOctets, names: Pseudonyms): number => {
  if (!client.has(0, 16) || client.text(0, 12) !== SIGNATURE) return 0;
  const { octets } = client;
  const size = (octets[13]! & 0xf0) === 0x10 ? 4 : (octets[13]! & 0xf0) === 0x20 ? 16 : 0;
  const end = Math.min(16 + octets[14]! * 256 + octets[15]!, client.length);
  for (const at of size === 0 ? [] : [16, 16 + size]) {
    const address = octets.slice(at, at + size);
    if (address.length === size) client.write(at, size === 4 ? names.v4(address) : names.v6(address));
  }
  const rest = 16 + 2 * size + (size === 0 ? 0 : 4);
  octets.fill(0, Math.min(rest, end), end);
  return end;
};

/** What answered something else: a page of an error, the greeting of another protocol. */
const redactAnswer = (server: StreamOctets, names: Pseudonyms): void => {
  if (isHttp(server)) redactHttp(server, 'server', names, [], () => false);
  else if (isText(server.octets)) server.write(0, redactText(server.octets.slice(), names));
  else server.mark(0, server.length, CUT);
};

const SIGNATURE = '\r\n\r\n\0\r\nQUIT\n';

const isHttp = (stream: StreamOctets): boolean => /^(?:HTTP\/1\.\d |[A-Z]{3,10} \S)/.test(stream.text(0, 16));

/** Requests and responses until one of them switches to something else; the responses tell which. */
const redactExchanges = (client: StreamOctets, server: StreamOctets, names: Pseudonyms, nesting: number): void => {
  const methods = [...client.text(0, METHODS_LOOKED_FOR).matchAll(REQUEST_LINE)].map(([, method = '']) => method);
  let switching = -1;
  const isSwitch = ({ status = 0 }: HttpMessage, index: number): boolean =>
    status === 101 || (methods[index] === 'CONNECT' && status >= 200 && status < 300);
  const responses = redactHttp(server, 'server', names, methods, (message, index) => {
    if (isSwitch(message, index)) switching = index;
    return switching === index;
  });
  // Where no answer was captured, the first request for an upgrade is taken for granted.
  const isLast = ({ upgrade }: HttpMessage, index: number): boolean =>
    server.length === 0 ? upgrade : index === switching;
  const requests = redactHttp(client, 'client', names, [], isLast);
  if (switching < 0 && server.length > 0) return;
  const clientRest = client.from(requests.at(-1)?.end ?? 0);
  const serverRest = server.from(responses.at(-1)?.end ?? 0);
  if (methods[switching] === 'CONNECT') redactConnection(clientRest, serverRest, names, nesting + 1);
  else {
    redactFrames(clientRest, names);
    redactFrames(serverRest, names);
  }
};

const METHODS_LOOKED_FOR = 256 * 1024;
const REQUEST_LINE = /^([A-Z]{3,10}) \S+ HTTP\/1\.\d\r?$/gm;

const cutBoth = (client: StreamOctets, server: StreamOctets): void => {
  client.mark(0, client.length, CUT);
  server.mark(0, server.length, CUT);
};
