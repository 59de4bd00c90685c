/** One session: verdict, where and who, findings, stages as a waterfall, charts, timeline, upgrade, TLS, network. */
import { formatCount, formatDuration } from '../format-value.js';
import { beyondVerdict, fateOf } from '../headline.js';
import type { Catalogue } from '../language/catalogue.js';
import type { FindingReport, Report, SessionReport } from '../report.js';
import { networkText, notSeenTexts } from '../terminal/network-lines.js';
import { fillTemplate } from '../wording.js';
import { advice } from './advice.js';
import { frameChart } from './frame-chart.js';
import { fillHtml, type Html, html } from './html.js';
import { ladderTable } from './ladder-table.js';
import { messageTable } from './message-table.js';
import { copyButton, packetLinks, sessionLink } from './packet-link.js';
import { seriesCharts } from './series-charts.js';
import { stageWaterfall } from './stage-waterfall.js';
import { tlsFacts } from './tls-facts.js';
import type { ToldRows } from './told-rows.js';
import { upgradeHeaders } from './upgrade-headers.js';
import { packetFilter, streamFilter } from './wireshark-filter.js';

export const sessionSection = (
  session: SessionReport,
  report: Report,
  told: ToldRows,
  isOpen: boolean,
  catalogue: Catalogue,
): Html => {
  const { page, terms } = catalogue;
  const said = page.section;
  const sure = fillTemplate(said.sure, { confidence: terms.confidences[session.confidence] });
  const { id, outcome, verdict, url, host, server, startMs, endMs } = session;
  // Then the top of the page has just said it.
  const isAlone = report.sessions.length === 1;
  const network = networkText(session, catalogue);
  const facts = [...(network === undefined ? [] : [network]), ...notSeenTexts(session, catalogue)];
  return html`<details class="session" id="s${id}"${isOpen ? html` open` : null}>
<summary><h2>${fillTemplate(page.session, { id: String(id) })} <span class="o-${outcome}">${fateOf(session, catalogue)}</span></h2> <span class="brief"><code>${url ?? host ?? server}</code> ${formatDuration((endMs - startMs) * 1e6, terms.units)}</span></summary>
${isAlone ? null : html`<p class="verdict">${verdict} <span class="sure">${sure}</span></p>`}
${identity(session, told, catalogue)}
${filters(session, report, said)}
${session.findings.map((finding) => findingCard(finding, session, report, told, catalogue))}
${stageWaterfall(session, report, told, catalogue)}
${frameChart(session, catalogue)}
${seriesCharts(session, catalogue)}
${ladderTable(session, report, told, catalogue)}
${messageTable(session, report, told, catalogue)}
${upgradeHeaders(session, report, told, catalogue)}
${tlsFacts(session, report, catalogue)}
${facts.length === 0 ? null : html`<h3>${said.network}</h3><ul>${facts.map((line) => html`<li>${line}</li>`)}</ul>`}
${isAlone ? null : html`<p class="back"><a href="#sessions">${said.back}</a></p>`}
</details>
`;
};

