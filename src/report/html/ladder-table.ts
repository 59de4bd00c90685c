/**
 * The timeline as a ladder: a row an event with time, pause and packet, between the lifelines of client and server an
 * arrow with its label, and a note. A table, so that it reads aloud and prints; long silences are rows of their own.
 */
import { eventText, runLabel, runNote } from '../event-text.js';
import { formatCount, formatDuration } from '../format-value.js';
import type { Catalogue } from '../language/catalogue.js';
import type { EventReport, Report, SessionReport } from '../report.js';
import { packetNumber } from '../terminal/finding-lines.js';
import { fillTemplate } from '../wording.js';
import { type Html, html } from './html.js';
import { rowId, type ToldRows } from './told-rows.js';

/** In milliseconds: packets this close came together. */
const QUICK = 0.5;
/** In milliseconds: longer pauses are silences, and get a row. */
const SILENCE = 1000;
/** Shorter sessions, in milliseconds, are told to the microsecond. */
const FINE_TIME = 100;
/** Findings that one row is evidence of, in words. */
const MOST_NOTES = 4;

export const ladderTable = (
  session: SessionReport,
  report: Report,
  told: ToldRows,
  catalogue: Catalogue,
): Html | null => {
  const { page, terms, texts } = catalogue;
  const said = page.timeline;
  const { id, timeline, timelineOmitted } = session;
  if (timeline.length === 0) return null;
  const { events, cut, cutAt } = told.shown(session);
  const proof = proofOf(session, report, told, catalogue);
  const named = new Set<string>();
  let before = session.startMs;
  const rows = events.map((event, index) => {
    const pause = event.atMs - before;
    before = event.untilMs ?? event.atMs;
    const gap = index === cutAt ? leftOut(fillTemplate(page.limits.rows, { count: formatCount(cut) })) : null;
    const silence =
      gap === null && pause >= SILENCE
        ? leftOut(fillTemplate(said.silence, { duration: formatDuration(pause * 1e6, terms.units) }))
        : null;
    const key = rowId(id, event);
    // Several events may share a packet: the first of them can be jumped to.
    const anchor = named.has(key) ? null : html` id="${key}"`;
    named.add(key);
    return html`${gap}${silence}${row(event, pause, session, report, anchor, anchor === null ? undefined : proof.get(key), catalogue)}`;
  });
  return html`<h3>${said.title}</h3>
${timelineOmitted > 0 ? html`<p class="limit">${fillTemplate(texts.left.events, { count: formatCount(timelineOmitted), id: String(id) })}</p>` : null}
<div class="scroll" tabindex="0" role="region" aria-label="${fillTemplate(said.region, { id: String(id) })}">
<table class="ladder">
<thead><tr><th scope="col">${said.time}</th><th scope="col"><abbr title="${said.delta}">Δ</abbr></th><th scope="col">${said.packet}</th><th scope="col" class="line"><span>${said.client}</span><span>${said.server}</span></th><th scope="col">${said.note}</th></tr></thead>
<tbody>
${rows}</tbody>
</table>
</div>`;
};

/** What findings say of rows of this session; of a packet in a run, which one it is. */
const proofOf = (
  session: SessionReport,
  report: Report,
  told: ToldRows,
  { page: { packet: said } }: Catalogue,
): ReadonlyMap<string, readonly string[]> => {
  const proof = new Map<string, string[]>();
  for (const place of session.findings.flatMap(({ evidence }) => evidence)) {
    const found = told.rowOf(session, place);
    if (found?.session !== session.id) continue;
    const packet = fillTemplate(said.named, { packet: packetNumber(place, report) });
    const named = place.note === '' ? packet : fillTemplate(said.noted, { packet, note: place.note });
    const note = found.isRun ? named : place.note;
    const notes = proof.get(found.id);
    if (notes === undefined) proof.set(found.id, [note]);
    else if (!notes.includes(note) && notes.length < MOST_NOTES) notes.push(note);
  }
  return proof;
};

