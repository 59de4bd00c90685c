/**
 * Phrases that stand for a placeholder: what a rule says of somebody who may have no name. They are keyed, not written
 * where they are used, so that a second language is a second table.
 */
import type { Value } from '../rule.js';

/** Templates: `{name}` is filled from the phrase's own data. */
export const PHRASES = {
  network: 'network',
  'the-network': 'the network',
  'the-client': 'the client',
  'the-server': 'the server',
  'the-clients-side': "the client's side",
  'the-servers-side': "the server's side",
} as const;

export type PhraseKey = keyof typeof PHRASES;

export const phrase = (key: PhraseKey, data: Readonly<Record<string, Value>> = {}): Value => ({
  type: 'phrase',
  phrase: key,
  data,
});
