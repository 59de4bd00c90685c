/**
 * What proxies tell of one connection: preambles that name the real client, and tunnels that were asked for, outermost
 * first. The layers of this folder fill it in; sessions and rules only read it. Passwords are never kept.
 */
import type { HttpExchange } from '../http/http-facts.js';
import type { Arrival, Span } from '../stream/arrival.js';

export type TunnelProtocol = 'HTTP CONNECT' | 'SOCKS4' | 'SOCKS4a' | 'SOCKS5';

/** What the proxy said: the way is open, it wants (other) credentials, it will not, or it cannot reach the target. */
export type TunnelOutcome = 'granted' | 'auth-required' | 'refused' | 'unreachable';

export interface TunnelReply {
  outcome: TunnelOutcome;
  /** HTTP status, or the reply code of SOCKS; of a method or login that was refused the byte that said so. */
  code: number;
  /** Reason phrase, or the name that the specification gives to the code. */
  name: string;
  span: Span;
}

export interface TunnelStep {
  step: 'greeting' | 'method' | 'login' | 'login-reply' | 'connect' | 'reply';
  arrival: Arrival;
}

export interface TunnelFacts {
  protocol: TunnelProtocol;
  /** `host:port` as it was asked for; null where that was not seen. */
  target: string | null;
  /** The name that was logged in with (RFC 1929, SOCKS4's user id). */
  user: string | null;
  /** In order, at most TUNNEL_STEPS_KEPT. */
  steps: TunnelStep[];
  /** The last thing the proxy was asked. */
  asked: Span | undefined;
  /** Its last answer; undefined while there is none, or where it was not captured. */
  reply: TunnelReply | undefined;
  /** What follows shows that the answer, though not captured, opened the way. */
  assumed: boolean;
  /** Of HTTP CONNECT: the rounds (a 407, then another try), at most those the HTTP layer kept. */
  exchanges: HttpExchange[];
}

/** Rounds of authentication are few; a proxy that is asked for ever does not fill memory. */
export const TUNNEL_STEPS_KEPT = 32;

/** A PROXY preamble (HAProxy's PROXY protocol, version 1 or 2). */
export interface PreambleFacts {
  version: 1 | 2;
  /** `LOCAL`: the proxy speaks for itself (a health check); `UNKNOWN`: it does not say for whom. */
  command: 'PROXY' | 'LOCAL' | 'UNKNOWN';
  /** The client in front of the proxy, and the address it spoke to, as `ip:port`; null where they are not told. */
  source: string | null;
  destination: string | null;
  /** The host name the client asked for (PP2_TYPE_AUTHORITY), and its application protocol (PP2_TYPE_ALPN). */
  authority: string | null;
  alpn: string | null;
  span: Span;
}

export interface ProxyFacts {
  preambles: PreambleFacts[];
  tunnels: TunnelFacts[];
}

/** The tunnel that did not open: the last one, where the proxy said no or has not answered. */
export const closedTunnel = ({ tunnels }: ProxyFacts): TunnelFacts | undefined => {
  const last = tunnels.at(-1);
  return last === undefined || last.assumed || last.reply?.outcome === 'granted' ? undefined : last;
};
