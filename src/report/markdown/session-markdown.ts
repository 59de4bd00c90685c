/** One session in Markdown: its stages as a table, what was found, the timeline folded away, how the network did. */
import { formatDuration } from '../format-value.js';
import { fateOf } from '../headline.js';
import type { FindingReport, Report, SessionReport, StageReport } from '../report.js';
import { packetList, packetNumber } from '../terminal/finding-lines.js';
import { ladderLines } from '../terminal/ladder.js';
import { Look } from '../terminal/look.js';
import { networkLines, notSeenLines } from '../terminal/network-lines.js';
import { fencedBlock, inertCode, inertProse } from './inert.js';

/** Columns of the ladder: what an issue shows without a scroll bar. */
const LADDER = new Look({ width: 100, ascii: false, colour: false });
/** Sentences are not wrapped. */
const SENTENCE = new Look({ width: 100_000, ascii: false, colour: false });
/** Packets named of a stage. */
const PACKETS_NAMED = 6;

export const stageTable = ({ stages }: SessionReport, report: Report): string =>
  [
    '| stage | status | took | packets | |',
    '|---|---|--:|---|---|',
    ...stages.map((stage) => {
      const took = stage.durationMs === null ? '' : formatDuration(stage.durationMs * 1e6);
      const status = `${SIGNS[stage.status]} ${stage.status}`;
      return `| ${stage.stage} | ${status} | ${took} | ${stagePackets(stage, report)} | ${inertCell(stage.detail ?? '')} |`;
    }),
  ].join('\n');

/** The decisive finding first, each with its advice and its packets. */
export const findingsMarkdown = (session: SessionReport, report: Report): string =>
  session.findings
    .map((finding) =>
      [
        `**${inertProse(finding.title)}** (${finding.severity}, ${finding.confidence}): ${inertProse(finding.explanation)}`,
        ...finding.remedy.map((text) => `- ${inertProse(text)}`),
        ...(finding.evidence.length === 0 ? [] : [`- Proof: ${evidenceOf(finding, report)}`]),
      ].join('\n'),
    )
    .join('\n\n');

export const evidenceOf = (finding: FindingReport, report: Report): string => inertProse(packetList(finding, report));

/** Folded: the whole story of a session, without its timeline where that would not fit. */
export const sessionDetails = (session: SessionReport, report: Report, withTimeline: boolean): string => {
  const ladder = withTimeline ? ladderLines(session, report, LADDER, false) : [];
  const facts = [...networkLines(session, SENTENCE), ...notSeenLines(session, SENTENCE)];
  return [
    `<details><summary>Session ${session.id} ${fateOf(session)}${session.cause === null ? '' : ` (${session.cause})`}</summary>`,
    identityOf(session),
    stageTable(session, report),
    findingsMarkdown(session, report),
    ladder.length === 0 ? '' : fencedBlock(ladder, 'text'),
    facts.map((line) => `- ${inertProse(line.trim())}`).join('\n'),
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
