/** The top of the terminal report: the files, the counts, failures by cause, findings about the whole capture. */
import { CAUSES, type CauseId } from '../../diagnosis/causes.js';
import { formatBytes, formatCount, formatDuration } from '../format-value.js';
import type { Catalogue } from '../language/catalogue.js';
import type { CaptureReport, FindingReport, Report } from '../report.js';
import { fillCounted, fillTemplate, joinSentences } from '../wording.js';
import { packetList, titleOf } from './finding-lines.js';
import type { Look } from './look.js';
import { padLeft, padRight, textWidth } from './text-width.js';

export const captureLines = ({ captures, summary }: Report, look: Look): string[] => [
  ...captures.flatMap((capture, index) => captureLine(capture, captures.length > 1 ? `${index + 1}: ` : '', look)),
  look.paint('bold', sessionCounts(summary, look)),
];

const captureLine = (capture: CaptureReport, number: string, look: Look): string[] => {
  const { file, format, packets, bytes, start, durationMs } = capture;
  const { texts, terms } = look.catalogue;
  const said = texts.capture;
  const when =
    start === null || durationMs === null
      ? []
      : [
          fillTemplate(said.when, {
            duration: formatDuration(durationMs * 1e6, terms.units),
            start: start.slice(0, 19).replace('T', ' '),
          }),
        ];
  const read = packets === 0 ? said.empty : fillTemplate(said.packets, { count: formatCount(packets) });
  const facts = [format, read, formatBytes(bytes, terms.units), ...when];
  const limits = [
    ...(capture.truncatedPackets > 0 ? [fillTemplate(said.cut, { count: formatCount(capture.truncatedPackets) })] : []),
    ...((capture.droppedPackets ?? 0) > 0
      ? [fillTemplate(said.dropped, { count: formatCount(capture.droppedPackets!) })]
      : []),
    ...capture.warnings,
  ];
  return [
    ...look.paragraph(`${number}${file}  ${facts.join(terms.comma)}`, 0),
    ...limits.flatMap((limit) => look.paragraph(limit, 4, '  ! ').map((line) => look.paint('yellow', line))),
  ];
};

const sessionCounts = (summary: Report['summary'], { catalogue: { texts, terms } }: Look): string => {
  if (summary.sessions === 0) return texts.capture.none;
  const outcomes = (['ok', 'failed', 'open', 'partial'] as const).filter((outcome) => summary[outcome] > 0);
  const counts = outcomes.map((outcome) =>
    fillTemplate(texts.capture.outcome, { count: formatCount(summary[outcome]), outcome: terms.outcomes[outcome] }),
  );
  return fillCounted(texts.capture.sessions, summary.sessions, { outcomes: counts.join(terms.comma) });
};

/** Failures by cause, the commonest first. */
export const causeLines = ({ summary, sessions }: Report, look: Look): string[] => {
  const causes = Object.entries(summary.byCause);
  const widest = Math.max(...causes.map(([cause]) => textWidth(cause)));
  const { summary: said } = look.catalogue.texts;
  return [
    said.byCause,
    ...causes.map(([cause, count]) => {
      const first = sessions.find((session) => session.cause === cause);
      const stage = CAUSES[cause as CauseId] ?? '';
      const where = fillTemplate(said.first, { id: String(first?.id) });
      const text = `${padLeft(formatCount(count), 7)}  ${padRight(cause, widest)}  ${padRight(stage, 11)}  ${where}`;
      return look.cut(text, look.width);
    }),
  ];
};

/** Servers in the order of their failures. */
const SERVERS_SHOWN = 8;
/** As wide as a name may be before it is cut. */
const NAME_WIDTH = 40;

/**
 * Failures by server, path or name: what fails everywhere, and what fails in one place. Nothing where there is one, or
 * where each failed once, as in a scan.
 */
