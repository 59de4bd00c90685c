/**
 * The report as one JSON document, piece by piece: never one giant string, each session on a line of its own. Control
 * and direction characters are written as \uXXXX, so that a document shown in a terminal does no harm and loses nothing.
 */
import type { Report } from './report.js';

export function* renderJson(report: Report): Iterable<string> {
  const { sessions, ...head } = report;
  // Everything before the sessions, without the brace that closes it.
  yield `${toJson(head).slice(0, -1)},"sessions":[`;
  let comma = '';
  for (const session of sessions) {
    yield `${comma}\n${toJson(session)}`;
    comma = ',';
  }
  yield sessions.length === 0 ? ']}\n' : '\n]}\n';
}

/** Such characters stand only inside strings, where JSON allows to write any character as \uXXXX (RFC 8259 7). */
export const toJson = (value: unknown): string => {
  const json = JSON.stringify(value);
  return MAY_BE_HARMFUL.test(json) ? json.replace(HARMFUL, escaped) : json;
};

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Beyond ASCII there is anything; nearly every report is within it, and this is the quickest question to ask. */
const MAY_BE_HARMFUL = /[^\x00-\x7e]/;

/** DEL and C1, marks and overrides of direction, line separators. C0 is escaped by JSON itself. */
const HARMFUL = /[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;
