/** What was said, in a folded table: the beginning of each message, text as text and binary as hexadecimal. */
import { toHex } from '../../bytes/hex.js';
import { formatBytes, formatCount } from '../format-value.js';
import type { MessageReport, Report, SessionReport } from '../report.js';
import { packetNumber } from '../terminal/finding-lines.js';
import { type Html, html } from './html.js';

/** Characters of a text, and octets of a binary message, that a row shows. */
const TEXT_SHOWN = 400;
const OCTETS_SHOWN = 32;
/** Of a session, from the beginning and the end alike; the JSON has more. */
const MOST_MESSAGES = 200;

export const messageTable = (session: SessionReport, report: Report): Html | null => {
  const { messages = [], messagesOmitted = 0, startMs } = session;
  if (messages.length === 0) return null;
  const half = MOST_MESSAGES / 2;
  const shown = messages.length <= MOST_MESSAGES ? messages : [...messages.slice(0, half), ...messages.slice(-half)];
  const left = messages.length - shown.length + messagesOmitted;
  return html`<details class="messages"><summary><h3>Messages</h3> ${formatCount(messages.length + messagesOmitted)}</summary>
${left > 0 ? html`<p class="limit">${formatCount(left)} messages are left out here; --session ${session.id} --json shows more.</p>` : null}
<div class="scroll" tabindex="0" role="region" aria-label="Messages of session ${session.id}">
<table><thead><tr><th scope="col">time</th><th scope="col">packet</th><th scope="col">from</th><th scope="col">size</th><th scope="col">begins</th></tr></thead>
<tbody>
${shown.map((message) => row(message, startMs, report))}</tbody></table>
</div></details>`;
};

const row = (message: MessageReport, startMs: number, report: Report): Html => {
  const { atMs, packet, from, opcode, bytes } = message;
  return html`<tr><td class="c-lasted">${((atMs - startMs) / 1000).toFixed(3)}</td><td><button type="button" class="link" data-frame="${packet}">${packetNumber(message, report)}</button></td><td>${from}</td><td class="c-lasted">${opcode} ${formatBytes(bytes)}</td><td>${contentOf(message)}</td></tr>
`;
};

const contentOf = ({ text, base64, cut, missing, unreadable }: MessageReport): Html => {
  if (missing) return html`<i>not in the capture</i>`;
  if (unreadable) return html`<i>compressed, and cannot be read</i>`;
  if (text !== undefined) {
    const start = [...text.slice(0, 2 * TEXT_SHOWN)].slice(0, TEXT_SHOWN).join('');
    return html`<code>${start}</code>${cut || start.length < text.length ? ' …' : ''}`;
  }
  const octets = Buffer.from(base64 ?? '', 'base64');
  return html`<code>${toHex(octets.subarray(0, OCTETS_SHOWN), ' ')}</code>${cut || octets.length > OCTETS_SHOWN ? ' …' : ''}`;
};
