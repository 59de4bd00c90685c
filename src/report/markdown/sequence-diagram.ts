/**
 * The part of a timeline that matters as a Mermaid sequence diagram: how it began, and what stands around the evidence of
 * the finding that decided. Trackers render it from a fenced block; labels are reduced to characters that Mermaid gives
 * no meaning to.
 */
import { eventText, runSummary } from '../event-text.js';
import { type JoinedLegs, type JoinedRow, joinedLegs } from '../joined-legs.js';
import type { Catalogue } from '../language/catalogue.js';
import { ENGLISH } from '../language/english/english.js';
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
  const joined = joinedLegs(session, report);
  if (joined.rows.length < 2) return undefined;
  let wanted = wantedRows(joined, session);
  for (;;) {
    const lines = diagramLines(joined, wanted, report, catalogue);
    if (lines.join('\n').length <= MOST_CHARACTERS || wanted.length <= 4) return fencedBlock(lines, 'mermaid');
    // The beginning is known to everybody; the end is what went wrong.
    wanted = [...wanted.slice(0, 2), ...wanted.slice(wanted.length > 8 ? 4 : 3)];
  }
};

/** Indices of rows, ascending. */
const wantedRows = ({ rows }: JoinedLegs, { findings }: SessionReport): number[] => {
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
  { legs, rows }: JoinedLegs,
  wanted: readonly number[],
  report: Report,
  catalogue: Catalogue,
): string[] => {
  const said = catalogue.markdown.diagram;
  const lines = ['sequenceDiagram', ...partiesOf(legs, catalogue)];
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
    lines.push(`  ${arrowOf(row, (index) => partyName(index, legs.length), report, catalogue)}`);
    before = index;
  }
  return lines;
};

const partiesOf = (legs: readonly SessionReport[], { terms, markdown }: Catalogue): string[] => {
  const proxies = legs.slice(0, -1).map(({ id, server, legs: pairs = [] }) => {
    const proxy = pairs.find(({ client }) => client === id)?.proxy ?? server;
    return fillTemplate(markdown.diagram.proxy, { proxy });
  });
  return [terms.sides.client, ...proxies, terms.sides.server].map(
    (name, index) => `  participant ${partyName(index, legs.length)} as ${labelOf(name)}`,
  );
};

const partyName = (index: number, legs: number): string => (index === 0 ? 'C' : index === legs ? 'S' : `P${index}`);

/** In milliseconds: shorter pauses are nothing to look at. */
const SILENCE = 1000;

const arrowOf = (
  { event, from, to }: JoinedRow,
  party: (index: number) => string,
  report: Report,
  catalogue: Catalogue,
): string => {
  const { diagram: said } = catalogue.markdown;
  const packet = packetNumber(event, report);
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
    return `Note over ${party(from)},${party(from + 1)}: ${fillTemplate(said.run, { label: labelOf(told), packet })}`;
  }
  const text = fillTemplate(said.arrow, { label: labelOf(eventText(event, catalogue).label), packet });
  if (from === to) return `Note over ${party(from)},${party(from + 1)}: ${text}`;
  return `${party(from)}${LOST.has(event.event) ? '--x' : '->>'}${party(to)}: ${text}`;
};

/** Drawn with a cross at its end. */
const LOST: ReadonlySet<string> = new Set(['rst', 'gap']);

/** Other characters as Mermaid's own codes; `end` alone would end a block. */
const labelOf = (text: string): string => {
  const short = text.length > LABEL ? `${[...text].slice(0, LABEL - 1).join('')}…` : text;
  const safe = short.replace(/[^\p{L}\p{N} .,/_…-]/gu, (character) => `#${character.codePointAt(0)};`);
  return safe.replace(/\bend\b/gi, (word) => `#${word.charCodeAt(0)};${word.slice(1)}`);
};
