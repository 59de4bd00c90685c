/**
 * Quantities as people read them, without a locale: 20.1 ms, 60.0 s, 4.1 min, 1.9 kB, 18,204. Steps of
 * 1000, as network people count. Machines read the unrounded numbers in the JSON instead.
 */
import type { Nanos } from '../capture/packet.js';
import type { Value } from '../diagnosis/rule.js';
import type { Catalogue } from './language/catalogue.js';
import { isoMillis } from './place.js';

const MICROSECOND = 1e3;
const MILLISECOND = 1e6;
const SECOND = 1e9;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A value of a finding in words; texts as they are. */
export const formatValue = (value: Value, catalogue: Catalogue): string => {
  const { terms } = catalogue;
  switch (value.type) {
    case 'duration':
      return formatDuration(value.ns, terms.units);
    case 'time':
      return formatTime(value.ms) ?? terms.unreadableTime;
    case 'bytes':
      return formatBytes(value.bytes, terms.units);
    case 'count':
      return formatCount(value.n);
    case 'text':
      return value.text;
    case 'list':
      return value.texts.length === 0 ? terms.nothing : value.texts.join(terms.and);
    case 'values':
      return value.values.length === 0
        ? terms.nothing
        : value.values.map((each) => formatValue(each, catalogue)).join(terms.and);
    case 'gloss':
      return translated(value.text, catalogue);
    case 'side':
      return terms.sides[value.side];
    case 'phrase':
      return catalogue.phrases[value.phrase].replace(/\{(\w+)\}/g, (_, name: string) => {
        const filler = value.data[name];
        return filler === undefined ? '' : formatValue(filler, catalogue);
      });
  }
};

/** Codes without a name of their own keep their number: "time exceeded (code 7)". */
const translated = (words: string, { glossary }: Catalogue): string =>
  words.replace(/^(.*?)(?= \(code \d+\)$|$)/, (known) => glossary[known] ?? known);

/** Units that are words; the others are signs, the same everywhere. */
export interface UnitWords {
  byte: string;
  bytes: string;
  days: string;
}

const ENGLISH_UNITS: UnitWords = { byte: 'byte', bytes: 'bytes', days: 'days' };

/** From a duration in nanoseconds. */
export const formatDuration = (ns: Nanos, words = ENGLISH_UNITS): string => {
  if (ns < 0) return `-${formatDuration(-ns, words)}`;
  // Thresholds stand where rounding would otherwise print 1000 of the smaller unit.
  if (ns < MICROSECOND / 2) return '0 ms';
  if (ns < 999.5 * MICROSECOND) return `${(ns / MICROSECOND).toFixed(0)} µs`;
  if (ns < 99.95 * MILLISECOND) return `${(ns / MILLISECOND).toFixed(1)} ms`;
  if (ns < 999.5 * MILLISECOND) return `${(ns / MILLISECOND).toFixed(0)} ms`;
  if (ns < 9.995 * SECOND) return `${(ns / SECOND).toFixed(2)} s`;
  if (ns < 2 * MINUTE) return `${(ns / SECOND).toFixed(1)} s`;
  if (ns < 2 * HOUR) return `${(ns / MINUTE).toFixed(1)} min`;
  if (ns < 2 * DAY) return `${(ns / HOUR).toFixed(1)} h`;
  return `${(ns / DAY).toFixed(1)} ${words.days}`;
};

const BYTE_UNITS = ['kB', 'MB', 'GB', 'TB', 'PB'];

export const formatBytes = (bytes: number, words = ENGLISH_UNITS): string => {
  if (bytes < 1000) return `${bytes} ${bytes === 1 ? words.byte : words.bytes}`;
  let scaled = bytes / 1000;
  let unit = 0;
  while (scaled >= 999.5 && unit < BYTE_UNITS.length - 1) {
    scaled /= 1000;
    unit++;
  }
  return `${scaled.toFixed(scaled < 99.95 ? 1 : 0)} ${BYTE_UNITS[unit]}`;
};

/** Thousands parted by commas. */
export const formatCount = (n: number): string => {
  if (!Number.isInteger(n)) return String(n);
  return String(n).replace(/\B(?=(?:\d{3})+$)/g, ',');
};

/** From milliseconds since 1970: 2026-11-20 10:02:11 UTC. Undefined beyond the calendar. */
export const formatTime = (ms: number): string | undefined => {
  const iso = isoMillis(ms);
  return iso === null ? undefined : `${iso.slice(0, -5).replace('T', ' ')} UTC`;
};
