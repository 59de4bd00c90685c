/**
 * The report as one page in one file: the verdict first, then all sessions on a time axis, then each session in full. It
 * loads nothing and says so in its Content-Security-Policy; it is complete without its script, which adds filtering,
 * sorting and copying. Piece by piece, since a page of thousands of sessions is long.
 */
import { createHash } from 'node:crypto';
import { formatCount } from '../format-value.js';
import type { Catalogue } from '../language/catalogue.js';
import { ENGLISH } from '../language/english/english.js';
import { LegLanes } from '../leg-lanes.js';
import type { Report, SessionReport } from '../report.js';
import { fillTemplate } from '../wording.js';
import { answerSection, captureSection } from './answer-section.js';
import { type Html, html, raw, textOf } from './html.js';
import { overviewSection } from './overview-section.js';
import { pageScript } from './page-script.js';
import { pageStyle } from './page-style.js';
import { sessionSection } from './session-section.js';
import { ToldRows } from './told-rows.js';

export interface HtmlOptions {
  /** `wscope 0.1.0, Node.js 20.20.2`. */
  madeWith: string;
  command: string;
  showSecrets: boolean;
  /** In what language; English when absent. */
  catalogue?: Catalogue;
}

/** Rows of the overview: what a browser sorts and filters without a wait. */
const MOST_SESSIONS = 10_000;
/** Rows of all timelines together: about 20 MB of page. */
const MOST_ROWS = 100_000;
/** Rows of one timeline; a session asked for alone may use them all. */
const MOST_ROWS_EACH = 20_000;
/** Sessions told in full, failures first. */
const MOST_TOLD = 500;
/** Stories that are open from the start: more are not read in one go, and make a page slow to open. */
const MOST_OPEN = 5;

export function* renderHtml(report: Report, options: HtmlOptions): Iterable<string> {
  const { catalogue = ENGLISH } = options;
  const { page } = catalogue;
  const script = pageScript({ copied: page.copied, shown: page.overview.shownOf, ...page.theme });
  const style = pageStyle({ packet: page.timeline.packet, session: page.overview.session });
  const listed = failuresFirst(report.sessions, MOST_SESSIONS);
  const lanes = new LegLanes(report.sessions);
  const plan = storiesOf(report.sessions, lanes);
  const told = new ToldRows(report.sessions, lanes, plan, new Set(listed.map(({ id }) => id)));
  yield textOf(headOf(report, style, script, catalogue));
  yield textOf(html`<body>
${report.sessions.length > 0 && html`<a class="skip" href="#${report.sessions.length === 1 ? `s${report.sessions[0]!.id}` : 'sessions'}">${page.skip}</a>`}
<header><button type="button" class="theme" id="theme" hidden></button>
${answerSection(report, told, catalogue)}</header>
<main>
`);
  if (report.sessions.length > 1) yield textOf(overviewSection(report, listed, new Set(plan.keys()), catalogue));
  if (listed.length < report.sessions.length)
    yield textOf(
      limit(
        fillTemplate(page.limits.table, {
          count: formatCount(report.sessions.length - listed.length),
          most: formatCount(MOST_SESSIONS),
        }),
      ),
    );
  const untold = report.sessions.length - plan.size;
  if (untold > 0) yield textOf(limit(fillTemplate(page.limits.stories, { count: formatCount(untold) })));
  const open = openFromTheStart(report.sessions, lanes);
  for (const session of report.sessions) {
    if (!plan.has(session.id)) continue;
    const isOpen = open.has(session);
    yield textOf(sessionSection(session, report, told, isOpen, catalogue));
  }
  yield textOf(html`</main>
${captureSection(report, options, catalogue)}
<p id="said" class="said" role="status" aria-live="polite"></p>
</body>
</html>
`);
}

const headOf = (report: Report, style: string, script: string, catalogue: Catalogue): Html => html`<!doctype html>
<html lang="${catalogue.language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policyOf(style, script)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="wscope">
<title>${titleOf(report, catalogue)}</title>
<style>${raw(style)}</style>
<script>${raw(script)}</script>
</head>
`;

const titleOf = ({ captures, summary }: Report, { page }: Catalogue): string =>
  fillTemplate(page.title, {
    file: captures[0]?.file ?? page.noCapture,
    failed: String(summary.failed),
    sessions: String(summary.sessions),
  });

const hashOf = (source: string): string => `'sha256-${createHash('sha256').update(source).digest('base64')}'`;

/** Nothing is fetched, framed or sent; the one style and the one script are known by their hash. */
const policyOf = (style: string, script: string): string =>
  `default-src 'none'; style-src ${hashOf(style)}; script-src ${hashOf(script)}; base-uri 'none'; form-action 'none'`;

const limit = (text: string): Html => html`<p class="limit">${text}</p>\n`;

/** In their own order when all fit. */
const failuresFirst = (sessions: readonly SessionReport[], most: number): SessionReport[] => {
  if (sessions.length <= most) return [...sessions];
  const failed = sessions.filter(({ outcome }) => outcome === 'failed');
  return [...failed, ...sessions.filter(({ outcome }) => outcome !== 'failed')].slice(0, most);
};

/** The first failure of each cause: the others read alike, and so does the leg behind a proxy. */
const openFromTheStart = (sessions: readonly SessionReport[], lanes: LegLanes): Set<SessionReport> => {
  if (sessions.length === 1) return new Set(sessions);
  const first = new Map<string | null, SessionReport>();
  for (const session of sessions) {
    const { outcome, cause } = session;
    if (outcome !== 'failed' || first.has(cause) || lanes.before(session) !== undefined) continue;
    first.set(cause, session);
    if (first.size === MOST_OPEN) break;
  }
  return new Set(first.values());
};

/** Rows of the timeline that each session told gets. */
const storiesOf = (sessions: readonly SessionReport[], lanes: LegLanes): Map<number, number> => {
  const plan = new Map<number, number>();
  let left = MOST_ROWS;
  for (const session of failuresFirst(sessions, Math.min(MOST_TOLD, sessions.length))) {
    const length = lanes.legsOf(session).reduce((sum, leg) => sum + leg.session.timeline.length, 0);
    const rows = Math.min(length, MOST_ROWS_EACH, left);
    plan.set(session.id, rows);
    left -= rows;
  }
  return plan;
};
