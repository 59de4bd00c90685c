/**
 * A session seen on both sides of a reverse proxy: what the proxy changed (RFC 9110 7.6), where the answer to the upgrade
 * was waited for, and which leg ended first. Said at both entries, so that either tells the whole story.
 */
import type { Leg } from '../../../session/legs.js';
import type { CaptureView, Session } from '../../../session/session.js';
import { evidence } from '../../evidence.js';
import { brokenHop, endOfChain, proxyPlace } from '../../measures/chain.js';
import { type HeadChanges, legDifference } from '../../measures/leg-difference.js';
import { legsBehind, legsOf } from '../../measures/legs.js';
import { phrase, textOr } from '../../measures/phrases.js';
import { duration, text, values } from '../../measures/values.js';
import { defineRule, type Finding, type Value } from '../../rule.js';

export const proxyLegs = defineRule({
  meta: {
    id: 'upgrade/proxy-legs',
    title: 'Both sides of a proxy',
    severity: 'note',
    causes: [],
    needs: [],
    reference: ['RFC 9110 7.6', 'RFC 7239'],
    messages: {
      front: 'Seen on both sides of {proxy}: this is the client’s leg, session {other} the backend’s.',
      back: 'Seen on both sides of {proxy}: this is the backend’s leg, session {other} the client’s.',
      'front-changed':
        'Seen on both sides of {proxy}: this is the client’s leg, session {other} the backend’s. On the way to the backend it made of the request: {request}; on the way back, of the answer: {response}.',
      'back-changed':
        'Seen on both sides of {proxy}: this is the backend’s leg, session {other} the client’s. On the way to the backend it made of the request: {request}; on the way back, of the answer: {response}.',
      slow: 'Of the {waited} that the client waited for the answer, {backend} passed at the backend, {connect} in connecting to it, and {between} at {proxy} and on the network.',
      'next-worked': 'Then {proxy} tried {server}, session {next}, with success.',
      'next-failed': 'Then {proxy} tried {server}, session {next}, in vain as well.',
      tried: 'Before that, {proxy} had tried {backend} in vain, session {other}. That took {took}.',
      client: 'The client left first; {proxy} then ended the other leg.',
      proxy: 'Neither the client nor the backend ended it: {proxy} ended both legs.',
      'other-proxy':
        'Neither the client nor the backend ended it: another proxy on the way, {proxy}, ended both of its legs.',
      backend: 'The backend left first; {proxy} then ended the client’s leg.',
      refused: 'It broke behind {proxy}: the backend {backend} refused the connection.',
      'probably-refused':
        'It broke behind {proxy}, probably because of session {other}: the backend {backend} refused the connection that was made meanwhile.',
      failed:
        'It broke behind {proxy}, probably because of session {other}: the connection made meanwhile to the backend {backend} ended before anything was asked.',
      unreached: 'It broke behind {proxy}: the backend {backend} did not answer the SYN.',
      'probably-unreached':
        'It broke behind {proxy}, probably because of session {other}: the backend {backend} answered none of the SYNs sent meanwhile.',
      silent: 'It broke behind {proxy}: the backend {backend} took the request and answered nothing.',
      'hung-up': 'It broke behind {proxy}: the backend {backend} ended the connection instead of answering.',
      'passed-on': 'It broke behind {proxy}: the backend {backend} itself answered {status}.',
      'not-passed-on': 'It broke at {proxy}: the backend {backend} had answered {status}.',
      spoiled: 'It broke at {proxy}: what reached the backend {backend} is no upgrade request any more.',
    },
    notes: {
      front: 'request at the client’s leg',
      back: 'request at the backend’s leg',
      connection: 'connection to the backend',
      answer: 'answer at the client’s leg',
      backAnswer: 'answer at the backend’s leg',
      next: 'the next try',
      tried: 'the try before',
      left: 'first to leave',
      refused: 'the backend refuses the connection',
      failed: 'the connection to the backend fails',
      unreached: 'SYN to the backend',
      silent: 'the proxy stops waiting',
      'hung-up': 'the backend ends the connection',
      'passed-on': 'answer of the backend',
      'not-passed-on': 'answer of the backend',
      spoiled: 'request as the backend got it',
    },
    remedies: {
      other: 'See first to session {other}, of the proxy with its backend: this one can hardly work before that does.',
      backendSlow: 'Look into the backend: what its upgrade handler waits for (authentication, a database, a lookup).',
      proxySlow:
        'Look into the proxy: what it does before it asks the backend (authentication request, DNS, rate limit).',
      connectSlow: 'Look at the network between proxy and backend, and at the backend’s listen queue.',
    },
  },
  *check(session, capture) {
    const legs = legsOf(session, capture);
    // Of several tries of the proxy, the last is the one its answer rests on.
    const last = legs.findLast(({ front }) => front === session);
    for (const leg of legs) {
      if (leg.back === session || leg === last) yield* told(leg, leg.back === session, capture);
      else if (leg.next !== undefined) yield triedBefore(leg, leg.next);
    }
    // At the backend’s own entry its cause has said so.
    if (last !== undefined) yield* toldOfFate(last, capture);
    yield* toldOfEnd(session, last ?? legs[0], capture);
  },
});

