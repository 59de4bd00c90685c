/**
 * Fills templates: texts with {placeholders}, and data that goes into them. The wording of rules and of timeline events
 * stands in tables of such templates, so that a second language is a second table. No sentence is put together in code.
 */
import { formatBytes, formatCount, formatDuration } from './format-value.js';
import type { EventValue } from './report.js';

/** `{name}` becomes the text of that name; one that is missing is a mistake of the rule and shows as such. */
export const fillTemplate = (template: string, texts: Readonly<Record<string, string>>): string =>
  template.replace(/\{(\w+)\}/g, (_, name: string) => (Object.hasOwn(texts, name) ? texts[name]! : `(no ${name})`));

/**
 * The same with formats, `{size|bytes}`, words for flags, `{late?arrived late}`, and parts in `[…]` that are left out when a placeholder inside has no data:
 * a layer tells what it saw, and what it did not see must not leave a hole in the text. One pass: what is filled in
 * comes from a capture and is never read as a template.
 */
export const fillOptional = (template: string, data: Readonly<Record<string, EventValue>>): string =>
  template
    .replace(/\[([^[\]]*)\]|\{\w+(?:[|?][^{}]*)?\}/g, (part: string, optional: string | undefined) =>
      optional === undefined ? (fillPart(part, data) ?? '') : (fillPart(optional, data) ?? ''),
    )
    .trim();

/** Undefined when a placeholder of the part has no data. */
const fillPart = (part: string, data: Readonly<Record<string, EventValue>>): string | undefined => {
  let missing = false;
  const text = part.replace(/\{(\w+)(?:\|(\w+)|\?([^{}]*))?\}/g, (_, name: string, format?: string, flag?: string) => {
    const value = Object.hasOwn(data, name) ? data[name] : undefined;
    if (isNothing(value) || (value === 0 && format === 'bytes')) {
      missing = true;
      return '';
    }
    return flag ?? formatData(value!, format);
  });
  return missing ? undefined : text;
};

const isNothing = (value: EventValue | undefined): boolean =>
  value === undefined || value === '' || value === false || (Array.isArray(value) && value.length === 0);

const formatData = (value: EventValue, format: string | undefined): string => {
  if (typeof value === 'string') {
    if (format === 'gap') return GAPS[value] ?? value;
    return format === 'date' ? value.slice(0, 'yyyy-mm-dd'.length) : value;
  }
  if (typeof value !== 'number') {
    if (!Array.isArray(value)) return String(value);
    return format === 'first' ? (value[0] ?? '') : value.join(', ');
  }
  switch (format) {
    case 'bytes':
      return formatBytes(value);
    case 'ms':
      return formatDuration(value * 1e6);
    case 'ns':
      return formatDuration(value);
    case 'messages':
      return `${formatCount(value)} ${value === 1 ? 'message' : 'messages'}`;
    case 'plain':
      return String(value);
    default:
      return formatCount(value);
  }
};

/** Causes of gaps in words. */
const GAPS: Readonly<Record<string, string>> = {
  'not-captured': 'acknowledged, and not in the capture',
  'snap-length': 'cut off by the snap length',
  'over-limit': 'more than wscope keeps',
  'not-decrypted': 'could not be decrypted',
  'capture-start': 'from before the capture',
};
