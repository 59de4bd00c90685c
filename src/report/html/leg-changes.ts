/**
 * What a proxy made of the opening handshake: the head fields that are other on its other leg, one table for request and
 * answer, with what WebSocket cannot do without marked (RFC 6455 4.1, 4.2.2; RFC 9110 7.6.1 for what a proxy removes).
 */
import type { Catalogue } from '../language/catalogue.js';
import type { HeadChangesReport, LegReport, SessionReport } from '../report.js';
import { fillTemplate } from '../wording.js';
import { fillHtml, type Html, html } from './html.js';
import { sessionLinks } from './packet-link.js';
import type { ToldRows } from './told-rows.js';

/** Rows of one table: proxies change a few fields, attackers many. */
const MOST_CHANGES = 100;

interface Change {
  name: string;
  /** As it came to the proxy, and as it went on; null where it was not there. */
  from: string | null;
  to: string | null;
  breaks: boolean;
}

export const legChanges = ({ id, legs = [] }: SessionReport, told: ToldRows, catalogue: Catalogue): Html => {
  const treated = new Map<string, LegReport[]>();
  for (const leg of legs) {
    if (leg.client !== id || changesOf(leg.request).length + changesOf(leg.response).length === 0) continue;
    const key = JSON.stringify([leg.proxy, leg.request, leg.response]);
    const alike = treated.get(key);
    if (alike === undefined) treated.set(key, [leg]);
    else alike.push(leg);
  }
  return html`${[...treated.values()].map((alike) => changeTable(alike, told, catalogue))}`;
};

/** Of legs that were treated alike. */
const changeTable = (alike: readonly LegReport[], told: ToldRows, catalogue: Catalogue): Html | null => {
  const { page } = catalogue;
  const [leg] = alike;
  if (leg === undefined) return null;
  const said = page.upgrade.changes;
  const sessions = sessionLinks(
    alike.map(({ backend }) => backend),
    told,
    catalogue,
  );
  const title = leg.proxy === null ? said.title : fillTemplate(said.titleOf, { proxy: leg.proxy });
  return html`<div class="head changes"><h4>${title} <small>${fillHtml(said.between, { sessions })}</small></h4>
<table><thead><tr><th scope="col">${said.field}</th><th scope="col">${said.came}</th><th scope="col">${said.went}</th></tr></thead>
${part(said.request, changesOf(leg.request, said), page)}${part(said.response, changesOf(leg.response, said), page)}</table></div>`;
};

const part = (title: string, changes: readonly Change[], { upgrade, limits }: Catalogue['page']): Html | null => {
  if (changes.length === 0) return null;
  const said = upgrade.changes;
  const shown = changes.slice(0, MOST_CHANGES);
  const left = changes.length - shown.length;
  return html`<tbody><tr><th scope="rowgroup" colspan="3">${title}</th></tr>
${shown.map(({ name, from, to, breaks }) => html`<tr class="${breaks ? 'wrong' : ''}"><th scope="row">${name}</th><td>${from ?? html`<i>${said.none}</i>`}</td><td>${to ?? html`<i>${said.removed}</i>`}</td></tr>`)}
${left > 0 ? html`<tr><td colspan="3">${fillTemplate(limits.headers, { count: String(left) })}</td></tr>` : null}</tbody>`;
};

type Words = Pick<Catalogue['page']['upgrade']['changes'], 'version' | 'target' | 'status'>;

const NO_WORDS: Words = { version: '', target: '', status: '' };

const changesOf = (changes: HeadChangesReport | null, said = NO_WORDS): Change[] => {
  if (changes === null) return [];
  const { removed, added, altered, httpVersion, target, status } = changes;
  return [
    ...(httpVersion === null ? [] : [{ name: said.version, ...httpVersion, breaks: httpVersion.to === '1.0' }]),
    ...(target === null ? [] : [{ name: said.target, ...target, breaks: false }]),
    ...(status === null
      ? []
      : [{ name: said.status, from: String(status.from), to: String(status.to), breaks: status.from === 101 }]),
    ...removed.map(([name, from]) => change(name, from, null)),
    ...altered.map(({ name, from, to }) => change(name, from, to)),
    ...added.map(([name, to]) => change(name, null, to)),
  ];
};

const change = (name: string, from: string | null, to: string | null): Change => {
  const needed = NEEDED[name.toLowerCase()];
  return {
    name,
    from,
    to,
    breaks: from !== null && needed?.(from) === true && (to === null || !needed(to)),
  };
};

/** What a field has to say for there to be an upgrade. */
const NEEDED: Readonly<Record<string, (value: string) => boolean>> = {
  upgrade: (value) => /\bwebsocket\b/i.test(value),
  connection: (value) => /\bupgrade\b/i.test(value),
  'sec-websocket-key': (value) => value !== '',
  'sec-websocket-version': (value) => value !== '',
  'sec-websocket-accept': (value) => value !== '',
};
