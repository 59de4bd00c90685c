/**
 * Short forms of the typed values that findings carry. Nothing is worded here: the report decides how a duration or a
 * size looks.
 */
import type { Nanos } from '../../capture/packet.js';
import type { Side } from '../../stream/side.js';
import type { Value } from '../rule.js';

export const duration = (ns: Nanos): Value => ({ type: 'duration', ns });
export const time = (ms: number): Value => ({ type: 'time', ms });
export const bytes = (count: number): Value => ({ type: 'bytes', bytes: count });
export const count = (n: number): Value => ({ type: 'count', n });
export const list = (texts: readonly string[]): Value => ({ type: 'list', texts });
export const side = (which: Side): Value => ({ type: 'side', side: which });
/** Also for numbers that name something: ports, statuses and close codes are not counted. */
export const text = (value: string | number): Value => ({ type: 'text', text: String(value) });
