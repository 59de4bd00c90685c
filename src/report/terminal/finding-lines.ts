/** Findings of one session: why, what to do, and which packets to look at in Wireshark. */
import type { FindingReport, PacketPlace, Report, SessionReport } from '../report.js';
import type { Look } from './look.js';

/** Room for the words in front of each part. */
const INDENT = 8;
/** Evidence that is written out; more is in the JSON. */
const PACKETS_NAMED = 8;

/** As Wireshark's packet number; `2:97` in the second of several files. */
export const packetNumber = ({ packet, capture = 0 }: PacketPlace, { captures }: Report): string =>
  captures.length > 1 ? `${capture + 1}:${packet}` : String(packet);

export const packetList = ({ evidence }: FindingReport, report: Report): string => {
  const named = evidence
    .slice(0, PACKETS_NAMED)
    .map((each) => `${packetNumber(each, report)}${each.note === '' ? '' : ` (${each.note})`}`);
  const rest = evidence.length > PACKETS_NAMED ? `, and ${evidence.length - PACKETS_NAMED} more` : '';
  return `${evidence.length === 1 ? 'packet' : 'packets'} ${named.join(', ')}${rest}`;
};

export const sessionFindingLines = (session: SessionReport, report: Report, look: Look): string[] => {
  const [first, ...others] = session.findings;
  if (first === undefined) return [];
  const isDecisive = session.outcome === 'failed' && first.cause === session.cause;
  const decisive = isDecisive ? [first] : [];
  return [
    ...decisive.flatMap((finding) => [...whyLines(finding, session, look), ...adviceLines(finding, report, look)]),
    ...(isDecisive ? others : session.findings).flatMap((finding) => [
      ...look.paragraph(
        `${finding.title} (${finding.severity}, ${finding.confidence}): ${finding.explanation}`,
        INDENT,
        '  Also',
      ),
      ...adviceLines(finding, report, look),
    ]),
  ];
};

/** The headline has said the verdict already: what the explanation adds to it. */
const whyLines = ({ explanation }: FindingReport, { verdict }: SessionReport, look: Look): string[] => {
  const rest = explanation.startsWith(verdict) ? explanation.slice(verdict.length).trim() : explanation;
  return rest === '' ? [] : look.paragraph(rest, INDENT, '  Why');
};

const adviceLines = (finding: FindingReport, report: Report, look: Look): string[] => [
  ...finding.remedy.flatMap((remedy, index) => look.paragraph(remedy, INDENT, index === 0 ? '  Fix' : '')),
  ...(finding.evidence.length === 0 ? [] : look.paragraph(packetList(finding, report), INDENT, '  See')),
];
