/**
 * The report for an issue tracker: three lines that answer, tables, a diagram, the stories folded away, and what made it.
 * A pure function of the report and of what the caller says about itself. It stays below what GitHub takes for one text;
 * what does not fit is cut between sessions, and a sentence says so.
 */
import { formatBytes, formatCount, formatDuration } from '../format-value.js';
import { fateOf, unstopped } from '../headline.js';
import type { Catalogue } from '../language/catalogue.js';
import { ENGLISH } from '../language/english/english.js';
import type { CaptureReport, FindingReport, Report, SessionReport } from '../report.js';
import { fillCounted, fillTemplate, joinSentences } from '../wording.js';
import { inertAdvice, inertCode, inertProse } from './inert.js';
import { sequenceDiagram } from './sequence-diagram.js';
import { evidenceOf, findingText, inertCell, sessionDetails, stageTable } from './session-markdown.js';

export interface MarkdownOptions {
  /** Of wscope and of what it ran on: `wscope 0.1.0, Node.js 20.20.2`. */
  madeWith: string;
  /** The command, as it can be typed again where the captures are. */
  command: string;
  /** Credentials were left in. */
  showSecrets: boolean;
  /** Sessions that are well are told too. */
  all: boolean;
  /** In what language; English when absent. */
  catalogue?: Catalogue;
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
  const { catalogue = ENGLISH } = options;
  const said = catalogue.markdown;
  const main = report.sessions.find(({ outcome, recovered }) => outcome === 'failed' && !recovered);
  const first = main ?? report.sessions.find(({ outcome }) => outcome === 'failed') ?? report.sessions[0];
  const head = [
    answer(report, first, catalogue),
    ...(report.sessions.length > 1 ? [sessionsTable(report, catalogue)] : []),
    ...(first === undefined ? [] : stagesOf(first, report, catalogue)),
    ...report.findings.slice(0, FINDINGS_SHOWN).map((finding) => captureFinding(finding, report, catalogue)),
  ];
  const foot = footOf(report, options, catalogue);
  const told = options.all ? report.sessions : firstOfEachCause(report.sessions);
  const parts = [...head];
  // The sentence about the cut has its own room.
  let room = MOST_CHARACTERS - lengthOf([...head, foot]) - 300;
  for (const [index, session] of told.entries()) {
    const whole = sessionDetails(session, report, true, catalogue);
    const details = whole.length + 2 <= room ? whole : sessionDetails(session, report, false, catalogue);
    if (details.length + 2 > room) {
      parts.push(fillCounted(said.cut, told.length - index, { command: inertCode('wscope --session <id>') }));
      break;
    }
    if (details !== whole) parts.push(fillTemplate(said.noTimeline, { id: String(session.id) }));
    parts.push(details);
    room -= details.length + 60;
  }
  return `${[...parts, foot].join('\n\n')}\n`;
};

/** What happened, what proves it, what to do. */
const answer = (report: Report, session: SessionReport | undefined, catalogue: Catalogue): string => {
  const { markdown: said, terms } = catalogue;
  if (session === undefined) return fillTemplate(said.none, { files: filesOf(report, catalogue) });
  const { summary } = report;
  const { id, verdict, confidence, findings, cause } = session;
  const sure = [terms.confidences[confidence], ...(cause === null ? [] : [inertCode(cause)])].join(terms.comma);
  const what = fillTemplate(summary.sessions === 1 ? said.session : said.sessionOf, {
    id: String(id),
    fate: fateOf(session, catalogue),
    sessions: formatCount(summary.sessions),
    failed: formatCount(summary.failed),
    verdict: inertProse(unstopped(verdict)),
    sure,
  });
  const finding = findings[0];
  if (finding === undefined) return what;
  const packets = evidenceOf(finding, report, catalogue);
  const holds = new Set(finding.evidence.map(({ capture = 0 }) => capture));
  const where = filesOf(report, catalogue, holds);
  const proof = finding.evidence.length === 0 ? [] : [fillTemplate(said.proof, { packets, files: where })];
  const remedy = finding.remedy[0];
  const fix = remedy === undefined ? [] : [fillTemplate(said.fix, { remedy: inertAdvice(remedy) })];
  return [what, ...proof, ...fix].join('\\\n');
};

