/** The top of the terminal report: the files, the counts, failures by cause, findings about the whole capture. */
import { CAUSES, type CauseId } from '../../diagnosis/causes.js';
import { formatBytes, formatCount, formatDuration } from '../format-value.js';
import type { CaptureReport, FindingReport, Report } from '../report.js';
import { packetList } from './finding-lines.js';
import type { Look } from './look.js';
import { padLeft, padRight, textWidth } from './text-width.js';

export const captureLines = ({ captures, summary }: Report, look: Look): string[] => [
  ...captures.flatMap((capture, index) => captureLine(capture, captures.length > 1 ? `${index + 1}: ` : '', look)),
  look.paint('bold', sessionCounts(summary)),
];

const captureLine = (capture: CaptureReport, number: string, look: Look): string[] => {
  const { file, format, packets, bytes, start, durationMs } = capture;
  const when =
    start === null || durationMs === null
      ? []
      : [`${formatDuration(durationMs * 1e6)} from ${start.slice(0, 19).replace('T', ' ')} UTC`];
  const read = packets === 0 ? 'a valid capture without packets' : `${formatCount(packets)} packets`;
  const facts = [format, read, formatBytes(bytes), ...when];
  const limits = [
    ...(capture.truncatedPackets > 0
      ? [`${formatCount(capture.truncatedPackets)} packets cut by the snap length`]
      : []),
    ...((capture.droppedPackets ?? 0) > 0
      ? [`${formatCount(capture.droppedPackets!)} packets dropped while capturing`]
      : []),
    ...capture.warnings,
  ];
  return [
    ...look.paragraph(`${number}${file}  ${facts.join(', ')}`, 0),
    ...limits.flatMap((limit) => look.paragraph(limit, 4, '  ! ').map((line) => look.paint('yellow', line))),
  ];
};

const sessionCounts = (summary: Report['summary']): string => {
  if (summary.sessions === 0) return 'No WebSocket sessions.';
  const outcomes = (['ok', 'failed', 'open', 'partial'] as const).filter((outcome) => summary[outcome] > 0);
  const counts = outcomes.map((outcome) => `${formatCount(summary[outcome])} ${outcome}`).join(', ');
  return `${formatCount(summary.sessions)} ${summary.sessions === 1 ? 'session' : 'sessions'}: ${counts}`;
};

/** Failures by cause, the commonest first. */
export const causeLines = ({ summary, sessions }: Report, look: Look): string[] => {
  const causes = Object.entries(summary.byCause);
  const widest = Math.max(...causes.map(([cause]) => textWidth(cause)));
  return [
    'Failed, by cause:',
    ...causes.map(([cause, count]) => {
      const first = sessions.find((session) => session.cause === cause);
      const stage = CAUSES[cause as CauseId] ?? '';
      const text = `${padLeft(formatCount(count), 7)}  ${padRight(cause, widest)}  ${padRight(stage, 11)}  first: session ${first?.id}`;
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
    return [
      `Failed, by ${SHARE_NAMES[kind]}:`,
      ...failing.map(({ sessions, failed, causes }, index) => {
        const share = `${formatCount(failed)} of ${formatCount(sessions)}`;
        const why = Object.entries(causes)
          .map(([cause, count]) => `${cause} ${formatCount(count)}`)
          .join(', ');
        return look.cut(`${padLeft(share, 16)}  ${padRight(names[index]!, widest)}  ${why}`, look.width);
      }),
      ...(left > 0 ? [look.paint('dim', `${padLeft(`${formatCount(left)} more`, 16)}`)] : []),
    ];
  });

const SHARE_NAMES = { server: 'server', path: 'path', sni: 'TLS server name' };

/** How long the stages took, of those that came to a good end. */
export const stageDurationLines = ({ summary: { stageDurations } }: Report, look: Look): string[] => {
  const stages = Object.entries(stageDurations).filter(([, { samples }]) => samples > 1);
  if (stages.length === 0) return [];
  const cells = (texts: readonly string[]): string => texts.map((text) => padLeft(text, 10)).join('');
  return [
    look.cut(
      `${padRight('Stages that succeeded:', 24)}${cells(['count', 'median', '90 %', '99 %', 'longest'])}`,
      look.width,
    ),
    ...stages.map(([stage, { samples, p50Ms, p90Ms, p99Ms, maxMs }]) => {
      const times = [p50Ms, p90Ms, p99Ms, maxMs].map((ms) => formatDuration(ms * 1e6));
      return look.cut(`  ${padRight(stage, 22)}${cells([formatCount(samples), ...times])}`, look.width);
    }),
  ];
};

export const notListedLine = ({ summary: { notListed } }: Report, look: Look): string[] => {
  const kinds = [
    [notListed.http, 'HTTP without an upgrade'],
    [notListed.tls, 'TLS that shows no WebSocket'],
    [notListed.spare, 'spare'],
    [notListed.other, 'other'],
  ] as const;
  const told = kinds.filter(([count]) => count > 0).map(([count, name]) => `${formatCount(count)} ${name}`);
  if (told.length === 0) return [];
  return look.paragraph(`Other connections, not listed: ${told.join(', ')}.`, 0).map((line) => look.paint('dim', line));
};

/** How many session numbers a finding names. */
const SESSIONS_NAMED = 12;

export const findingLines = (finding: FindingReport, report: Report, look: Look): string[] => {
  const about = finding.sessions ?? [];
  const named = about.slice(0, SESSIONS_NAMED).join(', ');
  const rest = about.length > SESSIONS_NAMED ? ` and ${about.length - SESSIONS_NAMED} more` : '';
  return [
    ...look
      .paragraph(`${finding.title} (${finding.severity}, ${finding.confidence})`, 0)
      .map((line) => look.paint('bold', line)),
    ...look.paragraph(finding.explanation, 8, '  Why'),
    ...(finding.remedy.length === 0 ? [] : look.paragraph(finding.remedy.join(' '), 8, '  Fix')),
    ...look.paragraph(
      `${about.length === 0 ? '' : `sessions ${named}${rest}; `}${packetList(finding, report)}`,
      8,
      '  See',
    ),
  ];
};
