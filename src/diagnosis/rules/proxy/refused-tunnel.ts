/**
 * A forward proxy said no: it wants credentials, forbids the target, or cannot reach it. One table for HTTP CONNECT
 * (RFC 9110 9.3.6), SOCKS 4 and SOCKS 5 (RFC 1928 6).
 */
import { proxyRemark } from '../../../proxy/http-connect.js';
import { closedTunnel, type TunnelFacts, type TunnelOutcome, type TunnelReply } from '../../../proxy/proxy-facts.js';
import type { CauseId } from '../../causes.js';
import { evidence } from '../../evidence.js';
import { bodyText, quote } from '../../measures/headers.js';
import { phrase, quoting, textOr } from '../../measures/phrases.js';
import { duration, gloss, text } from '../../measures/values.js';
import { type Confidence, defineRule, type Value } from '../../rule.js';

const CAUSE_OF_OUTCOME = {
  'auth-required': 'proxy-auth-required',
  refused: 'proxy-refused',
  unreachable: 'proxy-bad-gateway',
} as const satisfies Record<Exclude<TunnelOutcome, 'granted'>, CauseId>;

export const refusedTunnel = defineRule({
  meta: {
    id: 'proxy/refused-tunnel',
    title: 'The forward proxy refused the tunnel',
    severity: 'error',
    causes: Object.values(CAUSE_OF_OUTCOME),
    needs: [],
    reference: ['RFC 9110 9.3.6', 'RFC 9110 15.5.8', 'RFC 1928 6', 'RFC 1929 2'],
    messages: {
      'auth-required':
        'The forward proxy {proxy} wants credentials before it connects to {target}: it answered {answer}{challenge}{rounds}.',
      refused: 'The forward proxy {proxy} refuses to connect to {target}: it answered {answer}{remark}.',
      unreachable:
        'The forward proxy {proxy} could not connect to {target} and said so after {took}: {answer}{remark}.',
    },
    notes: { asked: 'what was asked of the proxy', reply: 'answer of the proxy' },
    remedies: {
      credentials:
        'Give the client credentials for the proxy (a Proxy-Authorization header, or http://user:password@proxy). Browsers ask the user or log in by themselves; WebSocket libraries need an agent that is told: Node https-proxy-agent, Python websockets proxy="http://user:password@proxy:port".',
      wrong: 'Credentials were sent and not accepted: see whether they are right, and of a kind that the proxy takes.',
      allow:
        'Let the proxy connect to this host and port. Squid: acl SSL_ports port 443, and http_access deny CONNECT !SSL_ports refuses every other port; SOCKS servers have rules of their own.',
      direct:
        'Or let the client go around the proxy for this host: NO_PROXY, a PAC file, or the settings of the client.',
      target:
        'See from the machine of the proxy whether {target} resolves, listens and is reachable: its name servers and firewall are not those of the client.',
      encrypted: 'Proxies that forbid CONNECT to port 80 let wss on port 443 pass.',
    },
  },
  *check({ proxy, server }) {
    const tunnel = proxy === undefined ? undefined : closedTunnel(proxy);
    const reply = tunnel?.reply;
    if (tunnel === undefined || reply === undefined || reply.outcome === 'granted') return;
    const rounds = tunnel.steps.filter(({ step }) => step === 'reply' || step === 'login-reply').length;
    const challenge = proxyRemark(tunnel, 'Proxy-Authenticate');
    yield {
      message: reply.outcome,
      cause: CAUSE_OF_OUTCOME[reply.outcome],
      data: {
        proxy: text(server.text),
        target: textOr(tunnel.target, 'the-target'),
        answer: answerOf(tunnel, reply),
        challenge: text(challenge === undefined ? '' : ` (${quote(challenge)})`),
        rounds: rounds > 1 ? phrase('nth-time', { n: text(rounds) }) : text(''),
        remark: remarkOf(tunnel),
        took: duration(tunnel.asked === undefined ? 0 : Math.max(0, reply.span.first.at - tunnel.asked.last.at)),
      },
      evidence: evidence([tunnel.asked, 'asked'], [reply.span, 'reply']),
      struckAt: reply.span.first.at,
      confidence: confidenceOf(tunnel, reply),
      remedies: remediesOf(tunnel, reply, sentCredentials(tunnel)),
    };
  },
});

/** RFC 1928 3: "no acceptable methods" says that what was offered is not enough, not what would be. */
const confidenceOf = ({ protocol }: TunnelFacts, { outcome, code, name }: TunnelReply): Confidence => {
  if (protocol === 'HTTP CONNECT') return 'proven';
  if (outcome === 'auth-required') return name === 'login refused' ? 'proven' : 'likely';
  // A general failure is what many servers say to everything.
  return code === 0x01 || code === 0x5b ? 'likely' : 'proven';
};

const answerOf = ({ protocol }: TunnelFacts, { code, name }: TunnelReply): Value =>
  protocol === 'HTTP CONNECT'
    ? text(`${code} ${name}`.trim())
    : phrase('socks-answer', { protocol: text(protocol), code: text(code), name: gloss(name) });

/** What the proxy says about its reason: Squid's own header, else its error page. */
const remarkOf = (tunnel: TunnelFacts): Value => {
  const named = proxyRemark(tunnel, 'X-Squid-Error');
  if (named !== undefined) return text(` (${quote(named)})`);
  const response = tunnel.exchanges.at(-1)?.response;
  return quoting('page-says', response && quote(bodyText(response)));
};

const sentCredentials = ({ protocol, exchanges, steps }: TunnelFacts): boolean =>
  protocol === 'HTTP CONNECT'
    ? exchanges.some(({ request }) => request?.headers.some(([name]) => name.toLowerCase() === 'proxy-authorization'))
    : steps.some(({ step }) => step === 'login');

const remediesOf = ({ target }: TunnelFacts, { outcome }: TunnelReply, tried: boolean): string[] => {
  if (outcome === 'auth-required') return tried ? ['wrong', 'direct'] : ['credentials', 'direct'];
  if (outcome === 'unreachable') return ['target'];
  return target?.endsWith(':443') === true ? ['allow', 'direct'] : ['allow', 'encrypted', 'direct'];
};
