/** What became of a session in a few words, as every renderer says it: `failed while open`, `is ok`. */
import type { FindingReport, SessionReport } from './report.js';
import { firstSentence } from './verdict-text.js';

export const fateOf = ({ outcome, stage, recovered }: SessionReport): string => {
  const what = outcome === 'failed' ? `failed ${STRUCK[stage] ?? `in stage ${stage}`}` : `is ${outcome}`;
  return recovered ? `${what} (tried again with success)` : what;
};

const STRUCK: Partial<Record<SessionReport['stage'], string>> = { open: 'while open', close: 'while closing' };

/** What the explanation of the decisive finding adds to the verdict, which begins with its first sentence. */
export const beyondVerdict = ({ explanation }: FindingReport, { verdict }: SessionReport): string => {
  const said = firstSentence(explanation);
  return verdict.startsWith(said) ? explanation.slice(said.length).trim() : explanation;
};