/** All captures, or those of these numbers. */
const filesOf = ({ captures }: Report, { terms }: Catalogue, only?: ReadonlySet<number>): string =>
  captures
    .filter((_, index) => only === undefined || only.has(index))
    .map(({ file }) => inertCode(file))
    .join(terms.and);

const sessionsTable = ({ sessions }: Report, { markdown: said, terms }: Catalogue): string => {
  const failed = sessions.filter(({ outcome }) => outcome === 'failed');
  const rows =
    sessions.length <= SESSIONS_SHOWN ? sessions : [...failed, ...sessions.filter((each) => each.outcome !== 'failed')];
  const shown = rows.slice(0, SESSIONS_SHOWN);
  const hidden = rows.length - shown.length;
  return [
    said.sessions,
    '|--:|---|---|---|--:|---|',
    ...shown.map(
      ({ id, url, host, server, outcome, stage, startMs, endMs, verdict }) =>
        `| ${id} | ${inertCode(short(url ?? host ?? server))} | ${terms.outcomes[outcome]} | ${stage} | ${formatDuration((endMs - startMs) * 1e6, terms.units)} | ${inertCell(short(verdict))} |`,
    ),
    ...(hidden > 0 ? ['', fillTemplate(said.moreSessions, { count: formatCount(hidden) })] : []),
  ].join('\n');
};

const stagesOf = (session: SessionReport, report: Report, catalogue: Catalogue): string[] => {
  const diagram = sequenceDiagram(session, report, catalogue);
  return [
    fillTemplate(catalogue.markdown.stagesOf, { id: String(session.id) }),
    stageTable(session, report, catalogue),
    ...(diagram === undefined ? [] : [diagram]),
  ];
};

const captureFinding = (finding: FindingReport, report: Report, catalogue: Catalogue): string => {
  const { markdown: said, terms } = catalogue;
  const about = finding.sessions ?? [];
  const ids = [...about.slice(0, 20), ...(about.length > 20 ? ['…'] : [])].join(terms.and);
  const packets = evidenceOf(finding, report, catalogue);
  const sentences = [
    findingText(finding, catalogue),
    ...(about.length === 0 ? [] : [fillTemplate(said.about, { ids })]),
    ...(finding.evidence.length === 0 ? [] : [fillTemplate(said.proven, { packets })]),
  ];
  return joinSentences(sentences, terms);
};

const footOf = (
  { captures }: Report,
  { madeWith, command, showSecrets }: MarkdownOptions,
  catalogue: Catalogue,
): string => {
  const { markdown: said, terms } = catalogue;
  const warnings = captures.flatMap(({ file, warnings: texts }) =>
    texts.map((text) => fillTemplate(said.warning, { file: inertCode(file), warning: inertProse(text) })),
  );
  const more = warnings.length - WARNINGS_SHOWN;
  return [
    '---',
    ...captures.map((capture) => captureLine(capture, catalogue)),
    ...warnings.slice(0, WARNINGS_SHOWN),
    ...(more > 0 ? [fillTemplate(said.moreWarnings, { count: String(more) })] : []),
    fillTemplate(said.made, { program: inertProse(madeWith), command: inertCode(command) }),
    `- ${joinSentences([said.numbers, showSecrets ? said.secrets : said.noSecrets], terms)}`,
  ].join('\n');
};

const captureLine = (
  { file, format, packets, bytes, start, durationMs }: CaptureReport,
  { markdown, texts: { capture: said }, terms }: Catalogue,
): string => {
  const when =
    start === null
      ? []
      : [
          fillTemplate(said.when, {
            duration: formatDuration((durationMs ?? 0) * 1e6, terms.units),
            start: start.slice(0, 19).replace('T', ' '),
          }),
        ];
  const facts = [
    format,
    fillTemplate(said.packets, { count: formatCount(packets) }),
    formatBytes(bytes, terms.units),
    ...when,
  ];
  return fillTemplate(markdown.capture, { file: inertCode(file), facts: facts.join(terms.comma) });
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
