/**
 * |-- ClientHello --|-- ServerHello … Finished --|-- FIN of the client --|: a client that read the server's whole flight
 * and left instead of answering it. A connection that was opened to spare completes its handshake first.
 */
import type { TcpFacts } from '../tcp/tcp-facts.js';
import type { TlsFacts } from '../tls/tls-facts.js';

/**
 * The client left instead of sending its own Finished, once it had all that the server said, and nothing of that is missing
 * in the capture. In TLS 1.3 without keys the flight is what followed the ServerHello in protected records.
 */
export function leftServerFlight(tls: TlsFacts, { endedBy, endPacket, gaps, bothSides, flows }: TcpFacts): boolean {
  if (tls.serverHello === undefined || tls.finished.client !== undefined) return false;
  if (tls.handshakeGap || gaps.length > 0 || !bothSides || endedBy !== 'client' || endPacket === undefined)
    return false;
  const flight = tls.finished.server ?? tls.serverHelloDone?.last ?? tls.encryptedFrom.server;
  const { lastData } = flows.server;
  return flight !== undefined && flight.at <= endPacket.at && lastData !== undefined && lastData.at <= endPacket.at;
}
