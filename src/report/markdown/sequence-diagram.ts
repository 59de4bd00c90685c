/**
 * The part of a timeline that matters as a Mermaid sequence diagram: how it began, and what stands around the evidence of
 * the finding that decided. Trackers render it from a fenced block; labels are reduced to characters that Mermaid gives
 * no meaning to.
 */
import { eventText, runSummary } from '../event-text.js';
import type { Catalogue } from '../language/catalogue.js';
import { ENGLISH } from '../language/english/english.js';
import type { EventReport, SessionReport } from '../report.js';
import { fillCounted, fillTemplate } from '../wording.js';
import { fencedBlock } from './inert.js';

/** GitLab draws diagrams of more characters only when asked. */
const MOST_CHARACTERS = 2000;
/** Events that say how it began. */
const FIRST = 4;
/** Events told before and after each piece of evidence. */
const AROUND = 1;
const LABEL = 48;

/** Undefined for a session whose timeline has no direction to draw. */
export const sequenceDiagram = (session: SessionReport, catalogue: Catalogue = ENGLISH): string | undefined => {
  const { timeline } = session;
  if (timeline.length < 2) return undefined;
  let rows = wantedRows(session);
  for (;;) {
    const lines = diagramLines(timeline, rows, catalogue);
    if (lines.join('\n').length <= MOST_CHARACTERS || rows.length <= 4) return fencedBlock(lines, 'mermaid');
    // The beginning is known to everybody; the end is what went wrong.
    rows = [...rows.slice(0, 2), ...rows.slice(rows.length > 8 ? 4 : 3)];
  }
};

/** Indices into the timeline, ascending. */
const wantedRows = ({ timeline, findings }: SessionReport): number[] => {
  const proof = new Set((findings[0]?.evidence ?? []).map((place) => keyOf(place)));
  const wanted = new Set<number>();
  const want = (index: number) => {
    if (index >= 0 && index < timeline.length) wanted.add(index);
  };
  for (let index = 0; index < FIRST; index++) want(index);
  timeline.forEach((event, index) => {
    if (!proof.has(keyOf(event))) return;
    for (let near = index - AROUND; near <= index + AROUND; near++) want(near);
  });
  want(timeline.length - 2);
  want(timeline.length - 1);
  return [...wanted].sort((a, b) => a - b);
};

const keyOf = ({ packet, capture = 0 }: { packet: number; capture?: number }): string => `${capture}:${packet}`;

const diagramLines = (timeline: readonly EventReport[], rows: readonly number[], catalogue: Catalogue): string[] => {
  const { client, server } = catalogue.terms.sides;
  const said = catalogue.markdown.diagram;
  const lines = ['sequenceDiagram', `  participant C as ${client}`, `  participant S as ${server}`];
  let before = -1;
  for (const row of rows) {
    const event = timeline[row]!;
    const left = row - before - 1;
    if (left > 0) lines.push(`  Note over C,S: ${fillCounted(said.more, left)}`);
    const previous = timeline[row - 1];
    const silence = previous === undefined ? 0 : event.atMs - (previous.untilMs ?? previous.atMs);
    if (left === 0 && silence >= SILENCE) {
      const duration = (silence / 1000).toFixed(1);
      lines.push(`  Note over C,S: ${fillTemplate(said.silence, { duration })}`);
    }
    lines.push(`  ${arrowOf(event, catalogue)}`);
    before = row;
  }
  return lines;
};

/** In milliseconds: shorter pauses are nothing to look at. */
const SILENCE = 1000;

const arrowOf = (event: EventReport, catalogue: Catalogue): string => {
  const { diagram: said } = catalogue.markdown;
  const packet = String(event.packet);
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
    return `Note over C,S: ${fillTemplate(said.run, { label: labelOf(told), packet })}`;
  }
  const text = fillTemplate(said.arrow, { label: labelOf(eventText(event, catalogue).label), packet });
  if (event.from === 'network') return `Note over C,S: ${text}`;
  const arrow = LOST.has(event.event) ? '--x' : '->>';
  return event.from === 'client' ? `C${arrow}S: ${text}` : `S${arrow}C: ${text}`;
};

/** Drawn with a cross at its end. */
const LOST: ReadonlySet<string> = new Set(['rst', 'gap']);

/** Other characters as Mermaid's own codes; `end` alone would end a block. */
const labelOf = (text: string): string => {
  const short = text.length > LABEL ? `${[...text].slice(0, LABEL - 1).join('')}…` : text;
  const safe = short.replace(/[^\p{L}\p{N} .,/_…-]/gu, (character) => `#${character.codePointAt(0)};`);
  return safe.replace(/\bend\b/gi, (word) => `#${word.charCodeAt(0)};${word.slice(1)}`);
};
