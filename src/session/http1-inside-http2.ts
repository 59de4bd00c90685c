/**
 * How HTTP/2 that was chosen by ALPN ends for a client that speaks HTTP/1.1 all the same (RFC 9113 3.4): one small
 * request, the server's SETTINGS and GOAWAY, and its end at once. Told from the sizes of encrypted records.
 */
import type { Nanos } from '../capture/packet.js';
import type { TcpFacts } from '../tcp/tcp-facts.js';
import type { TlsFacts } from '../tls/tls-facts.js';
import { isTls13 } from '../tls/versions.js';

/** A server without a preface does not wait; healthy HTTP/2 is ended by its client, or after a silence. */
const AT_ONCE: Nanos = 1e9;
/** SETTINGS, WINDOW_UPDATE and GOAWAY with its text, each sealed. */
const FAREWELL_BYTES = 400;
/** An upgrade request fits into one record, rarely two; HTTP/2 begins with a preface and several frames. */
const REQUEST_RECORDS = 2;
/** Smaller is no request with the headers of RFC 6455 4.1. */
const REQUEST_BYTES = 120;

/** TLS 1.3 adds the type and a tag to every record; an alert is two octets (RFC 8446 5.2, 6). */
const OVERHEAD = 17;
const ALERT = 2;
/** A NewSessionTicket with the state of a session inside is longer than the SETTINGS of any server. */
const TICKET = 120;
/** SETTINGS of nine parameters at most, as long as a ticket that is a mere number: shorter ones are no tickets (RFC 9113 6.5). */
const SETTINGS = [9, 56] as const;
/** SETTINGS, WINDOW_UPDATE and GOAWAY without a text; an answer of HTTP/1.1 with its headers is hardly ever as short. */
const FAREWELL = 80;
/** `HTTP/1.1 400 Bad Request` with `Connection: close`, as Node.js answers what it cannot read. */
const SHORTEST_ANSWER = 47;

/** Only for connections whose ServerHello chose h2. */
export function isHttp1InsideHttp2(tls: TlsFacts, tcp: TcpFacts): boolean {
  const { server } = tls.applicationData;
  return isCutOff(tls, tcp) && server.records > 0 && server.bytes <= FAREWELL_BYTES;
}

/**
 * The same where TLS 1.3 hides the choice: `likely` when the server spoke before the request, in a record as short as
 * SETTINGS, since no HTTP/1.1 server speaks first; `possible` when what it said after the request is too short for an
 * answer. Undefined otherwise.
 */
export function looksLikeHttp1InsideHttp2(tls: TlsFacts, tcp: TcpFacts): 'likely' | 'possible' | undefined {
  const { clientHello, serverHello, sealedTraffic } = tls;
  if (clientHello?.alpn.includes('h2') !== true || !isAlpnHidden(tls) || !isCutOff(tls, tcp)) return undefined;
  if (serverHello === undefined) return undefined;
  const { lengths } = sealedTraffic;
  const request = lengths.findIndex((length) => length > 0);
  const inside = (length: number) => -length - OVERHEAD;
  const before = lengths.slice(0, request).map(inside);
  const isTicket = (octets: number) => octets >= TICKET;
  const after = lengths.slice(request).flatMap((length) => (length < 0 ? [inside(length)] : []));
  const answer = after
    .filter((octets) => !isTicket(octets) && octets !== ALERT)
    .reduce((sum, octets) => sum + octets, 0);
  // A ticket that stands alone may be an answer as well.
  const tickets = after.filter(isTicket);
  if (answer > FAREWELL || tickets.some((octets) => octets !== tickets[0]) || tickets.length === 1) return undefined;
  if (before.some((octets) => octets >= SETTINGS[0] && octets <= SETTINGS[1])) return 'likely';
  return answer >= SETTINGS[0] && answer !== SHORTEST_ANSWER ? 'possible' : undefined;
}

export const isAlpnHidden = ({ serverHello, decrypted }: TlsFacts): boolean =>
  serverHello !== undefined && serverHello.alpn === null && isTls13(serverHello.version) && decrypted !== true;

/** One request, and the server ended the connection at once. */
function isCutOff({ applicationData: { client } }: TlsFacts, tcp: TcpFacts): boolean {
  if (tcp.endedBy !== 'server' || tcp.endPacket === undefined || client.first === undefined) return false;
  if (tcp.endPacket.at - client.first.at > AT_ONCE) return false;
  return client.records <= REQUEST_RECORDS && client.bytes >= REQUEST_BYTES;
}
