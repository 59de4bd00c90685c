/** The part of the report about proxies on the way: preambles with the real client, tunnels and what was said to them. */
import type { PreambleFacts, TunnelFacts } from '../proxy/proxy-facts.js';
import type { Session } from '../session/session.js';
import type { Clock } from './place.js';
import type { Redactor } from './redact.js';
import type { PreambleReport, ProxyReport, TunnelReport } from './report.js';

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
