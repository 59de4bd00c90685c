/**
 * All sessions, a row each: who, how it came out, and a bar on the time axis that all share, coloured by stage. Rows are
 * laid out as grids, so that a browser passes over those out of sight; the roles keep it a table for screen readers.
 */
import { formatCount, formatDuration } from '../format-value.js';
import type { Catalogue } from '../language/catalogue.js';
import type { Report, SessionReport } from '../report.js';
import { firstSentence } from '../verdict-text.js';
import { fillTemplate } from '../wording.js';
import { type Html, html } from './html.js';
import { ACROSS, type Axis, across, axisBetween, axisLabels } from './time-axis.js';

const ROW = 14;
/** The least that is drawn of a stage, so that it can be seen at all. */
const SHORTEST = 3;
/** Steps of the axis: its column is narrow. */
const LABELS = 4;

export const overviewSection = (
  report: Report,
  sessions: readonly SessionReport[],
  told: ReadonlySet<number>,
  catalogue: Catalogue,
): Html => {
  const { page, terms } = catalogue;
  const said = page.overview;
  if (sessions.length === 0) return html``;
  const axis = axisOf(report.sessions);
  const outcomes = (['failed', 'ok', 'open', 'partial'] as const).filter((outcome) => report.summary[outcome] > 0);
  return html`<section id="sessions" aria-labelledby="sessions-title">
<h2 id="sessions-title">${said.title}</h2>
<form class="controls" id="controls" hidden>
<label>${said.find} <input type="search" id="find" placeholder="${said.hint}" autocomplete="off"></label>
${outcomes.length < 2 ? null : html`<fieldset><legend>${said.show}</legend>${outcomes.map((outcome) => html`<label><input type="checkbox" name="outcome" value="${outcome}" checked> ${terms.outcomes[outcome]}</label>`)}</fieldset>`}
<output id="shown">${fillTemplate(said.shown, { count: formatCount(sessions.length) })}</output>
</form>
${legend(sessions, said)}
<div class="scroll" tabindex="0" role="region" aria-label="${said.table}">
<table class="overview" role="table">
<thead role="rowgroup"><tr role="row">${HEADS.map((key) => html`<th role="columnheader" scope="col" data-sort="${key}" class="c-${key}">${key === 'id' ? '#' : said[key]}</th>`)}<th role="columnheader" scope="col" class="c-time"><span class="hidden">${said.time}</span><svg class="ticks">${axisLabels(axis, 11, terms.units, axis.startMs)}</svg></th></tr></thead>
<tbody role="rowgroup">
${sessions.map((session) => row(session, axis, told, catalogue))}</tbody>
</table>
</div>
</section>
`;
};

const HEADS = ['id', 'where', 'outcome', 'lasted', 'verdict'] as const;

const axisOf = (sessions: readonly SessionReport[]): Axis => {
  let start = Number.POSITIVE_INFINITY;
  let end = Number.NEGATIVE_INFINITY;
  for (const { startMs, endMs } of sessions) {
    start = Math.min(start, startMs);
    end = Math.max(end, endMs);
  }
  return axisBetween(start, end, LABELS);
};

const row = (session: SessionReport, axis: Axis, told: ReadonlySet<number>, { page, terms }: Catalogue): Html => {
  const said = page.overview;
  const { id, client, server, url, host, outcome, stage, cause, verdict, startMs, endMs, recovered } = session;
  const number = told.has(id) ? html`<a href="#s${id}">${id}</a>` : html`${id}`;
  // Links lead here where there is no story.
  const anchor = told.has(id) ? null : html` id="s${id}"`;
  const lasted = formatDuration((endMs - startMs) * 1e6, terms.units);
  return html`<tr role="row"${anchor} data-id="${id}" data-outcome="${outcome}" data-lasted="${endMs - startMs}"><td role="cell" class="c-id">${number}</td><td role="cell" class="c-where"><code>${url ?? host ?? server}</code><small>${client} → ${server}</small></td><td role="cell" class="c-outcome o-${outcome}">${MARKS[outcome]} ${terms.outcomes[outcome]}${outcome === 'failed' ? html`<small>${recovered ? fillTemplate(said.recovered, { stage }) : stage}</small>` : null}</td><td role="cell" class="c-lasted">${lasted}</td><td role="cell" class="c-verdict">${told.has(id) ? firstSentence(verdict) : verdict}${cause === null ? null : html`<small><code>${cause}</code></small>`}</td><td role="cell" class="c-time">${bar(session, axis, said, terms.units)}</td></tr>
`;
};

const MARKS: Readonly<Record<SessionReport['outcome'], string>> = { ok: '✓', failed: '✗', open: '…', partial: '?' };

/** The stages where they stand on the common axis; a failure ends in a mark. */
const bar = (
  { stages, startMs, endMs, outcome, stage }: SessionReport,
  axis: Axis,
  said: Catalogue['page']['overview'],
  units: Catalogue['terms']['units'],
): Html => {
  const described = fillTemplate(outcome === 'failed' ? said.barFailed : said.bar, {
    start: formatDuration(startMs * 1e6, units),
    end: formatDuration(endMs * 1e6, units),
    stage,
  });
  const at = (ms: number) => across(ms, axis);
  const whole = html`<rect class="whole" x="${at(startMs).toFixed(1)}" y="5" width="${Math.max(SHORTEST, at(endMs) - at(startMs)).toFixed(1)}" height="4"/>`;
  const parts = stages.map((each) => {
    if (each.startMs === null) return null;
    const from = at(each.startMs);
    const to = each.durationMs === null ? at(endMs) : at(each.startMs + each.durationMs);
    return html`<rect class="g-${each.stage}" x="${from.toFixed(1)}" y="2" width="${Math.max(SHORTEST, to - from).toFixed(1)}" height="10"/>`;
  });
  const end = Math.min(ACROSS - 4, Math.max(4, at(endMs)));
  const mark = outcome === 'failed' ? html`<path class="broke" d="M${(end - 4).toFixed(1)} 1v12h8v-12z"/>` : null;
  return html`<svg viewBox="0 0 ${ACROSS} ${ROW}" preserveAspectRatio="none" role="img" aria-label="${described}">${whole}${parts}${mark}</svg>`;
};

/** Of the stages that are drawn somewhere. */
const legend = (sessions: readonly SessionReport[], said: Catalogue['page']['overview']): Html => {
  const seen = new Set(sessions.flatMap(({ stages }) => stages.map(({ stage }) => stage)));
  const shown = STAGES.filter((stage) => seen.has(stage));
  const sign = (look: string, text: string): Html =>
    html`<li><svg viewBox="0 0 10 10" aria-hidden="true"><rect class="${look}" width="10" height="10"/></svg>${text}</li>`;
  const failed = sessions.some(({ outcome }) => outcome === 'failed') ? sign('broke', said.failed) : null;
  return html`<ul class="legend" aria-label="${said.legend}">${shown.map((stage) => sign(`g-${stage}`, stage))}${failed}</ul>`;
};

const STAGES = ['dns', 'tcp', 'proxy', 'tls', 'upgrade', 'subprotocol', 'open', 'close'] as const;
