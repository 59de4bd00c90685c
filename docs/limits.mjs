/**
 * Writes docs/limits.md to standard output: every constant of src/ that bounds what a capture can make wscope keep, read
 * or tell, with the reason that stands beside it in the code. `npm run golden` runs it; a test holds the page to the code.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const SOURCE = fileURLToPath(new URL('../src/', import.meta.url));
/** Limits are named so that they can be found. */
const NAME =
  /^(?:MAX|MOST|WAITING|HELD|SEARCH|TRIES|UNDECIDED)_|^(?:ROWS|BLOCKS|TRIES)$|_(?:KEPT|TOLD|READ|SHOWN|NAMED|LEARNED|AT_MOST|PER_MESSAGE|EVERY)$|_(?:STEP|INFLATED|COMPRESSED|BLOCK|WINDOW|UNMASK)_OCTETS$|^(?:INFLATED|COMPRESSED|FREE_WORK|BLOCK|WINDOW|UNMASK|UNKNOWN|PREVIEW|PEEKED)_(?:OCTETS|BYTES)$|_(?:PREVIEW|KEEP)_BYTES$/;
const CONSTANT = /(?:\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n)?(?:export )?const ([A-Z][A-Z0-9_]*)(?:: \w+)? = ([^;]+);/g;
/** Numbers and their products only: no tables, no texts. */
const NUMERIC = /^[\d_.e*+<() A-Z]+$/;

const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => path.endsWith('.ts'))
  .sort();

const lines = [
  '# Limits',
  '',
  'A capture is written by strangers: lengths in it lie, and floods in it are meant. So everything that grows with what is read has a named',
  'limit with its reason. Reaching one is never a crash and never silence: it is a gap of cause `over-limit`, a count of what was left out, or a',
  'warning in the report. This page is written from the code by `npm run golden`.',
];
lines.push('', '| In `src/` | Limit | Value | Why |', '|---|---|---|---|');
for (const path of files) lines.push(...rowsOf(path, readFileSync(SOURCE + path, 'utf8')));
process.stdout.write(`${lines.join('\n')}\n`);

function rowsOf(path, text) {
  return [...text.matchAll(CONSTANT)]
    .filter(([, , name, value]) => NAME.test(name) && NUMERIC.test(value))
    .map(([, comment = '', name, value]) => {
      const reason = comment.replace(/\s*\n\s*\* ?/g, ' ').trim();
      return `| [${path}](../src/${path}) | \`${name}\` | \`${value}\` | ${cell(reason)} |`;
    });
}

function cell(text) {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}
