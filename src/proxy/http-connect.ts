/**
 * HTTP CONNECT (RFC 9110 9.3.6) as a tunnel: the exchanges that the HTTP layer kept → what was asked of the proxy, in
 * how many rounds, and what it said. Reading heads is for http/.
 */
import { headerValue } from '../http/header-fields.js';
import type { HttpExchange, HttpFacts, HttpResponse } from '../http/http-facts.js';
import {
  TUNNEL_STEPS_KEPT,
  type TunnelFacts,
  type TunnelOutcome,
  type TunnelReply,
  type TunnelStep,
} from './proxy-facts.js';

/** Undefined where the last request of the connection was no CONNECT. */
export function connectTunnel({ exchanges, switched, switchAssumed }: HttpFacts): TunnelFacts | undefined {
  const last = exchanges.at(-1);
  if (last?.request?.method !== 'CONNECT') return undefined;
  const rounds = exchanges.filter(isConnect);
  const { request, response } = last;
  return {
    protocol: 'HTTP CONNECT',
    target: request.target,
    user: null,
    steps: rounds.flatMap(stepsOf).slice(-TUNNEL_STEPS_KEPT),
    asked: request.span,
    reply: response === undefined ? undefined : replyOf(response),
    assumed: switched !== undefined && switchAssumed,
    exchanges: rounds,
  };
}

const isConnect = ({ request }: HttpExchange): boolean => request?.method === 'CONNECT';

const stepsOf = ({ request, response }: HttpExchange): TunnelStep[] => [
  ...(request === undefined ? [] : [{ step: 'connect' as const, arrival: request.span.last }]),
  ...(response === undefined ? [] : [{ step: 'reply' as const, arrival: response.span.last }]),
];

const replyOf = ({ status, reason, span }: HttpResponse): TunnelReply => ({
  outcome: outcomeOf(status),
  code: status,
  name: reason,
  span,
});

/** RFC 9110 15.5.8: 407 asks for Proxy-Authorization. */
const outcomeOf = (status: number): TunnelOutcome => {
  if (status >= 200 && status < 300) return 'granted';
  if (status === 407) return 'auth-required';
  return status >= 500 ? 'unreachable' : 'refused';
};

/** What a proxy adds about its reason, where it does: Squid names the error, others the authentication they want. */
export const proxyRemark = ({ exchanges }: TunnelFacts, name: string): string | undefined => {
  const response = exchanges.at(-1)?.response;
  return response === undefined ? undefined : headerValue(response.headers, name);
};
