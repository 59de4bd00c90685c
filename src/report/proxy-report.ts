/** The part of the report about proxies on the way: preambles with the real client, tunnels and what was said to them. */
import type { PreambleFacts, TunnelFacts } from '../proxy/proxy-facts.js';
import type { Session } from '../session/session.js';
import type { Clock } from './place.js';
import type { Redactor } from './redact.js';
import type { PacketPlace } from './report.js';

export interface PreambleReport extends PacketPlace {
  version: 1 | 2;
  command: 'PROXY' | 'LOCAL' | 'UNKNOWN';
  /** The client in front of the proxy, and what it connected to; null where the preamble does not tell. */
  source: string | null;
  destination: string | null;
  authority: string | null;
  alpn: string | null;
  atMs: number;
}

export interface TunnelReport {
  protocol: 'HTTP CONNECT' | 'SOCKS4' | 'SOCKS4a' | 'SOCKS5';
  target: string | null;
  user: string | null;
  /** How often the tunnel was asked for on this connection. */
  rounds: number;
  /** The last answer; null where there was none, or it was not captured. */
  reply:
    | ({
        outcome: 'granted' | 'auth-required' | 'refused' | 'unreachable';
        /** HTTP status, or the reply code of SOCKS. */
        code: number;
        name: string;
        atMs: number;
      } & PacketPlace)
    | null;
}

export interface ProxyReport {
  preambles: PreambleReport[];
  /** The outermost first. */
  tunnels: TunnelReport[];
}

export const proxyReport = ({ proxy }: Session, clock: Clock, redactor: Redactor): ProxyReport | null => {
  if (proxy === undefined || proxy.preambles.length + proxy.tunnels.length === 0) return null;
  return {
    preambles: proxy.preambles.map((preamble) => preambleReport(preamble, clock, redactor)),
    tunnels: proxy.tunnels.map((tunnel) => tunnelReport(tunnel, clock, redactor)),
  };
};

const preambleReport = (
  { span, authority, alpn, ...told }: PreambleFacts,
  clock: Clock,
  redactor: Redactor,
): PreambleReport => ({
  ...told,
  authority: authority === null ? null : redactor.text(authority),
  alpn: alpn === null ? null : redactor.text(alpn),
  ...clock.place(span.first),
});

const tunnelReport = (
  { protocol, target, user, steps, reply }: TunnelFacts,
  clock: Clock,
  redactor: Redactor,
): TunnelReport => ({
  protocol,
  target: target === null ? null : redactor.text(target),
  user: user === null ? null : redactor.text(user),
  rounds: steps.filter(({ step }) => step === 'connect').length,
  reply:
    reply === undefined
      ? null
      : { outcome: reply.outcome, code: reply.code, name: redactor.text(reply.name), ...clock.place(reply.span.first) },
});
