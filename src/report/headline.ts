/** What became of a session in a few words, as every renderer says it: `failed while open`, `is ok`. */
import type { Catalogue } from './language/catalogue.js';
import type { FindingReport, SessionReport } from './report.js';
import { firstSentence } from './verdict-text.js';
import { fillTemplate } from './wording.js';

export const fateOf = ({ outcome, stage, recovered }: SessionReport, { terms: { fates } }: Catalogue): string => {
  const key = outcome === 'open' ? 'unended' : outcome !== 'failed' ? outcome : isStruck(stage) ? stage : 'other';
  const fate = fillTemplate(fates[key], { stage });
  return recovered ? fillTemplate(fates.recovered, { fate }) : fate;
};

const isStruck = (stage: SessionReport['stage']): stage is 'open' | 'close' => stage === 'open' || stage === 'close';

/** A verdict without its full stop, for lines that go on. */
export const unstopped = (verdict: string): string => verdict.replace(/[.。]$/, '');

/** What the explanation of the decisive finding adds to the verdict, which begins with its first sentence. */
export const beyondVerdict = ({ explanation }: FindingReport, { verdict }: SessionReport): string => {
  const said = firstSentence(explanation);
  return verdict.startsWith(said) ? explanation.slice(said.length).trim() : explanation;
};
