/**
 * JSON with a line for each value, from its own characters: numbers keep all their digits and names that stand there twice
 * stay twice, as they would not through an object (RFC 8259 4, 6). What stands before it, as the packet type of Socket.IO
 * or the headers of STOMP, stays before it.
 */

/** Characters before the first bracket: more are a text that happens to have one. */
const MOST_BEFORE = 600;
/** Brackets inside brackets; deeper ones are not written out, since each line is indented by all of them. */
const DEEPEST = 40;
const INDENT = '  ';

/** Undefined where there is no object or list, or one without anything to part. */
export const prettyJson = (text: string): string | undefined => {
  const start = text.search(/[[{]/);
  if (start < 0 || start > MOST_BEFORE) return undefined;
  const before = text.slice(0, start);
  // STOMP 1.2: a NUL ends a frame.
  const json = text.slice(start).replace(/[\0\s]+$/, '');
  if (!isJson(json)) return undefined;
  const lines = linesOf(json);
  return lines === undefined || lines.length < 2 ? undefined : before + lines.join('\n');
};

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/** Of JSON that is known to be well-formed. */
const linesOf = (json: string): string[] | undefined => {
  const lines: string[] = [];
  let line = '';
  let depth = 0;
  const breakLine = () => {
    lines.push(line);
    line = INDENT.repeat(depth);
  };
  for (const [token] of json.matchAll(TOKEN)) {
    if (token === '{' || token === '[') {
      line += token;
      if (++depth > DEEPEST) return undefined;
      breakLine();
    } else if (token === '}' || token === ']') {
      depth--;
      // An empty list stays on its line.
      if (line.trim() === '' && /[[{]$/.test(lines.at(-1) ?? '')) line = (lines.pop() ?? '') + token;
      else {
        breakLine();
        line += token;
      }
    } else if (token === ',') {
      line += token;
      breakLine();
    } else line += token === ':' ? ': ' : token;
  }
  return [...lines, line];
};

/** Strings, brackets, commas, colons, and whatever is between them without blanks. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[[\]{},:]|[^\s"[\]{},:]+/g;
