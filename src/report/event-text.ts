/**
 * Timeline events in words: (layer, event, data) to a short label, which fits on an arrow, and a note beside it. The words
 * stand in the catalogue of a language, by the keys of the report's events.
 */
import type { PerSide, Side } from '../stream/side.js';
import type { Catalogue } from './language/catalogue.js';
import type { EventValue } from './report.js';
import { fillOptional, fillTemplate, wordOf } from './wording.js';

export interface EventText {
  label: string;
  /** Empty when the label says all. */
  note: string;
}

export interface WordedEvent {
  layer: string;
  event: string;
  data?: Readonly<Record<string, EventValue>> | undefined;
}

export const eventText = ({ layer, event, data = {} }: WordedEvent, { events, terms }: Catalogue): EventText => {
  // Subprotocols speak in their own words, which are the labels; what they may tell besides is the same for all.
  const [label, note] = events.events[`${layer}:${event}`] ?? [`${event}[ {bytes|bytes}]`, events.others];
  return { label: fillOptional(label, data, terms), note: fillOptional(note, data, terms).replace(LEADING_COMMA, '') };
};

/** Parts of a template begin with it; the first that has something to say has nothing in front. */
export const LEADING_COMMA = /^(?:, |，)/;

/** Label and note in one line, for those who have no arrows. */
export const eventSummary = (event: WordedEvent, catalogue: Catalogue): string => {
  const { label, note } = eventText(event, catalogue);
  return note === '' ? label : fillTemplate(catalogue.events.summary, { label, note });
};

/** What one side sent in a run: `12 text 1.9 kB`; of several kinds, `15 frames 2.2 kB`. */
export const runLabel = (run: RunText, side: Side, { events, terms }: Catalogue): string => {
  const kinds = Object.keys(run.kinds);
  const many = events.units[run.layer] ?? events.anyUnit;
  const unit = kinds.length === 1 ? wordOf(events.kinds, kinds[0]!) : many;
  return fillOptional(events.run, { count: run.count[side], unit, bytes: run.bytes[side] }, terms);
};

/** Both sides, and of which kinds the events were. */
export const runSummary = (run: RunText, catalogue: Catalogue): string => {
  const { events, terms, texts } = catalogue;
  const sides = (['client', 'server'] as const).filter((side) => run.count[side] > 0);
  const told = sides
    .map((side) => fillTemplate(events.sent, { side: terms.sides[side], run: runLabel(run, side, catalogue) }))
    .join(terms.comma);
  const note = runNote(run, catalogue);
  return note === '' ? told : fillTemplate(texts.finding.noted, { packet: told, note });
};

/** `20 text, 6 binary`; empty where the labels say it. */
export const runNote = (run: RunText, { events, terms }: Catalogue): string => {
  const kinds = Object.entries(run.kinds);
  if (kinds.length < 2) return '';
  return kinds
    .map(([kind, count]) => fillOptional(events.run, { count, unit: wordOf(events.kinds, kind) }, terms))
    .join(terms.and);
};

export interface RunText {
  layer: string;
  count: PerSide<number>;
  bytes: PerSide<number>;
  kinds: Readonly<Record<string, number>>;
}
