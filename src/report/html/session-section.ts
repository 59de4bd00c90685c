/** One session: verdict, where and who, findings, stages as a waterfall, charts, timeline, upgrade, TLS, network. */
import { formatDuration } from '../format-value.js';
import { beyondVerdict, fateOf } from '../headline.js';
import type { FindingReport, Report, SessionReport } from '../report.js';
import { Look } from '../terminal/look.js';
import { networkLines, notSeenLines } from '../terminal/network-lines.js';
import { frameChart } from './frame-chart.js';
import { type Html, html } from './html.js';
import { ladderTable } from './ladder-table.js';
import { messageTable } from './message-table.js';
import { copyButton, packetLinks } from './packet-link.js';
import { seriesCharts } from './series-charts.js';
import { stageWaterfall } from './stage-waterfall.js';
import { tlsFacts } from './tls-facts.js';
import { upgradeHeaders } from './upgrade-headers.js';
import { packetFilter, streamFilter } from './wireshark-filter.js';

/** Sentences are wrapped by the browser. */
const SENTENCE = new Look({ width: 100_000, ascii: false, colour: false });

export const sessionSection = (session: SessionReport, report: Report, rows: number, isOpen: boolean): Html => {
  const { id, outcome, verdict } = session;
  const facts = [...networkLines(session, SENTENCE), ...notSeenLines(session, SENTENCE)];
  return html`<details class="session" id="s${id}"${isOpen ? html` open` : null}>
<summary><h2>Session ${id} <span class="o-${outcome}">${fateOf(session)}</span></h2></summary>
<p class="verdict">${verdict} <span class="sure">(${session.confidence})</span></p>
${identity(session)}
${filters(session, report)}
${session.findings.map((finding) => findingCard(finding, session, report))}
${stageWaterfall(session, report)}
${frameChart(session)}
${seriesCharts(session)}
${ladderTable(session, report, rows)}
${messageTable(session, report)}
${upgradeHeaders(session, report)}
${tlsFacts(session, report)}
${facts.length === 0 ? null : html`<h3>Network</h3><ul>${facts.map((line) => html`<li>${line.trim().replace(/^network: /, '')}</li>`)}</ul>`}
<p class="back"><a href="#sessions">All sessions</a></p>
</details>
`;
};

const identity = (session: SessionReport): Html => {
  const {
    client,
    server,
    url,
    host,
    carrier,
    upgrade,
    websocket,
    subprotocol,
    related,
    cause,
    roles,
    vantage,
    startMs,
    endMs,
  } = session;
  const where = url ?? host;
  const facts: [string, Html | string][] = [
    ...(where === null ? [] : [[url === null ? 'host' : 'URL', html`<code>${where}</code>`] as [string, Html]]),
    ['client', html`<code>${client}</code>${roles === undefined ? '' : ' (roles guessed)'}`],
    ['server', html`<code>${server}</code>`],
    ['lasted', `${formatDuration((endMs - startMs) * 1e6)}, from ${formatDuration(startMs * 1e6)} on`],
    ...(carrier === null ? [] : [['carrier', carrier] as [string, string]]),
    ...(subprotocol === null && upgrade?.subprotocol == null
      ? []
      : [
          [
            'subprotocol',
            `${subprotocol?.name ?? upgrade?.subprotocol ?? ''} ${subprotocol?.version ?? ''}`.trim(),
          ] as [string, string],
        ]),
    ...(websocket?.compressed ? [['extensions', 'permessage-deflate'] as [string, string]] : []),
    ...(vantage === null
      ? []
      : [['captured', vantage === 'between' ? 'in between' : `near the ${vantage}`] as [string, string]]),
    ...(cause === null
      ? []
      : [['cause', html`<code>${cause}</code>, see <code>wscope explain ${cause}</code>`] as [string, Html]]),
    ...related.map((each): [string, Html] => [
      each.relation.replace('-', ' '),
      html`<a href="#s${each.id}">session ${each.id}</a>`,
    ]),
  ];
  return html`<dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
};

/** Of the stream, and of what the decisive finding rests on. */
const filters = (session: SessionReport, { captures }: Report): Html | null => {
  const stream = streamFilter(session);
  const [first, ...others] = session.findings[0]?.evidence ?? [];
  const sameFile = others.filter(({ capture = 0 }) => capture === (first?.capture ?? 0));
  const proof = first === undefined ? undefined : packetFilter([first, ...sameFile]);
  const file = captures.length > 1 ? ` in ${captures[first?.capture ?? 0]?.file ?? ''}` : '';
  if (stream === undefined && proof === undefined) return null;
  const line = (filter: string, what: string) =>
    html`<li><code>${filter}</code> ${copyButton(filter, `Copy ${what}`)}</li>`;
  return html`<details class="filters"><summary>Wireshark display filters</summary><ul>
${proof === undefined ? null : line(proof, `filter of the evidence${file}`)}
${stream === undefined ? null : line(stream, 'filter of the connection')}
</ul></details>`;
};

const findingCard = (finding: FindingReport, session: SessionReport, report: Report): Html => {
  const { title, severity, confidence, evidence, remedy, reference, rule } = finding;
  const rest = beyondVerdict(finding, session);
  return html`<section class="finding f-${severity}">
<h3>${title} <small>${severity}, ${confidence}</small></h3>
${rest === '' ? null : html`<p>${rest}</p>`}
${remedy.length === 0 ? null : html`<h4>What to do</h4><ul>${remedy.map((text) => html`<li>${text}</li>`)}</ul>`}
${evidence.length === 0 ? null : html`<h4>Evidence</h4><p>${packetLinks(session, evidence, report)}</p>`}
<p class="small">${rule}${reference.length === 0 ? '' : `; ${reference.join(', ')}`}</p>
</section>`;
};
