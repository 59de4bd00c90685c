/**
 * What was said, in a folded table: texts as they were, JSON unfolding into a line for each value, binary as hexadecimal.
 * The script adds a search.
 */
import { toHex } from '../../bytes/hex.js';
import { formatBytes, formatCount } from '../format-value.js';
import type { Catalogue } from '../language/catalogue.js';
import type { MessageReport, Report, SessionReport } from '../report.js';
import { packetNumber } from '../terminal/finding-lines.js';
import { fillTemplate } from '../wording.js';
import { type Html, html } from './html.js';
import { prettyJson } from './pretty-json.js';
import type { ToldRows } from './told-rows.js';

/** Characters of a text that its row begins with, and octets of a binary message. */
const BEGINNING = 160;
const OCTETS_SHOWN = 32;
/** JSON that is shorter is read at a glance. */
const GLANCE = 40;
/** Characters of unfolded messages on a page, shared by its sessions; of one session at least the second. */
const MOST_UNFOLDED = 400_000;
const LEAST_UNFOLDED = 2_000;
/** Of a session, from the beginning and the end alike; the JSON has more. */
const MOST_MESSAGES = 200;

export const messageTable = (
  session: SessionReport,
  report: Report,
  told: ToldRows,
  catalogue: Catalogue,
): Html | null => {
  const { messages = [], messagesOmitted = 0, startMs } = session;
  if (messages.length === 0) return null;
  const { page } = catalogue;
  const said = page.messages;
  const id = String(session.id);
  const half = MOST_MESSAGES / 2;
  const shown = messages.length <= MOST_MESSAGES ? messages : [...messages.slice(0, half), ...messages.slice(-half)];
  const left = messages.length - shown.length + messagesOmitted;
  const room = { characters: Math.max(LEAST_UNFOLDED, Math.floor(MOST_UNFOLDED / told.stories)), short: 0 };
  const rows = shown.map((message) => row(message, startMs, report, room, catalogue));
  return html`<details class="messages"><summary><h3>${said.title}</h3> ${formatCount(messages.length + messagesOmitted)}</summary>
${left > 0 ? html`<p class="limit">${fillTemplate(page.limits.messages, { count: formatCount(left), id })}</p>` : null}
${room.short > 0 ? html`<p class="limit">${fillTemplate(page.limits.unfolded, { count: formatCount(room.short), id })}</p>` : null}
${shown.length < WORTH_SEARCHING ? null : html`<form class="controls search" hidden><label>${page.overview.find} <input type="search" placeholder="${said.hint}" autocomplete="off"></label> <output></output></form>`}
<div class="scroll" tabindex="0" role="region" aria-label="${fillTemplate(said.region, { id })}">
<table class="sent"><thead><tr><th scope="col">${said.time}</th><th scope="col">${said.packet}</th><th scope="col">${said.from}</th><th scope="col">${said.size}</th><th scope="col">${said.content}</th></tr></thead>
<tbody>
${rows}</tbody></table>
</div></details>`;
};

/** Fewer messages are seen at once. */
const WORTH_SEARCHING = 4;

/** Characters that may still be unfolded, and how many messages found no room. */
interface Room {
  characters: number;
  short: number;
}

const row = (message: MessageReport, startMs: number, report: Report, room: Room, catalogue: Catalogue): Html => {
  const { atMs, packet, from, opcode, bytes } = message;
  const { page, terms } = catalogue;
  return html`<tr><td class="c-at">${((atMs - startMs) / 1000).toFixed(3)}</td><td class="c-packet"><button type="button" class="link" tabindex="-1" data-frame="${packet}">${packetNumber(message, report)}</button></td><td class="c-from">${terms.sides[from]}</td><td class="c-lasted">${opcode} ${formatBytes(bytes, terms.units)}</td><td class="c-text">${contentOf(message, room, page.messages)}</td></tr>
`;
};

const contentOf = (
  { text, base64, cut, missing, unreadable }: MessageReport,
  room: Room,
  said: Catalogue['page']['messages'],
): Html => {
  if (missing) return html`<i>${said.missing}</i>`;
  if (unreadable) return html`<i>${said.unreadable}</i>`;
  if (text !== undefined) return textOf(text, cut === true, room);
  const octets = Buffer.from(base64 ?? '', 'base64');
  return html`<code>${toHex(octets.subarray(0, OCTETS_SHOWN), ' ')}</code>${cut || octets.length > OCTETS_SHOWN ? ' …' : ''}`;
};

/** Whole, where it is short; else its beginning, from which the whole unfolds. */
const textOf = (text: string, cut: boolean, room: Room): Html => {
  const start = [...text.slice(0, 2 * BEGINNING)].slice(0, BEGINNING).join('');
  const goesOn = cut || start.length < text.length ? ' …' : '';
  const json = text.length > GLANCE ? prettyJson(text) : undefined;
  if (json === undefined && start.length === text.length) return html`<code>${start}</code>${goesOn}`;
  const whole = json ?? text;
  if (whole.length > room.characters) {
    room.short++;
    return html`<code>${start}</code>${goesOn}`;
  }
  room.characters -= whole.length;
  return html`<details><summary><code>${start}</code>${goesOn}</summary><pre>${whole.split('\n').map((line) => html`${line}\n`)}${cut ? '…' : ''}</pre></details>`;
};
