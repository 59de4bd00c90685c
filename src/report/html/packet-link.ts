/** Packets as the page names them: a link to the row of the timeline, and a button that copies a display filter. */
import type { Catalogue } from '../language/catalogue.js';
import type { PacketPlace, Report, SessionReport } from '../report.js';
import { packetNumber } from '../terminal/finding-lines.js';
import { fillTemplate } from '../wording.js';
import { fillHtml, type Html, html } from './html.js';
import type { ToldRows } from './told-rows.js';

/** Evidence that is written out; more is in the JSON. */
const MOST_LINKS = 40;

/** With what is to be seen there. */
export const packetLinks = (
  session: SessionReport,
  evidence: readonly ({ note: string } & PacketPlace)[],
  report: Report,
  told: ToldRows,
  { page: { packet: said, limits }, terms }: Catalogue,
): Html => {
  const shown = togetherOf(evidence.slice(0, MOST_LINKS));
  const rest = evidence.length - Math.min(evidence.length, MOST_LINKS);
  return html`${shown.map(([place, notes], index) => {
    const named = fillTemplate(said.named, { packet: packetNumber(place, report) });
    const name = linkTo(session, place, named, told);
    const note = notes.join(terms.semicolon);
    return html`${index === 0 ? '' : terms.and}${note === '' ? name : fillHtml(said.noted, { packet: name, note })}`;
  })}${rest > 0 ? ` ${fillTemplate(limits.more, { count: String(rest) })}` : ''}`;
};

/** Each packet once, with all that is said of it. */
const togetherOf = (
  evidence: readonly ({ note: string } & PacketPlace)[],
): [place: PacketPlace, notes: readonly string[]][] => {
  const together = new Map<string, [PacketPlace, string[]]>();
  for (const { note, ...place } of evidence) {
    const key = `${place.capture ?? 0}:${place.packet}`;
    const [, notes] = together.get(key) ?? [place, []];
    if (note !== '' && !notes.includes(note)) notes.push(note);
    together.set(key, [place, notes]);
  }
  return [...together.values()];
};

/** A session of another report, or beyond the end of the overview, is named without a link. */
export const sessionLink = (id: number, text: string, told: ToldRows): Html =>
  told.isOnPage(id) ? html`<a href="#s${id}">${text}</a>` : html`${text}`;

export const sessionLinks = (ids: readonly number[], told: ToldRows, { page, terms }: Catalogue): Html =>
  html`${ids.map((id, index) => html`${index === 0 ? '' : terms.and}${sessionLink(id, fillTemplate(page.session, { id: String(id) }), told)}`)}`;

/** To the row that tells of a packet; where there is none, as for a bare ACK, its number copies the filter that finds it. */
export const linkTo = (session: SessionReport, place: PacketPlace, text: string, told: ToldRows): Html => {
  const row = told.rowOf(session, place);
  if (row !== undefined) return html`<a class="packet" href="#${row.id}">${text}</a>`;
  return html`<button type="button" class="link" data-frame="${place.packet}">${text}</button>`;
};

/** What a button copies stands in its title, for those without the script. */
export const copyButton = (text: string, label: string): Html =>
  html`<button type="button" class="copy" data-copy="${text}" title="${text}">${label}</button>`;
