/** What was said, in a folded table: the beginning of each message, text as text and binary as hexadecimal. */
import { toHex } from '../../bytes/hex.js';
import { formatBytes, formatCount } from '../format-value.js';
import type { Catalogue } from '../language/catalogue.js';
import type { MessageReport, Report, SessionReport } from '../report.js';
import { packetNumber } from '../terminal/finding-lines.js';
import { fillTemplate } from '../wording.js';
import { type Html, html } from './html.js';

/** Characters of a text, and octets of a binary message, that a row shows. */
const TEXT_SHOWN = 400;
const OCTETS_SHOWN = 32;
/** Of a session, from the beginning and the end alike; the JSON has more. */
const MOST_MESSAGES = 200;

export const messageTable = (session: SessionReport, report: Report, { page, terms }: Catalogue): Html | null => {
  const { messages = [], messagesOmitted = 0, startMs } = session;
  if (messages.length === 0) return null;
  const said = page.messages;
  const id = String(session.id);
  const half = MOST_MESSAGES / 2;
  const shown = messages.length <= MOST_MESSAGES ? messages : [...messages.slice(0, half), ...messages.slice(-half)];
  const left = messages.length - shown.length + messagesOmitted;
  return html`<details class="messages"><summary><h3>${said.title}</h3> ${formatCount(messages.length + messagesOmitted)}</summary>
${left > 0 ? html`<p class="limit">${fillTemplate(page.limits.messages, { count: formatCount(left), id })}</p>` : null}
<div class="scroll" tabindex="0" role="region" aria-label="${fillTemplate(said.region, { id })}">
<table class="sent"><thead><tr><th scope="col">${said.time}</th><th scope="col">${said.packet}</th><th scope="col">${said.from}</th><th scope="col">${said.size}</th><th scope="col">${said.begins}</th></tr></thead>
<tbody>
${shown.map((message) => row(message, startMs, report, said, terms))}</tbody></table>
</div></details>`;
};

const row = (
  message: MessageReport,
  startMs: number,
  report: Report,
  said: Catalogue['page']['messages'],
  terms: Catalogue['terms'],
): Html => {
  const { atMs, packet, from, opcode, bytes } = message;
  return html`<tr><td class="c-at">${((atMs - startMs) / 1000).toFixed(3)}</td><td class="c-packet"><button type="button" class="link" tabindex="-1" data-frame="${packet}">${packetNumber(message, report)}</button></td><td class="c-from">${terms.sides[from]}</td><td class="c-lasted">${opcode} ${formatBytes(bytes, terms.units)}</td><td class="c-text">${contentOf(message, said)}</td></tr>
`;
};

const contentOf = (
  { text, base64, cut, missing, unreadable }: MessageReport,
  said: Catalogue['page']['messages'],
): Html => {
  if (missing) return html`<i>${said.missing}</i>`;
  if (unreadable) return html`<i>${said.unreadable}</i>`;
  if (text !== undefined) {
    const start = [...text.slice(0, 2 * TEXT_SHOWN)].slice(0, TEXT_SHOWN).join('');
    return html`<code>${start}</code>${cut || start.length < text.length ? ' …' : ''}`;
  }
  const octets = Buffer.from(base64 ?? '', 'base64');
  return html`<code>${toHex(octets.subarray(0, OCTETS_SHOWN), ' ')}</code>${cut || octets.length > OCTETS_SHOWN ? ' …' : ''}`;
};
