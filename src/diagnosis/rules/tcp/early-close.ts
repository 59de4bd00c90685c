/**
 * A connection that was accepted and ended by the server before anybody said anything. Said only where no other
 * connection of that client to that server worked: browsers keep spare connections, and load balancers probe.
 */
import type { Nanos } from '../../../capture/packet.js';
import { evidence } from '../../evidence.js';
import { tcpEnd } from '../../measures/ending.js';
import { duration, text } from '../../measures/values.js';
import { defineRule } from '../../rule.js';

/** Within 2 s of the three-way handshake. */
const EARLY: Nanos = 2e9;

export const earlyClose = defineRule({
  meta: {
    id: 'tcp/early-close',
    title: 'Accepted, then dropped before anything was said',
    severity: 'error',
    causes: ['tcp-reset-after-connect', 'tcp-closed-after-connect'],
    needs: ['tcp-handshake', 'both-sides'],
    reference: ['RFC 9293 3.5.2', 'RFC 9293 3.6'],
    messages: {
      reset: 'The connection was accepted and reset by the server {after} later, before either side had said anything.',
      closed:
        'The connection was accepted and closed by the server {after} later, before either side had said anything.',
    },
    notes: { established: 'handshake complete', reset: 'RST', fin: 'FIN' },
    remedies: {
      proxy:
        'A proxy or port forwarder that accepts and finds nobody behind it behaves like this: see whether its backend for port {port} runs, and read its log.',
      access:
        'Programs that check addresses after accepting (TCP wrappers, allow lists, connection limits) do too: look for the client {client} in the log of the server.',
    },
  },
  *check(session, capture) {
    const { tcp, client, server } = session;
    const end = tcpEnd(session);
    if (end === undefined || end.by === 'client' || tcp.established === undefined) return;
    const after = end.at.at - tcp.established.at;
    const said =
      session.tls !== undefined || SAID.some((count) => tcp.flows.client[count] + tcp.flows.server[count] > 0);
    if (after > EARLY || said || capture.server(server.text).worked(client.address) > 0) return;
    const reset = end.kind === 'rst';
    yield {
      message: reset ? 'reset' : 'closed',
      cause: reset ? 'tcp-reset-after-connect' : 'tcp-closed-after-connect',
      data: { after: duration(after), port: text(server.port), client: text(client.address) },
      evidence: evidence([tcp.established, 'established'], [end.at, reset ? 'reset' : 'fin']),
      struckAt: end.at.at,
      confidence: 'proven',
      remedies: ['proxy', 'access'],
    };
  },
});

/** Bytes that were seen and bytes that were missed both count as said. */
const SAID = ['bytes', 'missingBytes'] as const;