/** Waiting that a user notices: shorter ones are not taken apart. */
const NOTICED = 1e9;

function* told(leg: Leg, isBack: boolean, capture: CaptureView): Iterable<Finding> {
  const { front, back, next } = leg;
  const { proxy, request, response, delay } = legDifference(leg);
  const data = {
    proxy: textOr(proxy, 'the-proxy'),
    other: text((isBack ? front : back).id),
  };
  const [asked, answered] = [described(request), described(response)];
  const isChanged = asked.length + answered.length > 0;
  yield {
    ...common,
    message: `${isBack ? 'back' : 'front'}${isChanged ? '-changed' : ''}`,
    data: isChanged ? { ...data, request: changesText(asked), response: changesText(answered) } : data,
    evidence: evidence(
      [front.upgrade?.request?.span, 'front'],
      back.upgrade?.request === undefined ? [back.tcp.first, 'connection'] : [back.upgrade.request.span, 'back'],
    ),
    confidence: confidenceOf(leg),
    remedies: [],
  };
  if (next !== undefined) {
    yield {
      ...common,
      message: front.upgrade?.response?.status === 101 ? 'next-worked' : 'next-failed',
      data: { ...data, next: text(next.id), server: text(next.server.text) },
      evidence: evidence([next.tcp.first, 'next']),
      confidence: confidenceOf(leg),
      remedies: [],
    };
  }
  const wasTried = legsBehind(front, capture).some((other) => other.next !== undefined);
  if (delay !== undefined && delay.waited >= NOTICED && !wasTried) {
    const { waited, backend, connect, proxy: between } = delay;
    const most = Math.max(backend, connect, between);
    yield {
      ...common,
      message: 'slow',
      data: {
        ...data,
        waited: duration(waited),
        backend: duration(backend),
        connect: duration(connect),
        between: duration(between),
      },
      evidence: evidence(
        [front.upgrade?.request?.span, 'front'],
        [back.upgrade?.response?.span, 'backAnswer'],
        [front.upgrade?.response?.span, 'answer'],
      ),
      remedies: [most === backend ? 'backendSlow' : most === connect ? 'connectSlow' : 'proxySlow'],
    };
  }
}

/** At the client’s leg, of a server before the one that answered: the wait that it cost is told with it. */
const triedBefore = (leg: Leg, next: Session): Finding => ({
  ...common,
  message: 'tried',
  data: {
    proxy: textOr(legDifference(leg).proxy, 'the-proxy'),
    other: text(leg.back.id),
    backend: text(leg.back.server.text),
    took: duration(next.tcp.first.at - leg.back.tcp.first.at),
  },
  evidence: evidence([leg.back.tcp.first, 'tried'], [next.tcp.first, 'next']),
  confidence: confidenceOf(leg),
  remedies: [],
});

