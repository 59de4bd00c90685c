/**
 * Short forms of the typed values that findings carry. Nothing is worded here: the report decides how a duration or a
 * size looks.
 */
import type { Nanos } from '../../capture/packet.js';
import type { Side } from '../../stream/side.js';
import type { Value } from '../rule.js';

/** Findings quote, they do not archive: a header may be as long as a head, and offer a thousand names. */
const TEXT_KEPT = 4096;
const LIST_KEPT = 32;

const cut = (value: string): string => (value.length > TEXT_KEPT ? `${value.slice(0, TEXT_KEPT - 1)}…` : value);

export const duration = (ns: Nanos): Value => ({ type: 'duration', ns });
export const time = (ms: number): Value => ({ type: 'time', ms });
export const bytes = (count: number): Value => ({ type: 'bytes', bytes: count });
export const count = (n: number): Value => ({ type: 'count', n });
export const list = (texts: readonly string[]): Value => ({ type: 'list', texts: texts.slice(0, LIST_KEPT).map(cut) });
export const values = (each: readonly Value[]): Value => ({ type: 'values', values: each.slice(0, LIST_KEPT) });
/** Words of our own tables, never of the capture. */
export const gloss = (words: string): Value => ({ type: 'gloss', text: words });
export const side = (which: Side): Value => ({ type: 'side', side: which });
/** Also for numbers that name something: ports, statuses and close codes are not counted. */
export const text = (value: string | number): Value => ({ type: 'text', text: cut(String(value)) });