const row = (
  event: EventReport,
  pause: number,
  session: SessionReport,
  report: Report,
  anchor: Html | null,
  proof: readonly string[] | undefined,
  catalogue: Catalogue,
): Html => {
  const said = catalogue.page.timeline;
  const isRun = event.event === 'run';
  const note = isRun ? runNote(runOf(event), catalogue) : eventText(event, catalogue).note;
  const number = packetNumber(event, report);
  const until = event.untilPacket === undefined ? '' : `–${untilOf(event, report)}`;
  return html`<tr${anchor} class="${classOf(event)}${proof === undefined ? '' : ' proof'}"><td class="c-at">${timeOf(event, session)}</td><td class="c-delta">${pause >= QUICK ? formatDuration(pause * 1e6, catalogue.terms.units) : ''}</td><td class="c-packet"><button type="button" tabindex="-1" data-frame="${event.packet}">${number}</button>${until}</td><td class="line">${isRun ? run(event, catalogue) : arrow(event, catalogue)}</td><td class="c-note">${note}${proof?.map((note) => html` <mark>${note === '' ? said.evidence : fillTemplate(said.evidenceNote, { note })}</mark>`)}</td></tr>
`;
};

/** The file is named again only where it is another one. */
const untilOf = ({ untilPacket = 0, untilCapture = 0, capture = 0 }: EventReport, report: Report): string =>
  untilCapture === capture ? String(untilPacket) : packetNumber({ packet: untilPacket, capture: untilCapture }, report);

/** The sender in words, for those who do not see the arrow. */
const arrow = (event: EventReport, catalogue: Catalogue): Html =>
  html`<span class="arrow from-${event.from}"><span class="hidden">${catalogue.page.timeline.from[event.from]}</span><b>${eventText(event, catalogue).label}</b></span>`;

const run = (event: EventReport, catalogue: Catalogue): Html => {
  const told = runOf(event);
  const sides = (['client', 'server'] as const).filter((side) => told.count[side] > 0);
  return html`<span class="arrow run">${sides.map((side) => html`<b>${side === 'client' ? '▶' : '◀'} ${runLabel(told, side, catalogue)}</b> `)}</span>`;
};

const runOf = (event: EventReport) => ({
  layer: event.layer,
  count: event.count ?? { client: 0, server: 0 },
  bytes: event.bytes ?? { client: 0, server: 0 },
  kinds: event.kinds ?? {},
});

const leftOut = (text: string): Html =>
  html`<tr class="pause"><td colspan="3"></td><td class="line"><span>${text}</span></td><td></td></tr>
`;

const classOf = ({ layer, event }: EventReport): string =>
  LOOKS.get(`${layer}:${event}`) ?? (layer === 'tcp' ? 'e-tcp' : 'e-data');

const LOOKS: ReadonlyMap<string, string> = new Map([
  ['tcp:rst', 'e-bad'],
  ['tcp:icmp-error', 'e-bad'],
  ['tls:alert', 'e-bad'],
  ['ws:violation', 'e-bad'],
  ['ws:corrupted', 'e-bad'],
  ['tcp:retransmission', 'e-again'],
  ['tcp:out-of-order', 'e-again'],
  ['tcp:duplicate-ack', 'e-again'],
  ['tcp:zero-window', 'e-again'],
  ['tcp:gap', 'e-gap'],
  ['ws:gap', 'e-gap'],
  ['http:gap', 'e-gap'],
  ['tls:gap', 'e-gap'],
  ['ws:close', 'e-close'],
  ['tcp:fin', 'e-close'],
]);

/** Seconds since the session began. */
const timeOf = (event: EventReport, { startMs, endMs }: SessionReport): string => {
  const digits = endMs - startMs < FINE_TIME ? 6 : 3;
  const seconds = (ms: number) => ((ms - startMs) / 1000).toFixed(digits);
  return event.untilMs === undefined ? seconds(event.atMs) : `${seconds(event.atMs)} – ${seconds(event.untilMs)}`;
};
