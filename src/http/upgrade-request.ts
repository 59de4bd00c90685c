/**
 * What a request asks to become, and what a response says the connection has become (RFC 9110 7.8 and 9.3.6,
 * RFC 6455 4.1). Whether the opening handshake keeps the rules is for the WebSocket layer.
 */
import { headerTokens, headerValue } from './header-fields.js';
import type { HttpExchange, HttpRequest, HttpResponse } from './http-facts.js';

/** Asks for WebSocket: by Upgrade, or by a key from which something on the way has taken the Upgrade. */
export const asksForWebSocket = ({ headers }: HttpRequest): boolean =>
  headerTokens(headers, 'upgrade').includes('websocket') || headerValue(headers, 'sec-websocket-key') !== undefined;

/** Bytes after this request may belong to another protocol, depending on the response. */
export const asksForSwitch = (request: HttpRequest): boolean =>
  request.method === 'CONNECT' || headerValue(request.headers, 'upgrade') !== undefined || asksForWebSocket(request);

/** The response that opens a WebSocket: 101, or over HTTP/2 any 2xx (RFC 6455 4.1, RFC 8441 5). */
export const opensWebSocket = ({ httpVersion, status }: HttpResponse): boolean =>
  httpVersion === '2' ? status >= 200 && status < 300 : status === 101;

/** The final response of this exchange ends HTTP on the connection. */
export function switches({ request, response }: HttpExchange): boolean {
  if (response === undefined) return false;
  if (response.status === 101) {
    // Without a request that asked (or one that is not there to ask) only the response's own word counts.
    const mayHaveAsked = request === undefined || request.cut || asksForSwitch(request);
    return request === undefined && !response.cut ? namesProtocol(response) : mayHaveAsked || namesProtocol(response);
  }
  return request?.method === 'CONNECT' && response.status >= 200 && response.status < 300;
}

/** The protocol that an exchange which `switches` switched to. */
export function switchedTo({ request, response }: HttpExchange): 'websocket' | 'other' {
  if (response?.status !== 101) return request?.method === 'CONNECT' ? 'other' : 'websocket';
  if (headerValue(response.headers, 'sec-websocket-accept') !== undefined) return 'websocket';
  const named = headerTokens(response.headers, 'upgrade');
  if (named.length > 0) return named.includes('websocket') ? 'websocket' : 'other';
  return request === undefined || asksForWebSocket(request) ? 'websocket' : 'other';
}

const namesProtocol = ({ headers }: HttpResponse): boolean => headerValue(headers, 'upgrade') !== undefined;
