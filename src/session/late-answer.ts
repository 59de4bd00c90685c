/**
 * |-- request --|-- FIN of the client --|-- 101 --|: an answer to nobody. The client had left before it was sent, so the
 * session was asked for and never open, whatever the server went on to say. A late ServerHello is the same of TLS.
 */
import type { HttpExchange } from '../http/http-facts.js';
import { opensWebSocket } from '../http/upgrade-request.js';
import type { Arrival } from '../stream/arrival.js';
import type { TcpFacts } from '../tcp/tcp-facts.js';
import type { TlsFacts } from '../tls/tls-facts.js';

/** When the client left; undefined unless the 101 came after that. */
export function leftBeforeAnswer(exchange: HttpExchange | undefined, tcp: TcpFacts): Arrival | undefined {
  const { request, response } = exchange ?? {};
  if (request === undefined || response === undefined || !opensWebSocket(response)) return undefined;
  return leftBetween(request.span.last, response.span.first, tcp);
}

/** When the client left; undefined unless the ServerHello came after that. */
export function leftBeforeHello(tls: TlsFacts | undefined, tcp: TcpFacts): Arrival | undefined {
  const { clientHello, serverHello } = tls ?? {};
  if (clientHello === undefined || serverHello === undefined) return undefined;
  return leftBetween(clientHello.span.last, serverHello.span.first, tcp);
}

/**
 * A client that only ended its own direction still reads: it neither resets nor leaves the answer unacknowledged, and one
 * that sends on has not left.
 */
function leftBetween(asked: Arrival, answered: Arrival, { flows: { client, server } }: TcpFacts): Arrival | undefined {
  const left = client.fin ?? client.rst;
  if (left === undefined || left.at < asked.at || left.at >= answered.at) return undefined;
  if (client.lastData !== undefined && client.lastData.at > left.at) return undefined;
  return client.rst !== undefined || server.oldestUnacked !== undefined ? left : undefined;
}
