/**
 * SOCKS 4, 4a and 5 before the connection proper (RFC 1928, RFC 1929): targets and logins become others. Answers where
 * each direction goes on with something else, or undefined where it is no SOCKS.
 */
import type { StreamOctets } from './flow-octets.js';
import type { Pseudonyms } from './pseudonyms.js';
import { redactText } from './text-redaction.js';

const SOCKS4 = 4;
const SOCKS5 = 5;
const LOGIN = 2;
const DOMAIN = 3;

export interface SocksEnds {
  client: number;
  server: number;
}

export const redactSocks = (client: StreamOctets, server: StreamOctets, names: Pseudonyms): SocksEnds | undefined => {
  const { octets } = client;
  if (octets[0] === SOCKS4 && octets[1] === 1 && client.has(0, 9)) return redactSocks4(client, server, names);
  const methods = octets[1] ?? 0;
  const isGreeting = octets[0] === SOCKS5 && methods > 0 && methods <= 8 && client.has(0, 2 + methods);
  return isGreeting && (server.length === 0 || server.octets[0] === SOCKS5)
    ? redactSocks5(client, server, names)
    : undefined;
};

/** Version, command, port, address, user, and for 4a a domain behind an address 0.0.0.x. */
const redactSocks4 = (client: StreamOctets, server: StreamOctets, names: Pseudonyms): SocksEnds => {
  const { octets } = client;
  const address = octets.slice(4, 8);
  client.write(4, names.v4(address));
  let end = redactUntilZero(client, 8, (text) => redactText(text, names));
  if (address[0] === 0 && address[1] === 0 && address[2] === 0 && address[3] !== 0) {
    end = redactUntilZero(client, end, (text) =>
      Buffer.from(names.host(Buffer.from(text).toString('latin1')), 'latin1'),
    );
  }
  if (server.length >= 8) server.write(4, names.v4(server.octets.slice(4, 8)));
  return { client: end, server: Math.min(8, server.length) };
};

const redactUntilZero = (stream: StreamOctets, start: number, other: (text: Uint8Array) => Uint8Array): number => {
  const zero = stream.octets.indexOf(0, start);
  const end = zero < 0 ? stream.length : zero;
  stream.write(start, other(stream.octets.slice(start, end)));
  return Math.min(end + 1, stream.length);
};

const redactSocks5 = (client: StreamOctets, server: StreamOctets, names: Pseudonyms): SocksEnds => {
  let asked = 2 + client.octets[1]!;
  let answered = Math.min(2, server.length);
  if (server.octets[1] === LOGIN && client.octets[asked] === 1) {
    for (let part = 0, at = asked + 1; part < 2 && at < client.length; part++) {
      const end = Math.min(at + 1 + client.octets[at]!, client.length);
      client.write(at + 1, redactText(client.octets.slice(at + 1, end), names));
      at = end;
      asked = end;
    }
    answered = Math.min(answered + 2, server.length);
  }
  return { client: redactAddress(client, asked, names), server: redactAddress(server, answered, names) };
};

/** Version, command or reply, a reserved octet, the kind of address, the address, a port. Where it ends. */
const redactAddress = (stream: StreamOctets, start: number, names: Pseudonyms): number => {
  const { octets } = stream;
  if (start + 5 > stream.length || octets[start] !== SOCKS5) return start;
  const kind = octets[start + 3];
  const at = start + 4;
  if (kind === DOMAIN) {
    const end = Math.min(at + 1 + octets[at]!, stream.length);
    stream.write(at + 1, Buffer.from(names.host(stream.text(at + 1, end)), 'latin1'));
    return Math.min(end + 2, stream.length);
  }
  const size = kind === 1 ? 4 : 16;
  const address = octets.slice(at, at + size);
  if (address.length === size) stream.write(at, kind === 1 ? names.v4(address) : names.v6(address));
  return Math.min(at + size + 2, stream.length);
};