const identity = (session: SessionReport, told: ToldRows, { page, terms }: Catalogue): Html => {
  const said = page.facts;
  const { client, server, url, host, carrier, upgrade, websocket, subprotocol, cause, roles, vantage, startMs, endMs } =
    session;
  const where = url ?? host;
  const facts: [string, Html | string][] = [
    ...(where === null ? [] : [[url === null ? said.host : said.url, html`<code>${where}</code>`] as [string, Html]]),
    [
      said.client,
      roles === undefined
        ? html`<code>${client}</code>`
        : fillHtml(said.guessed, { client: html`<code>${client}</code>` }),
    ],
    [said.server, html`<code>${server}</code>`],
    [
      said.lasted,
      fillTemplate(said.span, {
        duration: formatDuration((endMs - startMs) * 1e6, terms.units),
        start: formatDuration(startMs * 1e6, terms.units),
      }),
    ],
    ...(carrier === null ? [] : [[said.carrier, carrier] as [string, string]]),
    ...(subprotocol === null && upgrade?.subprotocol == null
      ? []
      : [
          [
            said.subprotocol,
            `${subprotocol?.name ?? upgrade?.subprotocol ?? ''} ${subprotocol?.version ?? ''}`.trim(),
          ] as [string, string],
        ]),
    ...(websocket?.compressed ? [[said.extensions, 'permessage-deflate'] as [string, string]] : []),
    ...(vantage === null
      ? []
      : [
          [
            said.captured,
            vantage === 'between' ? said.between : fillTemplate(said.near, { side: terms.sides[vantage] }),
          ] as [string, string],
        ]),
    ...(cause === null
      ? []
      : [
          [
            said.cause,
            fillHtml(said.explain, {
              cause: html`<code>${cause}</code>`,
              command: html`<code>wscope explain ${cause}</code>`,
            }),
          ] as [string, Html],
        ]),
    ...relationsOf(session).map(([relation, ids]): [string, Html] => {
      const links = ids.slice(0, RELATED_NAMED).map((id, index) => {
        const named = fillTemplate(said.relatedSession, { id: String(id) });
        return html`${index === 0 ? '' : terms.and}${sessionLink(id, named, told)}`;
      });
      const rest = ids.length - RELATED_NAMED;
      const more = rest > 0 && html`${terms.space}${fillTemplate(page.limits.more, { count: formatCount(rest) })}`;
      return [said.relations[relation], html`${links}${more}`];
    }),
  ];
  return html`<dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
};

/** Sessions by what they are to this one. */
const relationsOf = ({ related }: SessionReport): [SessionReport['related'][number]['relation'], number[]][] => {
  const relations = [...new Set(related.map(({ relation }) => relation))];
  return relations.map((each) => [each, related.flatMap(({ id, relation }) => (relation === each ? [id] : []))]);
};

/** Of one relation: a proxy may try many servers. */
const RELATED_NAMED = 20;

/** Of the stream, and of what the decisive finding rests on. */
const filters = (session: SessionReport, { captures }: Report, said: Catalogue['page']['section']): Html | null => {
  const stream = streamFilter(session);
  const [first, ...others] = session.findings[0]?.evidence ?? [];
  const sameFile = others.filter(({ capture = 0 }) => capture === (first?.capture ?? 0));
  const proof = first === undefined ? undefined : packetFilter([first, ...sameFile]);
  const file = captures[first?.capture ?? 0]?.file ?? '';
  if (stream === undefined && proof === undefined) return null;
  const line = (filter: string, what: string) => html`<li><code>${filter}</code> ${copyButton(filter, what)}</li>`;
  return html`<details class="filters"><summary>${said.filters}</summary><ul>
${proof === undefined ? null : line(proof, captures.length > 1 ? fillTemplate(said.copyProofIn, { file }) : said.copyProof)}
${stream === undefined ? null : line(stream, said.copyStream)}
</ul></details>`;
};

const findingCard = (
  finding: FindingReport,
  session: SessionReport,
  report: Report,
  told: ToldRows,
  catalogue: Catalogue,
): Html => {
  const { page, terms } = catalogue;
  const said = page.section;
  const { title, severity, confidence, evidence, remedy, reference, rule } = finding;
  const degree = fillTemplate(said.degree, {
    severity: terms.severities[severity],
    confidence: terms.confidences[confidence],
  });
  const rest = beyondVerdict(finding, session);
  const what = rest === '' ? [] : [html`<p>${rest}</p>`];
  const proof =
    evidence.length === 0
      ? []
      : [html`<h4>${said.evidence}</h4><p>${packetLinks(session, evidence, report, told, catalogue)}</p>`];
  const todo =
    remedy.length === 0
      ? []
      : [html`<h4>${said.todo}</h4><ul>${remedy.map((text) => html`<li>${advice(text)}</li>`)}</ul>`];
  // Side by side where there is room: what it is and how it is known, then what to do about it.
  const [left, right] = todo.length === 0 ? [what, proof] : [[...what, ...proof], todo];
  return html`<section class="finding f-${severity}">
<h3>${title} <small>${degree}</small></h3>
<div class="sides">${[left, right].map((half) => half.length > 0 && html`<div>${half}</div>`)}</div>
<p class="small"><code>${rule}</code>${reference.length === 0 ? '' : `; ${reference.join(', ')}`}</p>
</section>`;
};
