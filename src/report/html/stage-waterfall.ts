/** The stages of a session under each other on its own time axis: where the time went, and where it broke. */
import { formatDuration } from '../format-value.js';
import type { Catalogue } from '../language/catalogue.js';
import type { Report, SessionReport, StageReport } from '../report.js';
import { packetNumber } from '../terminal/finding-lines.js';
import { fillTemplate } from '../wording.js';
import { type Html, html } from './html.js';
import { linkTo } from './packet-link.js';
import { ACROSS, across, axisBetween, axisLabels } from './time-axis.js';
import type { ToldRows } from './told-rows.js';

const SHORTEST = 4;
const PACKETS_NAMED = 8;

export const stageWaterfall = (
  session: SessionReport,
  report: Report,
  told: ToldRows,
  { page: { stages: said }, terms }: Catalogue,
): Html => html`<h3>${said.title}</h3>
<div class="scroll" tabindex="0" role="region" aria-label="${fillTemplate(said.region, { id: String(session.id) })}">
<table class="waterfall">
<thead><tr><th scope="col">${said.stage}</th><th scope="col">${said.status}</th><th scope="col">${said.took}</th><th scope="col" class="c-time">${said.time}<svg class="ticks" aria-hidden="true">${axisLabels(axisBetween(session.startMs, session.endMs), 11, terms.units)}</svg></th><th scope="col">${said.packets}</th><th scope="col">${said.detail}</th></tr></thead>
<tbody>
${session.stages.map((stage) => row(stage, session, report, told, terms))}</tbody>
</table>
</div>`;

const row = (
  stage: StageReport,
  session: SessionReport,
  report: Report,
  told: ToldRows,
  terms: Catalogue['terms'],
): Html => {
  const { status, durationMs, packets, captures, detail } = stage;
  const named = packets.slice(0, PACKETS_NAMED).map((packet, index) => {
    const place = { packet, capture: captures?.[index] ?? 0 };
    return html`${index === 0 ? '' : terms.and}${linkTo(session, place, packetNumber(place, report), told)}`;
  });
  return html`<tr><th scope="row">${stage.stage}</th><td class="t-${status}">${MARKS[status]} ${terms.statuses[status]}</td><td class="c-lasted">${durationMs === null ? '' : formatDuration(durationMs * 1e6, terms.units)}</td><td class="c-time">${bar(stage, session)}</td><td class="c-packets">${named}${packets.length > PACKETS_NAMED ? ', …' : ''}</td><td class="c-detail">${detail ?? ''}</td></tr>
`;
};

const bar = (stage: StageReport, { startMs, endMs }: SessionReport): Html | null => {
  if (stage.startMs === null) return null;
  const axis = axisBetween(startMs, endMs);
  const at = (ms: number) => across(ms, axis);
  const from = Math.min(at(stage.startMs), ACROSS - SHORTEST);
  const to = stage.durationMs === null ? ACROSS : at(stage.startMs + stage.durationMs);
  const steps = stage.steps.map(
    ({ atMs }) => html`<path class="step" d="M${Math.min(ACROSS - 1, Math.max(1, at(atMs))).toFixed(1)} 0v14"/>`,
  );
  const broke =
    stage.status === 'failed'
      ? html`<rect class="broke" x="${Math.max(0, Math.min(ACROSS - 8, to - 4)).toFixed(1)}" y="0" width="8" height="14"/>`
      : null;
  return html`<svg viewBox="0 0 ${ACROSS} 14" preserveAspectRatio="none" aria-hidden="true"><rect class="track" y="6" width="${ACROSS}" height="2"/><rect class="g-${stage.stage}" x="${from.toFixed(1)}" y="2" width="${Math.max(SHORTEST, to - from).toFixed(1)}" height="10"/>${steps}${broke}</svg>`;
};

const MARKS: Readonly<Record<StageReport['status'], string>> = {
  ok: '✓',
  failed: '✗',
  'in-progress': '…',
  'not-seen': '–',
  hidden: '–',
};