function* toldOfFate(own: Leg, capture: CaptureView): Iterable<Finding> {
  const broken = brokenHop(own, capture);
  if (broken === undefined) return;
  const { leg, fate } = broken;
  const { front, back } = leg;
  // Nobody said so but the times of both.
  const isGuess =
    leg.matchedBy === 'refused-within' &&
    (fate.fate === 'unreached' || (fate.fate === 'refused' && front.upgrade?.response === undefined));
  yield {
    ...common,
    message: isGuess ? `probably-${fate.fate}` : fate.fate,
    ...(isGuess || fate.fate === 'failed' ? { confidence: 'likely' } : {}),
    data: {
      proxy: leg === own ? textOr(legDifference(leg).proxy, 'the-proxy') : text(proxyPlace(leg)),
      other: text(back.id),
      backend: text(back.server.text),
      status: textOr(back.upgrade?.response?.status, 'nothing'),
    },
    evidence: evidence([fate.at, fate.fate]),
    remedies: isGuess || fate.fate === 'failed' ? ['other'] : [],
  };
}

function* toldOfEnd(session: Session, own: Leg | undefined, capture: CaptureView): Iterable<Finding> {
  const ended = endOfChain(session, capture);
  if (own === undefined || ended === undefined || ended.leg.front.websocket === undefined) return;
  const isOther = ended.by === 'proxy' && ended.leg.front !== session && ended.leg.back !== session;
  const beside = ended.by === 'proxy' ? ended.leg : own;
  yield {
    ...common,
    message: isOther ? 'other-proxy' : ended.by,
    data: {
      proxy: isOther ? text(proxyPlace(beside)) : textOr(legDifference(beside).proxy, 'the-proxy'),
      other: text((own.back === session ? own.front : own.back).id),
    },
    evidence: evidence([ended.at, 'left']),
    remedies: [],
  };
}

const confidenceOf = ({ matchedBy }: Leg): 'proven' | 'likely' =>
  matchedBy === 'key' || matchedBy === 'request-id' ? 'proven' : 'likely';

const common = { cause: null, confidence: 'proven', severity: 'note' } as const;

const changesText = (changes: readonly Value[]): Value => values(changes.length === 0 ? [phrase('nothing')] : changes);

/** As a difference is written: `-Upgrade: websocket`, `+Via`, `Host: a → b`. */
const described = (changes: HeadChanges | undefined): Value[] => {
  if (changes === undefined) return [];
  const { removed, added, altered, httpVersion, target, status } = changes;
  return [
    ...(httpVersion === undefined ? [] : [text(`HTTP/${httpVersion[0]} → HTTP/${httpVersion[1]}`)]),
    ...(status === undefined ? [] : [text(`${status[0]} → ${status[1]}`)]),
    ...(target === undefined ? [] : [text(`${target[0]} → ${target[1]}`)]),
    ...removed.map(([name, value]) => text(`-${quoted(name, value)}`)),
    ...added.map(([name, value]) => text(`+${quoted(name, value)}`)),
    ...altered.map(({ name, from, to }) =>
      isPlain(name) ? text(`${name}: ${from} → ${to}`) : phrase('header-altered', { name: text(name) }),
    ),
  ];
};

/** Values of other headers may be credentials of either leg: their names say enough. */
const PLAIN =
  /^(connection|upgrade|host|origin|server|date|via|forwarded|x-forwarded-[a-z]+|x-real-ip|x-request-id|sec-websocket-(version|extensions)|transfer-encoding|content-length|content-type|keep-alive)$/i;
const isPlain = (name: string): boolean => PLAIN.test(name);
const quoted = (name: string, value: string): string => (isPlain(name) ? `${name}: ${value}` : name);
