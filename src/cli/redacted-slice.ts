/**
 * A slice without what nobody else should see (src/redact/), checked before anybody gets it: wscope says of it what it
 * says of the capture, and none of the names, credentials and contents of the original is in it.
 */

import { randomBytes } from 'node:crypto';
import { type AnalyzeOptions, analyze } from '../analyze.js';
import { memorySource } from '../capture/capture-source.js';
import { Pseudonyms } from '../redact/pseudonyms.js';
import { redactPackets } from '../redact/redact-packets.js';
import type { Language } from '../report/language/catalogue.js';
import type { Report, SessionReport } from '../report/report.js';
import { fileOf, NO_TEXTS, type Slice, type SliceTexts } from './slice-file.js';

export interface Redaction {
  slice: Slice;
  /** What wscope says of it. */
  report: Report;
  /** Its sessions that were asked for and those related to them, beside the originals. */
  sessions: readonly { original: SessionReport; redacted: SessionReport }[];
}

/** A sentence when nothing can be written. `language`: of the report; `key`: 32 octets; drawn at random where there is none. */
export const redactSlice = async (
  slice: Slice,
  wanted: readonly SessionReport[],
  language: Language = 'en',
  key: Uint8Array = randomBytes(32),
): Promise<Redaction | string> => {
  const names = new Pseudonyms(key);
  const redacted: Slice = {
    packets: redactPackets(slice.packets, names).map((packet, index) => ({ ...slice.packets[index]!, ...packet })),
    interfaces: slice.interfaces.map(({ linkType }) => ({ linkType, name: undefined })),
    secrets: '',
  };
  const [before, after] = [await reportOf(slice, { showSecrets: true }), await reportOf(redacted, { language })];
  const sessions: Redaction['sessions'][number][] = [];
  for (const original of wanted) {
    const again = after.sessions[placeOf(original, wanted, before.sessions)];
    if (again === undefined || before.sessions.length !== after.sessions.length)
      return `session ${original.id} cannot be recognised without what has to be removed: nothing was written`;
    if (!isSame(original, again))
      return `without what has to be removed session ${original.id} is ${tell(again)} instead of ${tell(original)}: nothing was written`;
    sessions.push({ original, redacted: again });
  }
  const leak = leakOf(before, joined(redacted));
  if (leak !== undefined) return `${leak} would have stayed in the slice: nothing was written`;
  return { slice: redacted, report: after, sessions };
};

/** Where a session stands in the slice: of those between the same ends in the order of their starts; -1 for none. */
const placeOf = (
  session: SessionReport,
  wanted: readonly SessionReport[],
  sliced: readonly SessionReport[],
): number => {
  const isBetween = ({ client, server }: SessionReport) => client === session.client && server === session.server;
  const nth = wanted.filter(isBetween).indexOf(session);
  return sliced.indexOf(sliced.filter(isBetween)[nth]!);
};

const reportOf = async (slice: Slice, options: AnalyzeOptions): Promise<Report> => {
  const { report } = await analyze([memorySource('slice', joined(slice))], options);
  return report;
};

const joined = (slice: Slice, texts: SliceTexts = NO_TEXTS): Uint8Array => Buffer.concat(fileOf(slice, texts));

const isSame = (a: SessionReport, b: SessionReport): boolean =>
  a.outcome === b.outcome && a.cause === b.cause && a.stage === b.stage && a.confidence === b.confidence;

const tell = ({ outcome, stage, cause, confidence }: SessionReport): string =>
  cause === null ? `${outcome} in stage ${stage}, ${confidence}` : `${outcome} by ${cause}, ${confidence}`;

/** Shorter texts are found anywhere by chance. */
const SHORTEST_SECRET = 6;
const CREDENTIALS = /^(?:authorization|proxy-authorization|cookie|set-cookie|x-api-key|x-auth-token|x-csrf-token)$/i;

/** What of the original is still there, in words. */
const leakOf = ({ sessions }: Report, octets: Uint8Array): string | undefined => {
  const all = Buffer.from(octets.buffer, octets.byteOffset, octets.length);
  for (const { id, host, tls, upgrade } of sessions) {
    const name = host?.replace(/:\d+$/, '') ?? tls?.sni ?? '';
    if (name.length >= SHORTEST_SECRET && /[a-z]/i.test(name) && !NO_SECRET.has(name) && all.includes(name))
      return `the name of session ${id}`;
    for (const [field, value] of upgrade?.request?.headers ?? []) {
      if (CREDENTIALS.test(field) && value.length >= SHORTEST_SECRET && all.includes(value))
        return `the ${field} of session ${id}`;
    }
  }
  return undefined;
};

const NO_SECRET: ReadonlySet<string> = new Set(['localhost', 'localhost.localdomain']);
