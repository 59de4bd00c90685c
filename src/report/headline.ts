/** What became of a session in a few words, as every renderer says it: `failed while open`, `is ok`. */
import type { SessionReport } from './report.js';

export const fateOf = ({ outcome, stage, recovered }: SessionReport): string => {
  const what = outcome === 'failed' ? `failed ${STRUCK[stage] ?? `in stage ${stage}`}` : `is ${outcome}`;
  return recovered ? `${what} (tried again with success)` : what;
};

const STRUCK: Partial<Record<SessionReport['stage'], string>> = { open: 'while open', close: 'while closing' };
