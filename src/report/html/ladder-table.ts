/**
 * The timeline as a ladder: a row an event with time, pause and packet, between the lifelines of client and server (and of
 * the proxy, where both its legs were seen) an arrow with its label, and a note. A table, so that it reads aloud and
 * prints; long silences are rows of their own.
 */
import { eventText, runLabel, runNote } from '../event-text.js';
import { formatCount, formatDuration } from '../format-value.js';
import type { Catalogue } from '../language/catalogue.js';
import type { LaneEvent, Leg } from '../leg-lanes.js';
import type { EventReport, Report, SessionReport } from '../report.js';
import { packetNumber } from '../terminal/finding-lines.js';
import { fillTemplate } from '../wording.js';
import { fillHtml, type Html, html } from './html.js';
import { sessionLinks } from './packet-link.js';
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
  const { id } = session;
  const { events, cut, cutAt } = told.shown(session);
  if (events.length === 0) return null;
  const legs = told.lanes.legsOf(session);
  const lifelines = lifelinesOf(legs, catalogue);
  const lanes = lifelines.length - 1;
  const proof = proofOf(session, report, told, catalogue);
  const named = new Set<string>();
  let before = session.startMs;
  const rows = events.map(({ event, leg }, index) => {
    const pause = event.atMs - before;
    before = Math.max(before, event.untilMs ?? event.atMs);
    const gap = index === cutAt ? leftOut(fillTemplate(page.limits.rows, { count: formatCount(cut) }), lanes) : null;
    const silence =
      gap === null && pause >= SILENCE
        ? leftOut(fillTemplate(said.silence, { duration: formatDuration(pause * 1e6, terms.units) }), lanes)
        : null;
    const key = rowId(id, event);
    // Several events may share a packet: the first of them can be jumped to.
    const anchor = named.has(key) ? null : html` id="${key}"`;
    named.add(key);
    const marks = anchor === null ? undefined : proof.get(key);
    return html`${gap}${silence}${row({ event, leg }, pause, session, report, { anchor, marks, lifelines }, catalogue)}`;
  });
  const whole = told.lanes.before(session);
  return html`<h3>${said.title}</h3>
${
  legs.length > 1 &&
  html`<p class="small">${fillHtml(said.legs, {
    sessions: sessionLinks(
      legs.slice(1).map((leg) => leg.session.id),
      told,
      catalogue,
    ),
  })}</p>`
}
${whole !== undefined && html`<p class="small">${fillHtml(said.whole, { session: sessionLinks([whole], told, catalogue) })}</p>`}
${legs.map((leg) => leg.session.timelineOmitted > 0 && html`<p class="limit">${fillTemplate(texts.left.events, { count: formatCount(leg.session.timelineOmitted), id: String(leg.session.id) })}</p>`)}
<div class="scroll" tabindex="0" role="region" aria-label="${fillTemplate(said.region, { id: String(id) })}">
<table class="ladder${lanes === 1 ? '' : ` lanes lanes-${lanes}`}">
<thead><tr><th scope="col">${said.time}</th><th scope="col">${said.delta}</th><th scope="col">${said.packet}</th><th scope="col" class="line" colspan="${lanes}"><div>${lifelines.map((name) => html`<span>${name}</span>`)}</div></th><th scope="col">${said.note}</th></tr></thead>
<tbody>
${rows}</tbody>
</table>
</div>`;
};

/** Who stands at the lifelines, from the client to the server; of a lane with several legs, the first proxy with a name. */
const lifelinesOf = (legs: readonly Leg[], { page: { timeline: said } }: Catalogue): string[] => {
  const lanes = Math.max(...legs.map(({ lane }) => lane));
  const proxies = Array.from(
    { length: lanes },
    (_, index) => legs.find(({ lane, proxy }) => lane === index + 1 && proxy !== null)?.proxy ?? said.proxy,
  );
  return [said.client, ...proxies, said.server];
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

interface RowPlace {
  anchor: Html | null;
  marks: readonly string[] | undefined;
  lifelines: readonly string[];
}

const row = (
  { event, leg }: LaneEvent,
  pause: number,
  session: SessionReport,
  report: Report,
  { anchor, marks, lifelines }: RowPlace,
  catalogue: Catalogue,
): Html => {
  const said = catalogue.page.timeline;
  const isRun = event.event === 'run';
  const note = isRun ? runNote(runOf(event), catalogue) : eventText(event, catalogue).note;
  const number = packetNumber(event, report);
  const until = event.untilPacket === undefined ? '' : `–${untilOf(event, report)}`;
  const drawn = isRun ? run(event, catalogue) : arrow({ event, leg }, lifelines, catalogue);
  const lanes = lifelines.slice(1).map((_, lane) => html`<td class="line">${lane === leg.lane && drawn}</td>`);
  return html`<tr${anchor} class="${classOf(event)}${marks === undefined ? '' : ' proof'}"><td class="c-at">${timeOf(event, session)}</td><td class="c-delta">${pause >= QUICK ? formatDuration(pause * 1e6, catalogue.terms.units) : ''}</td><td class="c-packet"><button type="button" tabindex="-1" data-frame="${event.packet}"${lastOf(event)}>${number}</button>${until}</td>${lanes}<td class="c-note">${note}${marks !== undefined && html` <mark>${markOf(marks, said, catalogue.terms.semicolon)}</mark>`}</td></tr>
`;
};

/** What findings say of a row, as far as they say something. */
const markOf = (marks: readonly string[], said: Catalogue['page']['timeline'], semicolon: string): string => {
  const notes = marks.filter((mark) => mark !== '');
  return notes.length === 0 ? said.evidence : fillTemplate(said.evidenceNote, { note: notes.join(semicolon) });
};

/** Of a run in one file, what its display filter ends with. */
const lastOf = ({ untilPacket, untilCapture = 0, capture = 0 }: EventReport): Html | null =>
  untilPacket === undefined || untilCapture !== capture ? null : html` data-last="${untilPacket}"`;

/** The file is named again only where it is another one. */
const untilOf = ({ untilPacket = 0, untilCapture = 0, capture = 0 }: EventReport, report: Report): string =>
  untilCapture === capture ? String(untilPacket) : packetNumber({ packet: untilPacket, capture: untilCapture }, report);

/** Sender and receiver in words, for those who do not see the arrow. */
const arrow = ({ event, leg }: LaneEvent, lifelines: readonly string[], catalogue: Catalogue): Html => {
  const said = catalogue.page.timeline;
  const [left = '', right = ''] = lifelines.slice(leg.lane);
  const [from, to] = event.from === 'client' ? [left, right] : [right, left];
  const way = event.from === 'network' ? said.fromNetwork : fillTemplate(said.way, { from, to });
  // A resolver is none of those at the lifelines; its answers go to the client.
  const side = event.layer === 'dns' && event.from === 'network' ? 'server' : event.from;
  return html`<span class="arrow from-${side}"><span class="hidden">${way}</span><b>${eventText(event, catalogue).label}</b></span>`;
};

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

const leftOut = (text: string, lanes: number): Html =>
  html`<tr class="pause"><td colspan="3"></td><td class="line" colspan="${lanes}"><span>${text}</span></td><td></td></tr>
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
