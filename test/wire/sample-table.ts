/**
 * The rows of samples/README.md as expectations: which sessions a sample holds, how each came out, at which stage and by
 * which cause. The last column is prose with a fixed grammar; a row that this cannot read is a fault of the row.
 */
import { readdirSync, readFileSync } from 'node:fs';

export const SAMPLES = new URL('../../samples/', import.meta.url).pathname;

const CAPTURE_NAME = /\.pcap(?:ng)?(?:\.gz)?$/;

/** Every capture that lies in samples/. */
export const sampleFiles: readonly string[] = readdirSync(SAMPLES).filter((name) => CAPTURE_NAME.test(name));

export interface ExpectedSession {
  /** Several where the row allows for them. */
  outcomes: readonly string[];
  stage?: string;
  /** Several where the row allows for them: the first is the better one. */
  causes: readonly string[];
  /** Only with the secrets that belong to the capture. */
  needsKeyLog: boolean;
}

export interface SampleRow {
  name: string;
  /** The last column as it stands. */
  text: string;
  /** In order of their first packets. */
  sessions: readonly ExpectedSession[];
  /** Every session of the capture is like the first expectation, however many there are. */
  all: boolean;
}

const NUMBERS = new Map([
  ['both', 2],
  ['both legs', 2],
  ['all three', 3],
  ['all five', 5],
]);

const ANY: ExpectedSession = { outcomes: [], causes: [], needsKeyLog: false };

export const sampleRows: readonly SampleRow[] = readFileSync(`${SAMPLES}README.md`, 'utf8')
  .split('\n')
  .flatMap((line) => {
    const name = /^\| `([^`]+)` \|/.exec(line)?.[1];
    return name !== undefined && CAPTURE_NAME.test(name) ? [readRow(name, line.split('|').at(-2)!.trim())] : [];
  });

/** Nobody is at fault in it: no session of the row has failed. */
export const isHealthy = ({ sessions }: SampleRow): boolean =>
  sessions.every(({ outcomes }) => !outcomes.includes('failed'));

function readRow(name: string, text: string): SampleRow {
  if (/^no sessions?\b/.test(text)) return { name, text, sessions: [], all: false };
  const every = /^(both legs|both|all three|all five|all)(?::| (?=ok))\s*(.*)$/.exec(text);
  if (every !== null) {
    const session = readSession(name, every[2]!);
    const number = NUMBERS.get(every[1]!);
    return number === undefined
      ? { name, text, sessions: [session], all: true }
      : { name, text, sessions: new Array<ExpectedSession>(number).fill(session), all: false };
  }
  const labelled = /^(?:\d|(?:client's|backend's)(?: leg)?):\s*/;
  if (!labelled.test(text)) return { name, text, sessions: [readSession(name, text)], all: false };
  const sessions: ExpectedSession[] = [];
  for (const part of text.split(/;\s*/)) {
    if (labelled.test(part)) sessions.push(readSession(name, part.replace(labelled, '')));
    // The leg of the client comes first, whatever the order in the row.
    else if (part.startsWith("the client's leg fails")) sessions.unshift({ ...ANY, outcomes: ['failed'] });
    else throw new Error(`samples/README.md: ${name}: not understood: ${part}`);
  }
  return { name, text, sessions, all: false };
}

function readSession(name: string, text: string): ExpectedSession {
  const needsKeyLog = /with the key log/.test(text);
  const failed = /^failed, (\w+), `([a-z0-9.-]+)`(.*)$/.exec(text);
  if (failed !== null) {
    const other = /else `([a-z0-9.-]+)`/.exec(failed[3]!)?.[1];
    const causes = other === undefined ? [failed[2]!] : [failed[2]!, other];
    const outcomes = /else partial/.test(failed[3]!) ? ['failed', 'partial'] : ['failed'];
    return { outcomes, stage: failed[1]!, causes, needsKeyLog };
  }
  const outcomes = /^((?:ok|open|partial)(?:,? or (?:ok|open|partial))*)\b/.exec(text)?.[1]?.split(/,? or /);
  if (outcomes === undefined) throw new Error(`samples/README.md: ${name}: not understood: ${text}`);
  return { outcomes, causes: [], needsKeyLog };
}
