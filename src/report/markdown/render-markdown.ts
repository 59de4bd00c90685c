/**
 * The report for an issue tracker: three lines that answer, tables, a diagram, the stories folded away, and what made it.
 * A pure function of the report and of what the caller says about itself. It stays below what GitHub takes for one text;
 * what does not fit is cut between sessions, and a sentence says so.
 */
import { formatBytes, formatCount, formatDuration } from '../format-value.js';
import { fateOf } from '../headline.js';
import type { CaptureReport, FindingReport, Report, SessionReport } from '../report.js';
import { inertCode, inertProse } from './inert.js';
import { sequenceDiagram } from './sequence-diagram.js';
import { evidenceOf, inertCell, sessionDetails, stageTable } from './session-markdown.js';

export interface MarkdownOptions {
  /** Of wscope and of what it ran on: `wscope 0.1.0, Node.js 20.20.2`. */
  madeWith: string;
  /** The command, as it can be typed again where the captures are. */
  command: string;
  /** Credentials were left in. */
  showSecrets: boolean;
  /** Sessions that are well are told too. */
  all: boolean;
}

/** In characters. GitHub refuses texts of more than 65,536; GitLab takes a million. */
const MOST_CHARACTERS = 65_000;
const SESSIONS_SHOWN = 30;
const STORIES_A_CAUSE = 3;
const FINDINGS_SHOWN = 10;
const WARNINGS_SHOWN = 10;
/** In characters: longer cells make a table nobody reads. */
const CELL = 120;

export const renderMarkdown = (report: Report, options: MarkdownOptions): string => {
  const main = report.sessions.find(({ outcome, recovered }) => outcome === 'failed' && !recovered);
  const first = main ?? report.sessions.find(({ outcome }) => outcome === 'failed') ?? report.sessions[0];
  const head = [
    answer(report, first),
    ...(report.sessions.length > 1 ? [sessionsTable(report)] : []),
    ...(first === undefined ? [] : stagesOf(first, report)),
    ...report.findings.slice(0, FINDINGS_SHOWN).map((finding) => captureFinding(finding, report)),
  ];
  const foot = footOf(report, options);
  const told = options.all ? report.sessions : firstOfEachCause(report.sessions);
  const parts = [...head];
  // The sentence about the cut has its own room.
  let room = MOST_CHARACTERS - lengthOf([...head, foot]) - 300;
  for (const [index, session] of told.entries()) {
    const whole = sessionDetails(session, report, true);
    const details = whole.length + 2 <= room ? whole : sessionDetails(session, report, false);
    if (details.length + 2 > room) {
      const left = told.length - index;
      parts.push(
        `*Cut here: ${left} more ${left === 1 ? 'session does' : 'sessions do'} not fit into one text of a tracker; ${inertCode('wscope --session <id>')} tells of one.*`,
      );
      break;
    }
    if (details !== whole) parts.push(`*The timeline of session ${session.id} does not fit here.*`);
    parts.push(details);
    room -= details.length + 60;
  }
  return `${[...parts, foot].join('\n\n')}\n`;
};

/** What happened, what proves it, what to do. */
const answer = (report: Report, session: SessionReport | undefined): string => {
  const files = report.captures.map(({ file }) => inertCode(file)).join(', ');
  if (session === undefined) return `**No WebSocket sessions** in ${files}.`;
  const { summary } = report;
  const others =
    summary.sessions === 1
      ? ''
      : ` (one of ${formatCount(summary.sessions)} sessions, ${formatCount(summary.failed)} failed)`;
  const { id, verdict, confidence, findings, cause } = session;
  const what = `**Session ${id} ${fateOf(session)}${others}:** ${inertProse(verdict.replace(/\.$/, ''))} (${confidence}${cause === null ? '' : `, ${inertCode(cause)}`})`;
  const finding = findings[0];
  if (finding === undefined) return what;
  const proof = finding.evidence.length === 0 ? [] : [`**Proof:** ${evidenceOf(finding, report)} in ${files}`];
  const fix = finding.remedy[0] === undefined ? [] : [`**Fix:** ${inertProse(finding.remedy[0])}`];
  return [what, ...proof, ...fix].join('\\\n');
};

const sessionsTable = ({ sessions }: Report): string => {
  const failed = sessions.filter(({ outcome }) => outcome === 'failed');
  const rows =
    sessions.length <= SESSIONS_SHOWN ? sessions : [...failed, ...sessions.filter((each) => each.outcome !== 'failed')];
  const shown = rows.slice(0, SESSIONS_SHOWN);
  const hidden = rows.length - shown.length;
  return [
    '| # | where | outcome | stage | lasted | verdict |',
    '|--:|---|---|---|--:|---|',
    ...shown.map(
      ({ id, url, host, server, outcome, stage, startMs, endMs, verdict }) =>
        `| ${id} | ${inertCode(short(url ?? host ?? server))} | ${outcome} | ${stage} | ${formatDuration((endMs - startMs) * 1e6)} | ${inertCell(short(verdict))} |`,
    ),
    ...(hidden > 0 ? ['', `${formatCount(hidden)} more sessions are not in this table.`] : []),
  ].join('\n');
};

const stagesOf = (session: SessionReport, report: Report): string[] => {
  const diagram = sequenceDiagram(session);
  return [
    `### Stages of session ${session.id}`,
    stageTable(session, report),
    ...(diagram === undefined ? [] : [diagram]),
  ];
};

const captureFinding = (finding: FindingReport, report: Report): string => {
  const about = finding.sessions ?? [];
  const named =
    about.length === 0 ? '' : ` Sessions ${about.slice(0, 20).join(', ')}${about.length > 20 ? ', …' : ''}.`;
  const proof = finding.evidence.length === 0 ? '' : ` Proof: ${evidenceOf(finding, report)}.`;
  return `**${inertProse(finding.title)}** (${finding.severity}, ${finding.confidence}): ${inertProse(finding.explanation)}${named}${proof}`;
};

const footOf = ({ captures }: Report, { madeWith, command, showSecrets }: MarkdownOptions): string => {
  const warnings = captures.flatMap((capture) =>
    capture.warnings.map((text) => `- ${inertCode(capture.file)}: ${inertProse(text)}`),
  );
  return [
    '---',
    ...captures.map((capture) => `- ${captureLine(capture)}`),
    ...warnings.slice(0, WARNINGS_SHOWN),
    ...(warnings.length > WARNINGS_SHOWN ? [`- ${warnings.length - WARNINGS_SHOWN} more warnings`] : []),
    `- ${inertProse(madeWith)}: ${inertCode(command)}`,
    `- Packet numbers are those of Wireshark. ${showSecrets ? '**Credentials were left in.**' : 'Credentials are taken out as far as they were recognised.'}`,
  ].join('\n');
};

const captureLine = ({ file, format, packets, bytes, start, durationMs }: CaptureReport): string => {
  const when =
    start === null
      ? ''
      : `, ${formatDuration((durationMs ?? 0) * 1e6)} from ${start.slice(0, 19).replace('T', ' ')} UTC`;
  return `${inertCode(file)}: ${format}, ${formatCount(packets)} packets, ${formatBytes(bytes)}${when}`;
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

const short = (text: string): string => (text.length > CELL ? `${[...text].slice(0, CELL - 1).join('')}…` : text);

const lengthOf = (parts: readonly string[]): number => parts.reduce((sum, part) => sum + part.length + 2, 0);
