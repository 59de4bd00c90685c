/**
 * A RST in answer to the SYN: the host is there and nothing listens on that port, or a firewall says so in its name
 * (RFC 9293 3.5.2).
 */
import { evidence } from '../../evidence.js';
import { text } from '../../measures/values.js';
import { defineRule } from '../../rule.js';

export const refusedConnection = defineRule({
  meta: {
    id: 'tcp/refused-connection',
    title: 'Connection refused',
    severity: 'error',
    causes: ['tcp-refused'],
    needs: ['tcp-handshake'],
    reference: ['RFC 9293 3.5.2'],
    messages: {
      refused:
        'The SYN was answered by a RST: {server} refused the connection. Nothing listens on port {port} there, or a firewall rejects it.',
    },
    notes: { syn: 'SYN', reset: 'RST in answer to the SYN' },
    remedies: {
      listen:
        "On the server, see whether the program runs and on which address it listens: ss -ltnp 'sport = :{port}' (127.0.0.1 is reachable from that host only; listen on 0.0.0.0 or [::]).",
      firewall:
        'If it does listen, look for a firewall rule that rejects with a reset: nft list ruleset | grep -i reject',
      port: 'If another port was meant, correct the URL of the client.',
    },
  },
  *check({ tcp, server }) {
    if (tcp.refused === undefined) return;
    yield {
      message: 'refused',
      cause: 'tcp-refused',
      data: { server: text(server.text), port: text(server.port) },
      evidence: evidence([tcp.syns.at(-1), 'syn'], [tcp.refused, 'reset']),
      struckAt: tcp.refused.at,
      confidence: 'proven',
      remedies: ['listen', 'firewall', 'port'],
    };
  },
});
