/** Packets as the page names them: a link to the row of the timeline, and a button that copies a display filter. */
import type { Catalogue } from '../language/catalogue.js';
import type { PacketPlace, Report, SessionReport } from '../report.js';
import { packetNumber } from '../terminal/finding-lines.js';
import { fillTemplate } from '../wording.js';
import { fillHtml, type Html, html } from './html.js';

/** Evidence that is written out; more is in the JSON. */
const MOST_LINKS = 40;

/** Of the row that tells of a packet; the same for all that share it. */
export const rowId = (id: number, { packet, capture = 0 }: PacketPlace): string =>
  `s${id}-${capture === 0 ? '' : `${capture + 1}-`}p${packet}`;

/** With the row's note; a packet that has no row (it is part of a run) is named without a link. */
export const packetLinks = (
  session: SessionReport,
  evidence: readonly ({ note: string } & PacketPlace)[],
  report: Report,
  { page: { packet: said, limits }, terms }: Catalogue,
): Html => {
  const rows = new Set(session.timeline.map((event) => rowId(session.id, event)));
  const shown = evidence.slice(0, MOST_LINKS);
  const rest = evidence.length - shown.length;
  return html`${shown.map((place, index) => {
    const id = rowId(session.id, place);
    const number = packetNumber(place, report);
    const named = fillTemplate(said.named, { packet: number });
    const name = rows.has(id) ? html`<a href="#${id}">${named}</a>` : html`${named}`;
    return html`${index === 0 ? '' : terms.and}${place.note === '' ? name : fillHtml(said.noted, { packet: name, note: place.note })}`;
  })}${rest > 0 ? ` ${fillTemplate(limits.more, { count: String(rest) })}` : ''}`;
};

/** What a button copies stands in its title, for those without the script. */
export const copyButton = (text: string, label: string): Html =>
  html`<button type="button" class="copy" data-copy="${text}" title="${text}">${label}</button>`;
