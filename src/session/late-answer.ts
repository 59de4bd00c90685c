/**
 * |-- request --|-- FIN of the client --|-- 101 --|: an answer to nobody. The client had left before it was sent, so the
 * session was asked for and never open, whatever the server went on to say.
 */
import type { HttpExchange } from '../http/http-facts.js';
import { opensWebSocket } from '../http/upgrade-request.js';
import type { Arrival } from '../stream/arrival.js';
import type { TcpFacts } from '../tcp/tcp-facts.js';

/**
 * When the client left; undefined unless the 101 came after that. A client that only ended its own direction still reads:
 * it neither resets nor leaves the answer unacknowledged.
 */
export function leftBeforeAnswer(exchange: HttpExchange | undefined, { flows }: TcpFacts): Arrival | undefined {
  const { request, response } = exchange ?? {};
  if (request === undefined || response === undefined || !opensWebSocket(response)) return undefined;
  const { client, server } = flows;
  const left = client.fin ?? client.rst;
  if (left === undefined || left.at < request.span.last.at || left.at >= response.span.first.at) return undefined;
  if (client.lastData !== undefined && client.lastData.at > left.at) return undefined;
  return client.rst !== undefined || server.oldestUnacked !== undefined ? left : undefined;
}
