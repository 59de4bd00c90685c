/**
 * The report for a terminal: files and counts, failures by cause, a table of sessions, then the story of those that
 * broke. What is left out is said. A pure function of the report; piece by piece, since a reader may leave early.
 */
import { formatCount } from '../format-value.js';
import type { Catalogue } from '../language/catalogue.js';
import type { Report, SessionReport } from '../report.js';
import { fillCounted, fillTemplate } from '../wording.js';
import {
  captureLines,
  causeLines,
  findingLines,
  notListedLine,
  shareLines,
  stageDurationLines,
} from './capture-lines.js';
import type { ToldRemedies } from './finding-lines.js';
import { Look, type LookOptions } from './look.js';
import { sessionStory } from './session-story.js';
import { sessionTable } from './session-table.js';

export interface TerminalOptions extends LookOptions {
  /** Every session in the table, and every story. */
  all: boolean;
  /** The sessions were asked for by number: their stories in full. */
  chosen: boolean;
}

/** More rows than this are no overview. */
const SESSIONS_SHOWN = 50;
/** Findings about the whole capture; a fleet behind one timer has one for each server. */
const FINDINGS_SHOWN = 8;
/** What a cause looks like is clear after these; the others differ in numbers. */
const STORIES_A_CAUSE = 5;
/** What is more than a handful is summed up: by cause, by server, by stage. */
const SUMMARY_FROM = 6;

export function* renderTerminal(report: Report, options: TerminalOptions): Iterable<string> {
  const look = new Look(options);
  const inFull = options.all || options.chosen;
  const rows = inFull ? report.sessions : firstRows(report.sessions);
  yield lines(captureLines(report, look));
  if (report.summary.failed >= SUMMARY_FROM) {
    yield `\n${lines([...causeLines(report, look), ...shareLines(report, look)])}`;
  }
  const durations = report.summary.sessions >= SUMMARY_FROM ? stageDurationLines(report, look) : [];
  if (durations.length > 0) yield `\n${lines(durations)}`;
  if (rows.length > 0) yield `\n${sessionTable(rows, look)}`;
  const hidden = report.sessions.length - rows.length;
  if (hidden > 0)
    yield lines(look.paragraph(leftOut(report, rows, look.catalogue), 0).map((line) => look.paint('dim', line)));
  const notListed = notListedLine(report, look);
  if (notListed.length > 0) yield `\n${lines(notListed)}`;
  const findings = inFull ? report.findings : report.findings.slice(0, FINDINGS_SHOWN);
  for (const finding of findings) yield `\n${lines(findingLines(finding, report, look))}`;
  const unsaid = report.findings.length - findings.length;
  if (unsaid > 0) {
    const more = fillCounted(look.catalogue.texts.left.findings, unsaid);
    yield `\n${lines(look.paragraph(more, 0).map((line) => look.paint('dim', line)))}`;
  }

  const told = inFull ? report.sessions : firstOfEachCause(report.sessions);
  const remedies: ToldRemedies = new Map();
  for (const session of told) yield `\n${lines(sessionStory(session, report, look, inFull, remedies))}`;
  const untold = report.summary.failed - told.filter(({ outcome }) => outcome === 'failed').length;
  if (untold > 0) {
    const more = fillCounted(look.catalogue.texts.left.stories, untold);
    yield `\n${lines(look.paragraph(more, 0).map((line) => look.paint('dim', line)))}`;
  }
}

/** All in order when they fit; else the failures first. */
const firstRows = (sessions: readonly SessionReport[]): SessionReport[] => {
  if (sessions.length <= SESSIONS_SHOWN) return [...sessions];
  const failed = sessions.filter(({ outcome }) => outcome === 'failed');
  const others = sessions.filter(({ outcome }) => outcome !== 'failed');
  return [...failed, ...others].slice(0, SESSIONS_SHOWN);
};

const firstOfEachCause = (sessions: readonly SessionReport[]): SessionReport[] => {
  const told = new Map<string | null, number>();
  return sessions.filter(({ outcome, cause }) => {
    if (outcome !== 'failed') return false;
    const before = told.get(cause) ?? 0;
    told.set(cause, before + 1);
    return before < STORIES_A_CAUSE;
  });
};

const leftOut = ({ summary }: Report, rows: readonly SessionReport[], { texts, terms }: Catalogue): string => {
  const outcomes = (['failed', 'open', 'partial', 'ok'] as const).flatMap((outcome) => {
    const count = summary[outcome] - rows.filter((row) => row.outcome === outcome).length;
    if (count <= 0) return [];
    return [fillTemplate(texts.capture.outcome, { count: formatCount(count), outcome: terms.outcomes[outcome] })];
  });
  const count = summary.sessions - rows.length;
  return fillCounted(texts.left.sessions, count, { outcomes: outcomes.join(terms.and) });
};

const lines = (all: readonly string[]): string => all.map((line) => `${line.trimEnd()}\n`).join('');
