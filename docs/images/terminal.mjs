/**
 * Writes docs/images/terminal.svg, the picture in the README, to standard output: what the built command really prints
 * for a sample, colours included. `npm run golden` runs it; a test holds the picture to the command.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const COLUMNS = 100;
const ARGUMENTS = ['--session', '1', 'samples/nginx-idle-60s.pcap'];

/** In pixels. */
const CELL_WIDTH = 8;
const LINE_HEIGHT = 18;
const MARGIN = 18;
const FONT_SIZE = 13.3;

const BACKGROUND = '#0d1117';
const FOREGROUND = '#d1d7e0';
/** ECMA-48 SGR, as far as wscope uses it: the attributes that a parameter sets. */
const STYLES = new Map([
  ['1', { 'font-weight': 'bold', fill: '#f0f6fc' }],
  ['2', { fill: '#8b949e' }],
  ['31', { fill: '#ff7b72' }],
  ['32', { fill: '#56d364' }],
  ['33', { fill: '#e3b341' }],
  ['36', { fill: '#39c5cf' }],
  ['22', undefined],
  ['39', undefined],
]);

const { stdout, stderr, status } = spawnSync(process.execPath, ['bin/wscope.js', ...ARGUMENTS], {
  cwd: fileURLToPath(new URL('../../', import.meta.url)),
  env: { FORCE_COLOR: '1', COLUMNS: String(COLUMNS) },
  encoding: 'utf8',
});
if (status !== 0) throw new Error(`wscope ended with status ${status}: ${stderr}`);
process.stdout.write(svg([`\x1b[2m$\x1b[22m wscope ${ARGUMENTS.join(' ')}`, ...stdout.trimEnd().split('\n')]));

function svg(lines) {
  const width = COLUMNS * CELL_WIDTH + 2 * MARGIN;
  const height = lines.length * LINE_HEIGHT + 2 * MARGIN;
  const rows = lines.flatMap((line, index) => row(line, MARGIN + (index + 0.75) * LINE_HEIGHT));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="wscope tells in a terminal why a WebSocket session ended after 60 seconds of silence">`,
    `<rect width="${width}" height="${height}" rx="8" fill="${BACKGROUND}"/>`,
    `<g font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="${FONT_SIZE}" fill="${FOREGROUND}">`,
    ...rows,
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

/**
 * Every run of one style without wide spaces is a text of its own, stretched to its cells, so that any monospaced font
 * stays aligned.
 */
function row(line, y) {
  const texts = [];
  let column = 0;
  let style;
  for (const piece of line.split(/(\x1b\[\d+m)/)) {
    const parameter = /^\x1b\[(\d+)m$/.exec(piece)?.[1];
    if (parameter !== undefined) {
      if (!STYLES.has(parameter)) throw new Error(`no style for SGR ${parameter}`);
      style = STYLES.get(parameter);
      continue;
    }
    const attributes = Object.entries(style ?? {}).map(([name, value]) => ` ${name}="${value}"`);
    for (const { 0: words, index } of piece.matchAll(/\S+(?: \S+)*/g)) {
      const x = MARGIN + (column + cellsOf(piece.slice(0, index))) * CELL_WIDTH;
      const length = cellsOf(words) * CELL_WIDTH;
      texts.push(`<text x="${x}" y="${y}" textLength="${length}"${attributes.join('')}>${escaped(words)}</text>`);
    }
    column += cellsOf(piece);
  }
  return texts;
}

/** The report's own signs are all one cell wide. */
function cellsOf(text) {
  return [...text].length;
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
