/**
 * What can be told of an encrypted session without its keys: whether its records look like an upgrade that was left open
 * or like requests, pings at an interval, the silence before its end. It accuses nobody.
 */

import type { Nanos } from '../../../capture/packet.js';
import { sealedShape } from '../../../session/sealed-shape.js';
import type { Session } from '../../../session/session.js';
import type { Arrival } from '../../../stream/arrival.js';
import { evidence } from '../../evidence.js';
import { latest, type SessionEnd, sessionEnd } from '../../measures/ending.js';
import { neighboursBy } from '../../measures/neighbours.js';
import { sideOrNetwork } from '../../measures/phrases.js';
import { isHandshakeDone } from '../../measures/tls-progress.js';
import { count, duration, list, side, text } from '../../measures/values.js';
import { isWholeSeconds } from '../../measures/whole-seconds.js';
import { defineRule } from '../../rule.js';

/** Connections that ended after the very same whole number of seconds, beside this one. */
const OTHERS_NEEDED = 2;
const VERY_SAME: Nanos = 50e6;
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
      timer:
        'Nothing was sent for {silence} before the server ended the connection, and {others} other encrypted connections with it ended after the same silence: that is how an idle timer of {timer} looks, of the server or of a proxy before it.',
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
      timer:
        'If it is a WebSocket session, send pings more often than every {timer}, or raise the idle timer: nginx proxy_read_timeout 3600s; HAProxy timeout tunnel 1h; Envoy stream_idle_timeout 0s on the route.',
      keys: 'To see what is inside, capture with the keys of the session (SSLKEYLOGFILE for browsers, curl and Python; node --tls-keylog) and give them by --keylog.',
    },
  },
  *check(session, capture) {
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
    const { last, end, length: silence } = silenceOf(session) ?? NO_SILENCE;
    const alike = timedLike(capture, session, VERY_SAME).nearest.filter(
      (other) => end !== undefined && Math.abs(other.end.at.at - end.at.at) > VERY_SAME,
    );
    if (end !== undefined && alike.length >= OTHERS_NEEDED) {
      yield {
        ...shared,
        message: 'timer',
        data: {
          silence: duration(silence),
          others: count(alike.length),
          timer: duration(Math.round(silence / 1e9) * 1e9),
        },
        evidence: evidence([last, 'last'], [end.at, 'end']),
        remedies: ['timer', 'keys'],
      };
    } else if (end !== undefined && silence >= NOTABLE_SILENCE) {
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

interface Silence {
  last: Arrival | undefined;
  end: SessionEnd;
  length: Nanos;
}

const NO_SILENCE = { last: undefined, end: undefined, length: 0 };

/** From the last record until the end; a close_notify that looks like data behind it does not count. */
const silenceOf = (session: Session): Silence | undefined => {
  const end = sessionEnd(session);
  if (session.tls === undefined || end === undefined) return undefined;
  const { client, server } = session.tls.applicationData;
  const last = latest(...[client.last, server.last].filter((one) => one !== undefined && one.at <= end.at.at));
  return { last, end, length: last === undefined ? 0 : end.at.at - last.at };
};

/** Of encrypted connections that the server ended after a whole number of seconds. */
const timedLike = neighboursBy(
  (session) => {
    const isSealed = session.tls?.decrypted === false && isHandshakeDone(session.tls);
    const silence = isSealed ? silenceOf(session) : undefined;
    return silence?.end.by === 'server' && isWholeSeconds(silence.length) ? silence : undefined;
  },
  ({ server }) => server.text,
  ({ length }) => length,
);
