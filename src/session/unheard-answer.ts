/**
 * |-- request --|-- 101 --|-- 101 again --|-- 101 again --|: an answer that does not arrive. Nothing of it was ever
 * acknowledged, not even by the FIN with which the client gave up, so the session was open at the server alone. The
 * flight of a TLS server may be lost like that, too.
 */
import type { HttpExchange } from '../http/http-facts.js';
import { opensWebSocket } from '../http/upgrade-request.js';
import type { Arrival } from '../stream/arrival.js';
import type { TcpFacts } from '../tcp/tcp-facts.js';
import type { TlsFacts } from '../tls/tls-facts.js';

/** One repeat may cross the acknowledgment; three without any were not heard, whoever is still there. */
const REPEATS_NEEDED = 3;

/** The 101 was sent again and never acknowledged, and nothing that the client sent shows that it has read it. */
export function isUnheard(exchange: HttpExchange | undefined, tcp: TcpFacts): boolean {
  const { request, response } = exchange ?? {};
  if (request === undefined || response === undefined || !opensWebSocket(response)) return false;
  return isUnheardAt(response.span.last, tcp);
}

/** The same of a ServerHello. */
export function isHelloUnheard(tls: TlsFacts | undefined, tcp: TcpFacts): boolean {
  const { clientHello, serverHello } = tls ?? {};
  return clientHello !== undefined && serverHello !== undefined && isUnheardAt(serverHello.span.last, tcp);
}

function isUnheardAt(answered: Arrival, { flows, bothSides }: TcpFacts): boolean {
  if (!bothSides) return false;
  const { client, server } = flows;
  if (server.oldestUnacked === undefined || server.unackedBytes === 0 || server.oldestUnacked.at > answered.at)
    return false;
  if (client.lastData !== undefined && client.lastData.at > answered.at) return false;
  const [firstRepeat] = server.repeats;
  if (firstRepeat === undefined) return false;
  const left = client.fin ?? client.rst;
  return (left !== undefined && left.at > firstRepeat.at) || server.repeats.length >= REPEATS_NEEDED;
}
