/**
 * How HTTP/2 that was chosen by ALPN ends for a client that speaks HTTP/1.1 all the same (RFC 9113 3.4): one small
 * request, the server's SETTINGS and GOAWAY, and its end at once. Told from the sizes of encrypted records.
 */
import type { Nanos } from '../capture/packet.js';
import type { TcpFacts } from '../tcp/tcp-facts.js';
import type { TlsFacts } from '../tls/tls-facts.js';

/** A server without a preface does not wait; healthy HTTP/2 is ended by its client, or after a silence. */
const AT_ONCE: Nanos = 1e9;
/** SETTINGS, WINDOW_UPDATE and GOAWAY with its text, each sealed. */
const FAREWELL_BYTES = 400;
/** An upgrade request fits into one record, rarely two; HTTP/2 begins with a preface and several frames. */
const REQUEST_RECORDS = 2;
/** Smaller is no request with the headers of RFC 6455 4.1. */
const REQUEST_BYTES = 120;

/** Only for connections whose ServerHello chose h2. */
export function isHttp1InsideHttp2({ applicationData: { client, server } }: TlsFacts, tcp: TcpFacts): boolean {
  if (tcp.endedBy !== 'server' || tcp.endPacket === undefined || client.first === undefined) return false;
  if (tcp.endPacket.at - client.first.at > AT_ONCE) return false;
  const isRequest = client.records <= REQUEST_RECORDS && client.bytes >= REQUEST_BYTES;
  return isRequest && server.records > 0 && server.bytes <= FAREWELL_BYTES;
}