export const shareLines = ({ summary: { shares } }: Report, look: Look): string[] =>
  (['server', 'path', 'sni'] as const).flatMap((kind) => {
    const { rows, omitted } = shares[kind];
    const failing = rows.filter(({ failed }) => failed > 1).slice(0, SERVERS_SHOWN);
    if (rows.length + omitted < 2 || failing.length === 0) return [];
    const names = failing.map(({ name }) => look.cut(name, NAME_WIDTH));
    const widest = Math.max(...names.map(textWidth));
    const left = rows.length + omitted - failing.length;
    const said = look.catalogue.texts.summary;
    return [
      said[SHARED_BY[kind]],
      ...failing.map(({ sessions, failed, causes }, index) => {
        const share = fillTemplate(said.share, { failed: formatCount(failed), sessions: formatCount(sessions) });
        const why = Object.entries(causes)
          .map(([cause, count]) => `${cause} ${formatCount(count)}`)
          .join(look.catalogue.terms.comma);
        return look.cut(`${padLeft(share, 16)}  ${padRight(names[index]!, widest)}  ${why}`, look.width);
      }),
      ...(left > 0 ? [look.paint('dim', padLeft(fillTemplate(said.more, { count: formatCount(left) }), 16))] : []),
    ];
  });

const SHARED_BY = { server: 'byServer', path: 'byPath', sni: 'bySni' } as const;

/** How long the stages took, of those that came to a good end. */
export const stageDurationLines = ({ summary: { stageDurations } }: Report, look: Look): string[] => {
  const stages = Object.entries(stageDurations).filter(([, { samples }]) => samples > 1);
  if (stages.length === 0) return [];
  const { stages: title, columns } = look.catalogue.texts.summary;
  const { count, median, p90, p99, longest } = columns;
  const cells = (texts: readonly string[]): string => texts.map((text) => padLeft(text, 10)).join('');
  return [
    look.cut(`${padRight(title, 24)}${cells([count, median, p90, p99, longest])}`, look.width),
    ...stages.map(([stage, { samples, p50Ms, p90Ms, p99Ms, maxMs }]) => {
      const times = [p50Ms, p90Ms, p99Ms, maxMs].map((ms) => formatDuration(ms * 1e6));
      return look.cut(`  ${padRight(stage, 22)}${cells([formatCount(samples), ...times])}`, look.width);
    }),
  ];
};

export const notListedLine = ({ summary: { notListed } }: Report, look: Look): string[] => {
  const told = notListedText(notListed, look.catalogue);
  return told === undefined ? [] : look.paragraph(told, 0).map((line) => look.paint('dim', line));
};

/** Undefined when every connection is a session. */
export const notListedText = (
  notListed: Report['summary']['notListed'],
  { texts, terms }: Catalogue,
): string | undefined => {
  const told = (['http', 'tls', 'spare', 'other'] as const)
    .filter((kind) => notListed[kind] > 0)
    .map((kind) => fillTemplate(texts.capture.kinds[kind], { count: formatCount(notListed[kind]) }));
  return told.length === 0 ? undefined : fillTemplate(texts.capture.notListed, { kinds: told.join(terms.and) });
};

/** How many session numbers a finding names. */
const SESSIONS_NAMED = 12;

export const findingLines = (finding: FindingReport, report: Report, look: Look): string[] => {
  const { texts, terms } = look.catalogue;
  const said = texts.finding;
  const about = finding.sessions ?? [];
  const ids = about.slice(0, SESSIONS_NAMED).join(terms.and);
  const more = about.length - SESSIONS_NAMED;
  const named =
    about.length === 0 ? [] : [fillTemplate(more > 0 ? said.sessionsMore : said.sessions, { ids, more: String(more) })];
  return [
    ...look.paragraph(titleOf(finding, look.catalogue), 0).map((line) => look.paint('bold', line)),
    ...look.paragraph(finding.explanation, 8, `  ${said.why}`),
    ...(finding.remedy.length === 0 ? [] : look.paragraph(joinSentences(finding.remedy, terms), 8, `  ${said.fix}`)),
    ...look.paragraph(
      [...named, packetList(finding, report, look.catalogue)].join(terms.semicolon),
      8,
      `  ${said.see}`,
    ),
  ];
};
