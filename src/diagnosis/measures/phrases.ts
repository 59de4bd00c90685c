/**
 * Phrases that stand for a placeholder: parts of a sentence that are not always there, and what a rule says of somebody
 * who may have no name. They are keyed, not written where they are used, so that a second language is a second table.
 */
import type { Side } from '../../stream/side.js';
import type { Value } from '../rule.js';
import { side, text } from './values.js';

/** Templates: `{name}` is filled from the phrase's own data. */
export const PHRASES = {
  network: 'network',
  'the-network': 'the network',
  'the-client': 'the client',
  'the-server': 'the server',
  'the-clients-side': "the client's side",
  'the-servers-side': "the server's side",
  'left-unasked': 'left without asking for anything',
  'refused-by-alert': 'refused it by the alert {alert}',
  'the-name': 'the name',
  'no-name': 'no name',
  'the-proxy': 'the proxy',
  'the-target': 'the target',
  'requested-path': 'the requested path',
  'invalid-data': 'invalid data',
  'no-reason': 'no reason',
  nothing: 'nothing',
  none: 'none',
  nowhere: 'nowhere',
  unknown: 'unknown',
  unnamed: 'unnamed',
  absent: 'absent',
  another: 'another',
  'n-more': '{n} more',
  'tries-of-one': '{attempts} attempts within {over}, one every {period}',
  'tries-of-several': '{attempts} attempts of {programs} clients within {over}, each of them one every {period}',
  'others-held': '; sessions of the same kind that did hold, shortly before, beside or after them: {n}',
  'by-bare-connections': 'with connections in which nothing is said',
  'by-one-handshake': 'with an opening handshake of WebSocket, each time with the same key',
  'marked-down':
    '. Right after such a failure {client} ended sessions with it ({n}, both legs counted): it has probably marked it down',
  'sent-alone':
    '. The server sent its certificate alone, without that of the issuer ({issuer}): unless that is a root, the intermediate is missing',
  'with-reason': ' and the reason “{reason}”',
  'in-quotes': ' “{words}”',
  'said-in-quotes': ': “{words}”',
  'body-says': '; its body says “{words}”',
  'page-says': '; its page says “{words}”',
  'did-no-harm': '; it did no visible harm',
  'peer-left': ', and the {peer} left over it',
  'connection-ended': ', and the connection ended over it',
  'nth-time': ', the {n}th time',
  'time-before': '{time} before',
  'time-after': '{time} after the first of them',
  'works-without': '; connections without one work there',
  'then-reset-stream': ', then RST_STREAM {error}',
  'server-answered': 'the server answered {status}',
  'closed-connection': 'the {by} closed the connection',
  'reset-connection': 'the {by} reset the connection',
  'without-a-word': ' without a word',
  'by-error': ' with {error}',
  'by-close': ' with {close}',
  'by-error-and-close': ' with {error} and {close}',
  close: 'Close {code}',
  'an-empty-close': 'an empty Close',
  'close-behind': '; the Close with {code} behind it says nothing of that',
  'empty-close-behind': '; the empty Close behind it says nothing of that',
  'not-http': 'something that is no HTTP',
  'not-tls': 'something that is no TLS',
  'bytes-not-tls': 'bytes that are not TLS',
  'the-alert': 'the alert {alert}',
  'no-www-authenticate': 'no WWW-Authenticate header',
  'header-altered': '{name} altered',
  'key-of-bits': '{type} {bits} bits',
  'socks-answer': '{protocol} {code}, {name}',
  'reason-and-words': '{reason}: {words}',
  'dropped-between':
    '. Capture {other} goes on and has none of them: they were dropped between the two points of capture',
  'answered-by-icmp': '; {router} answered {n} packets of the {sender} by ICMP: {name}',
  timer: '{name} ({seconds} s, {distance} s)',
  'unseen-topic': 'a topic that was not seen',
  'chosen-by-application': 'a code that the application has chosen',
} as const;

export type PhraseKey = keyof typeof PHRASES;

export const phrase = (key: PhraseKey, data: Readonly<Record<string, Value>> = {}): Value => ({
  type: 'phrase',
  phrase: key,
  data,
});

/** What the capture says, or the phrase where it says nothing. */
export const textOr = (value: string | number | null | undefined, key: PhraseKey): Value =>
  value === null || value === undefined ? phrase(key) : text(value);

/** Words of the capture inside a phrase, or nothing at all where there are none. */
export const quoting = (key: PhraseKey, words: string | null | undefined, name = 'words'): Value =>
  words === null || words === undefined ? text('') : phrase(key, { [name]: text(words) });

export const sideOrNetwork = (by: Side | 'network'): Value => (by === 'network' ? phrase('network') : side(by));
