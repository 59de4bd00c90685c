/**
 * What can be told of an encrypted session without its keys: whether its records look like an upgrade that was left open
 * or like requests, pings at an interval, the silence before its end. It accuses nobody.
 */

import { sealedShape } from '../../../session/sealed-shape.js';
import { evidence } from '../../evidence.js';
import { sessionEnd } from '../../measures/ending.js';
import { sideOrNetwork } from '../../measures/phrases.js';
import { isHandshakeDone } from '../../measures/tls-progress.js';
import { count, duration, list, side, text } from '../../measures/values.js';
import { defineRule } from '../../rule.js';

/** Silences shorter than this are conversation. */
const NOTABLE_SILENCE = 5e9;

export const sealedTraffic = defineRule({
  meta: {
    id: 'tls/sealed-traffic',
    title: 'Inferred from encrypted records',
    severity: 'note',
    causes: [],
    needs: ['both-sides', 'no-gaps'],
    reference: ['RFC 8446 5.2', 'RFC 6455 4', 'RFC 7301'],
    messages: {
      upgrade:
        'Inside may be WebSocket: a request of the size of an upgrade was answered once, and what the client sent next is much shorter than a request of its own. It sent {clientRecords} records, the server {serverRecords}.',
      requests:
        'Inside may be ordinary requests: all that the client sent is about as long as its first request. It sent {clientRecords} records, the server {serverRecords}.',
      onlyHttp1:
        'The client offered {offered} only by ALPN, as browsers do for WebSocket; other programs do so for anything.',
      sibling: 'Another connection to {name} in this capture was opened, and is WebSocket; this one may be too.',
      pings:
        'The {from} sent small records of one length every {interval} ({rounds} of them), each answered at once: pings, or a heart-beat of the application.',
      silence: 'Nothing was sent for {silence} before the {by} ended the connection.',
      stall: 'The longest silence between two records was {silence}.',
    },
    notes: {
      hello: 'ClientHello',
      request: 'first application data of the client',
      answer: 'first application data of the server',
      last: 'last record',
      end: 'end of the connection',
    },
    remedies: {
      keys: 'To see what is inside, capture with the keys of the session (SSLKEYLOGFILE for browsers, curl and Python; node --tls-keylog) and give them by --keylog.',
    },
  },
  *check(session) {
    const { tls } = session;
    if (tls === undefined || tls.decrypted !== false || tls.handshakeGap || !isHandshakeDone(tls)) return;
    const { client, server } = tls.applicationData;
    if (client.records === 0 || server.records === 0) return;
    const { kind, pings } = sealedShape(tls);
    const shared = { cause: null, confidence: 'possible' as const, remedies: ['keys'] };
    const data = { clientRecords: count(client.records), serverRecords: count(server.records) };
    const points = evidence([client.first, 'request'], [server.first, 'answer']);
    if (kind !== undefined && tls.serverHello?.alpn !== 'h2') {
      yield { ...shared, message: kind, data, evidence: points };
    }
    const offered = tls.clientHello?.alpn ?? [];
    if (offered.length > 0 && offered.every((name) => name === 'http/1.1')) {
      yield {
        ...shared,
        message: 'onlyHttp1',
        data: { offered: list(offered) },
        evidence: evidence([tls.clientHello?.span, 'hello']),
      };
    }
    if (tls.likeness?.because.includes('sibling-is-websocket') === true) {
      yield {
        ...shared,
        message: 'sibling',
        data: { name: text(tls.clientHello?.sni ?? session.server.text) },
        evidence: points,
      };
    }
    if (pings !== undefined) {
      yield {
        ...shared,
        message: 'pings',
        data: { from: side(pings.from), interval: duration(pings.interval), rounds: count(pings.rounds) },
        evidence: points,
      };
    }
    const last = (client.last?.at ?? 0) > (server.last?.at ?? 0) ? client.last : server.last;
    const end = sessionEnd(session);
    const silence = last === undefined || end === undefined ? 0 : end.at.at - last.at;
    if (end !== undefined && silence >= NOTABLE_SILENCE) {
      yield {
        ...shared,
        message: 'silence',
        data: { silence: duration(silence), by: sideOrNetwork(end.by) },
        evidence: evidence([last, 'last'], [end.at, 'end']),
      };
    } else if (tls.sealedTraffic.longestSilence >= NOTABLE_SILENCE) {
      yield {
        ...shared,
        message: 'stall',
        data: { silence: duration(tls.sealedTraffic.longestSilence) },
        evidence: points,
      };
    }
  },
});
