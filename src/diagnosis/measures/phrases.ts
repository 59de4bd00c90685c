/**
 * Phrases that stand for a placeholder: what a rule says of somebody who may have no name. They are keyed, not written
 * where they are used, so that a second language is a second table.
 */
import type { Value } from '../rule.js';
import { text } from './values.js';

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
  'invalid-bytes': 'invalid bytes',
  'no-reason': 'no reason',
} as const;

export type PhraseKey = keyof typeof PHRASES;

export const phrase = (key: PhraseKey, data: Readonly<Record<string, Value>> = {}): Value => ({
  type: 'phrase',
  phrase: key,
  data,
});

/** What the capture says, or the phrase where it says nothing. */
export const textOr = (value: string | null | undefined, key: PhraseKey): Value =>
  value === null || value === undefined ? phrase(key) : text(value);
