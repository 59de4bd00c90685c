/**
 * The client offered subprotocols, the server chose none, and the client left right after the 101 without a frame.
 * RFC 6455 4.1 allows the answer; browsers must fail it (WHATWG WebSockets), and so do some libraries.
 */
import type { CaptureView, Session } from '../../../session/session.js';
import { evidence } from '../../evidence.js';
import { header } from '../../measures/headers.js';
import { legDifference } from '../../measures/leg-difference.js';
import { textOr } from '../../measures/phrases.js';
import { removedSubprotocol } from '../../measures/removed-negotiation.js';
import { clientWentOn, isBrowser, switched } from '../../measures/upgrade-attempt.js';
import { duration, list } from '../../measures/values.js';
import { isGoodbye } from '../../outcome.js';
import { defineRule } from '../../rule.js';

/** A client that fails the handshake does so at once; this leaves room for a slow one. */
const LEFT_OVER_IT = 2e9;

export const missingSubprotocol = defineRule({
  meta: {
    id: 'upgrade/missing-subprotocol',
    title: 'No subprotocol was chosen',
    severity: 'error',
    causes: ['upgrade-subprotocol-missing'],
    needs: ['upgrade'],
    precedence: 'violation',
    reference: ['RFC 6455 4.1', 'https://websockets.spec.whatwg.org/'],
    messages: {
      browser:
        'The browser offered the subprotocols {offered}, the 101 chooses none, and the browser left {after} later without a frame, as it must.',
      client:
        'The client offered the subprotocols {offered}, the 101 chooses none, and the client left {after} later without a frame: it needs one.',
      'not-asked':
        'The client offered the subprotocols {offered}, but {proxy} removed Sec-WebSocket-Protocol from its request: the backend could not choose one, and the client left {after} after the 101 without a frame.',
      'not-told':
        'The client offered the subprotocols {offered} and the backend chose {chosen}, but {proxy} removed Sec-WebSocket-Protocol from its 101, and the client left {after} later without a frame.',
      ignored:
        'The client offered the subprotocols {offered} and the 101 chooses none. This client went on; a browser would have failed the connection.',
    },
    notes: {
      request: 'upgrade request',
      response: '101 without a subprotocol',
      left: 'the client leaves',
      passed: 'request as the proxy passed it on',
      chosen: '101 of the backend',
    },
    remedies: {
      server:
        'Let the server choose one: ws: new WebSocketServer({ handleProtocols: (protocols) => [...protocols][0] }); python websockets: serve(…, subprotocols=["name"]); Spring: setSubProtocols.',
      client:
        'Or offer none: new WebSocket(url) without a second argument. Tokens smuggled in that argument need an answer too.',
      pass: 'Let {proxy} pass Sec-WebSocket-Protocol on in both directions: in nginx no proxy_set_header or proxy_hide_header for it, in HAProxy no del-header.',
      proxy: 'See that no proxy removes Sec-WebSocket-Protocol from request or answer.',
    },
  },
  *check(own, capture) {
    const removal = removedSubprotocol(own, capture);
    // Behind the proxy that removed it the story is the same.
    const session = removal === undefined ? own : removal.leg.front;
    const handshake = switched(session);
    const { handshake: judged, websocket, tcp } = session;
    if (handshake === undefined || judged === undefined) return;
    if (judged.subprotocolsOffered.length === 0 || judged.subprotocol !== null) return;
    const { request, response } = handshake;
    const offered = list(judged.subprotocolsOffered);
    const close = websocket?.firstClose;
    const left =
      close !== undefined && close.from === 'client'
        ? close.span.first
        : (tcp.flows.client.fin ?? tcp.flows.client.rst);
    const after = left === undefined ? Number.POSITIVE_INFINITY : left.at - response.span.last.at;
    const goodbye = close !== undefined && isGoodbye(close.code);
    // Who was sent away with a code left over that.
    const sentAway = close?.from === 'server' && !goodbye;
    const leftOverIt =
      after <= LEFT_OVER_IT && tcp.endedBy === 'client' && !clientWentOn(session) && !goodbye && !sentAway;
    const browser = isBrowser(request);
    if (!leftOverIt && !clientWentOn(session)) return;
    if (leftOverIt && programOf(session).some((program) => contentWithout(capture).has(program))) return;
    if (session !== own && !leftOverIt) return;
    if (leftOverIt && removal !== undefined) {
      const { leg, from } = removal;
      const { request: asked, response: answered } = leg.back.upgrade!;
      yield {
        message: from === 'request' ? 'not-asked' : 'not-told',
        cause: 'upgrade-subprotocol-missing',
        data: {
          offered,
          after: duration(after),
          proxy: textOr(legDifference(leg).proxy, 'the-proxy'),
          chosen: textOr(leg.back.handshake?.subprotocol, 'none'),
        },
        evidence: evidence(
          [request.span, 'request'],
          from === 'request' ? [asked?.span, 'passed'] : [answered?.span, 'chosen'],
          [response.span, 'response'],
          [left, 'left'],
        ),
        struckAt: response.span.first.at,
        ...(session === own ? {} : { stage: 'open' as const }),
        confidence: browser ? 'proven' : 'likely',
        remedies: ['pass'],
      };
      return;
    }
    yield {
      message: leftOverIt ? (browser ? 'browser' : 'client') : 'ignored',
      cause: leftOverIt ? 'upgrade-subprotocol-missing' : null,
      severity: leftOverIt ? 'error' : 'note',
      data: { offered, after: duration(Number.isFinite(after) ? after : 0) },
      evidence: evidence(
        [request.span, 'request'],
        [response.span, 'response'],
        [leftOverIt ? left : undefined, 'left'],
      ),
      struckAt: response.span.first.at,
      confidence: browser || !leftOverIt ? 'proven' : 'likely',
      remedies: leftOverIt ? ['server', 'client', 'proxy'] : ['server'],
    };
  },
});

const indexes = new WeakMap<CaptureView, ReadonlySet<string>>();

/** Programs that went on elsewhere, or said goodbye in order, after a 101 that chose none of their subprotocols. */
const contentWithout = (capture: CaptureView): ReadonlySet<string> => {
  let known = indexes.get(capture);
  if (known === undefined) {
    known = new Set(capture.sessions.filter(isContentWithout).flatMap(programOf));
    indexes.set(capture, known);
  }
  return known;
};

const isContentWithout = (session: Session): boolean => {
  const { handshake, websocket } = session;
  if (handshake === undefined || handshake.subprotocolsOffered.length === 0 || handshake.subprotocol !== null)
    return false;
  const close = websocket?.firstClose;
  return switched(session) !== undefined && (clientWentOn(session) || (close !== undefined && isGoodbye(close.code)));
};

/** None where it does not give its name. */
const programOf = ({ client, upgrade, handshake }: Session): string[] => {
  const agent = header(upgrade?.request, 'User-Agent');
  return agent === undefined ? [] : [`${client.address} ${agent} ${handshake?.subprotocolsOffered.join()}`];
};
