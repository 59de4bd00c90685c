/**
 * The part of a timeline that matters as a Mermaid sequence diagram: how it began, and what stands around the evidence of
 * the finding that decided. Trackers render it from a fenced block; labels are reduced to characters that Mermaid gives
 * no meaning to.
 */
import { eventText, runSummary } from '../event-text.js';
import type { Catalogue } from '../language/catalogue.js';
import { ENGLISH } from '../language/english/english.js';
import { type LaneEvent, type Leg, LegLanes } from '../leg-lanes.js';
import type { Report, SessionReport } from '../report.js';
import { packetNumber } from '../terminal/finding-lines.js';
import { fillCounted, fillTemplate } from '../wording.js';
import { fencedBlock } from './inert.js';

/** GitLab draws diagrams of more characters only when asked. */
const MOST_CHARACTERS = 2000;
/** Events that say how it began. */
const FIRST = 4;
/** Events told before and after each piece of evidence. */
const AROUND = 1;
const LABEL = 48;

/** Undefined for a session whose timeline has no direction to draw. Both legs of a proxy are drawn as one. */
export const sequenceDiagram = (
  session: SessionReport,
  report: Report,
  catalogue: Catalogue = ENGLISH,
): string | undefined => {
  const lanes = new LegLanes(report.sessions);
  const front = lanes.frontOf(session);
  const parties = partiesOf(lanes.legsOf(front), catalogue);
  const rows = lanes.eventsOf(front);
  if (rows.length < 2) return undefined;
  let wanted = wantedRows(rows, session);
  for (;;) {
    const lines = diagramLines(rows, wanted, parties, report, catalogue);
    if (lines.join('\n').length <= MOST_CHARACTERS || wanted.length <= 4) return fencedBlock(lines, 'mermaid');
    // The beginning is known to everybody; the end is what went wrong.
    wanted = [...wanted.slice(0, 2), ...wanted.slice(wanted.length > 8 ? 4 : 3)];
  }
};

/** Indices of rows, ascending. */
const wantedRows = (rows: readonly LaneEvent[], { findings }: SessionReport): number[] => {
  const proof = new Set((findings[0]?.evidence ?? []).map((place) => keyOf(place)));
  const wanted = new Set<number>();
  const want = (index: number) => {
    if (index >= 0 && index < rows.length) wanted.add(index);
  };
  for (let index = 0; index < FIRST; index++) want(index);
  rows.forEach(({ event }, index) => {
    if (!proof.has(keyOf(event))) return;
    for (let near = index - AROUND; near <= index + AROUND; near++) want(near);
  });
  want(rows.length - 2);
  want(rows.length - 1);
  return [...wanted].sort((a, b) => a - b);
};

const keyOf = ({ packet, capture = 0 }: { packet: number; capture?: number }): string => `${capture}:${packet}`;

const diagramLines = (
  rows: readonly LaneEvent[],
  wanted: readonly number[],
  parties: readonly Party[],
  report: Report,
  catalogue: Catalogue,
): string[] => {
  const said = catalogue.markdown.diagram;
  const lines = ['sequenceDiagram', ...parties.map(({ id, name }) => `  participant ${id} as ${name}`)];
  let before = -1;
  for (const index of wanted) {
    const row = rows[index]!;
    const left = index - before - 1;
    if (left > 0) lines.push(`  Note over C,S: ${fillCounted(said.more, left)}`);
    const previous = rows[index - 1]?.event;
    const silence = previous === undefined ? 0 : row.event.atMs - (previous.untilMs ?? previous.atMs);
    if (left === 0 && silence >= SILENCE) {
      const duration = (silence / 1000).toFixed(1);
      lines.push(`  Note over C,S: ${fillTemplate(said.silence, { duration })}`);
    }
    lines.push(`  ${arrowOf(row, parties, report, catalogue)}`);
    before = index;
  }
  return lines;
};

interface Party {
  id: string;
  name: string;
}

/** From the client to the server: the party between two lanes is the proxy whose legs they are. */
const partiesOf = (legs: readonly Leg[], { terms, markdown }: Catalogue): Party[] => {
  const proxies: Party[] = [];
  for (const { lane, proxy } of legs) {
    if (lane === 0 || lane <= proxies.length) continue;
    const address = legs.find((leg) => leg.lane === lane - 1)!.session.server;
    proxies.push({ id: `P${lane}`, name: labelOf(fillTemplate(markdown.diagram.proxy, { proxy: proxy ?? address })) });
  }
  return [{ id: 'C', name: labelOf(terms.sides.client) }, ...proxies, { id: 'S', name: labelOf(terms.sides.server) }];
};

/** In milliseconds: shorter pauses are nothing to look at. */
const SILENCE = 1000;

const arrowOf = (
  { event, leg: { lane } }: LaneEvent,
  parties: readonly Party[],
  report: Report,
  catalogue: Catalogue,
): string => {
  const { diagram: said } = catalogue.markdown;
  const packet = packetNumber(event, report);
  const [near, far] = [parties[lane]!.id, parties[lane + 1]!.id];
  if (event.event === 'run') {
    const told = runSummary(
      {
        layer: event.layer,
        count: event.count ?? { client: 0, server: 0 },
        bytes: event.bytes ?? { client: 0, server: 0 },
        kinds: event.kinds ?? {},
      },
      catalogue,
    );
    return `Note over ${near},${far}: ${fillTemplate(said.run, { label: labelOf(told), packet })}`;
  }
  const text = fillTemplate(said.arrow, { label: labelOf(eventText(event, catalogue).label), packet });
  if (event.from === 'network') return `Note over ${near},${far}: ${text}`;
  const arrow = LOST.has(event.event) ? '--x' : '->>';
  return event.from === 'client' ? `${near}${arrow}${far}: ${text}` : `${far}${arrow}${near}: ${text}`;
};

/** Drawn with a cross at its end. */
const LOST: ReadonlySet<string> = new Set(['rst', 'gap']);

/** Other characters as Mermaid's own codes; `end` alone would end a block. */
const labelOf = (text: string): string => {
  const short = text.length > LABEL ? `${[...text].slice(0, LABEL - 1).join('')}…` : text;
  const safe = short.replace(/[^\p{L}\p{N} .,/_…-]/gu, (character) => `#${character.codePointAt(0)};`);
  return safe.replace(/\bend\b/gi, (word) => `#${word.charCodeAt(0)};${word.slice(1)}`);
};
