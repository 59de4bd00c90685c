/** One session in Markdown: its stages as a table, what was found, the timeline folded away, how the network did. */
import { formatDuration } from '../format-value.js';
import { fateOf } from '../headline.js';
import type { Catalogue } from '../language/catalogue.js';
import type { FindingReport, Report, SessionReport, StageReport } from '../report.js';
import { packetList, packetNumber } from '../terminal/finding-lines.js';
import { ladderLines } from '../terminal/ladder.js';
import { Look } from '../terminal/look.js';
import { networkText, notSeenTexts } from '../terminal/network-lines.js';
import { fillTemplate } from '../wording.js';
import { fencedBlock, inertAdvice, inertCode, inertProse } from './inert.js';

/** Columns of the ladder: what an issue shows without a scroll bar. */
const LADDER = { width: 100, ascii: false, colour: false };
/** Packets named of a stage. */
const PACKETS_NAMED = 6;

export const stageTable = ({ stages }: SessionReport, report: Report, { markdown, terms }: Catalogue): string =>
  [
    markdown.stages,
    '|---|---|--:|---|---|',
    ...stages.map((stage) => {
      const took = stage.durationMs === null ? '' : formatDuration(stage.durationMs * 1e6);
      const status = `${SIGNS[stage.status]} ${terms.statuses[stage.status]}`;
      return `| ${stage.stage} | ${status} | ${took} | ${stagePackets(stage, report)} | ${inertCell(stage.detail ?? '')} |`;
    }),
  ].join('\n');

/** The decisive finding first, each with its advice and its packets. */
export const findingsMarkdown = (session: SessionReport, report: Report, catalogue: Catalogue): string =>
  session.findings
    .map((finding) =>
      [
        findingText(finding, catalogue),
        ...finding.remedy.map((text) => `- ${inertAdvice(text)}`),
        ...(finding.evidence.length === 0
          ? []
          : [fillTemplate(catalogue.markdown.proofItem, { packets: evidenceOf(finding, report, catalogue) })]),
      ].join('\n'),
    )
    .join('\n\n');

/** Title and explanation. */
export const findingText = (
  { title, severity, confidence, explanation }: FindingReport,
  { markdown, terms }: Catalogue,
): string =>
  fillTemplate(markdown.finding, {
    title: inertProse(title),
    severity: terms.severities[severity],
    confidence: terms.confidences[confidence],
    explanation: inertProse(explanation),
  });

export const evidenceOf = (finding: FindingReport, report: Report, catalogue: Catalogue): string =>
  inertProse(packetList(finding, report, catalogue));

/** Folded: the whole story of a session, without its timeline where that would not fit. */
export const sessionDetails = (
  session: SessionReport,
  report: Report,
  withTimeline: boolean,
  catalogue: Catalogue,
): string => {
  const { markdown, texts } = catalogue;
  const ladder = withTimeline ? ladderLines(session, report, new Look({ ...LADDER, catalogue }), false) : [];
  const network = networkText(session, catalogue);
  const facts = [
    ...(network === undefined ? [] : [fillTemplate(texts.network.line, { facts: network })]),
    ...notSeenTexts(session, catalogue),
  ];
  const summary = fillTemplate(session.cause === null ? markdown.details : markdown.detailsCause, {
    id: String(session.id),
    fate: fateOf(session, catalogue),
    cause: session.cause ?? '',
  });
  return [
    `<details><summary>${summary}</summary>`,
    identityOf(session),
    stageTable(session, report, catalogue),
    findingsMarkdown(session, report, catalogue),
    ladder.length === 0 ? '' : fencedBlock(ladder, 'text'),
    facts.map((line) => `- ${inertProse(line)}`).join('\n'),
    '</details>',
  ]
    .filter((part) => part !== '')
    .join('\n\n');
};

const identityOf = ({ client, server, url, host, carrier }: SessionReport): string => {
  const where = url ?? host;
  const ends = `${inertCode(client)} → ${inertCode(server)}`;
  return `${where === null ? '' : `${inertCode(where)}, `}${ends}${carrier === null ? '' : `, ${carrier}`}`;
};

const stagePackets = ({ packets, captures }: StageReport, report: Report): string => {
  const named = packets
    .slice(0, PACKETS_NAMED)
    .map((packet, index) => packetNumber({ packet, capture: captures?.[index] ?? 0 }, report));
  return named.join(', ') + (packets.length > PACKETS_NAMED ? ', …' : '');
};

/** Prose in a table cell: a bar would end it, and does not pass as a plain word. */
export const inertCell = (text: string): string => inertProse(text);

const SIGNS: Readonly<Record<StageReport['status'], string>> = {
  ok: '✓',
  failed: '✗',
  'in-progress': '…',
  'not-seen': '–',
  hidden: '–',
};
