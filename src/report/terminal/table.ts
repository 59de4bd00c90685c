/**
 * A table without borders that fits the terminal: the only place that knows cli-table3. Columns that do not fit are
 * dropped in the order given; the one that stretches takes what is left. Widths are measured here, since the library
 * knows less about wide characters; it only sets the cells.
 */
import CliTable from 'cli-table3';
import type { Look } from './look.js';
import { cutText, padLeft, padRight, textWidth } from './text-width.js';

export interface Column {
  title: string;
  /** Finished texts, one for each row, not painted. */
  cells: readonly string[];
  /** Cells are cut to this many terminal cells. */
  most?: number;
  align?: 'left' | 'right';
  /** Columns with a number are dropped when there is no room, the lowest first. */
  drop?: number;
  /** What stands in its place once others had to go. */
  instead?: Column;
  /** Takes the room that is left, but needs this much. */
  stretch?: number;
  /** What to say in a row whose cell does not fit. */
  shorter?: readonly string[];
  paint?: (text: string, row: number) => string;
}

const GAP = 2;

/** The library takes time with the square of its rows. */
const ROWS_AT_ONCE = 100;

export const renderTable = (columns: readonly Column[], look: Look): string => {
  const shown = fitColumns(columns, look.width);
  const widths = columnWidths(shown, look.width);
  const cell = (text: string, at: number) => {
    const width = widths[at] ?? 0;
    const cut = cutText(text, width, look.signs.ellipsis);
    if (shown[at]?.align === 'right') return padLeft(cut, width);
    return at === shown.length - 1 ? cut : padRight(cut, width);
  };
  const bodyRow = (row: number): string[] =>
    shown.map((column, at) => {
      const whole = column.cells[row] ?? '';
      const fits = textWidth(whole) <= (widths[at] ?? 0);
      const text = cell(fits ? whole : (column.shorter?.[row] ?? whole), at);
      return column.paint?.(text, row) ?? text;
    });
  const rows = [
    shown.map((column, at) => look.paint('dim', cell(column.title, at))),
    ...(columns[0]?.cells ?? []).map((_, row) => bodyRow(row)),
  ];
  let text = '';
  for (let row = 0; row < rows.length; row += ROWS_AT_ONCE) text += setRows(rows.slice(row, row + ROWS_AT_ONCE));
  return text;
};

const setRows = (rows: string[][]): string => {
  const table = new CliTable({
    chars: NO_BORDERS,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
  });
  table.push(...rows);
  return table
    .toString()
    .split('\n')
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
};

const fitColumns = (columns: readonly Column[], width: number): Column[] => {
  let shown = [...columns];
  while (neededWidth(shown) > width) {
    const candidates = shown.filter(({ drop }) => drop !== undefined);
    if (candidates.length === 0) return shown;
    const next = candidates.reduce((low, column) => (column.drop! < low.drop! ? column : low));
    shown = shown.flatMap((column) => (column !== next ? [column] : (column.instead ?? [])));
  }
  return shown;
};

const neededWidth = (columns: readonly Column[]): number =>
  columns.reduce((sum, column) => sum + (column.stretch ?? naturalWidth(column)), GAP * (columns.length - 1));

const columnWidths = (columns: readonly Column[], width: number): number[] => {
  const fixed = columns.reduce((sum, column) => sum + (column.stretch === undefined ? naturalWidth(column) : 0), 0);
  const left = width - fixed - GAP * (columns.length - 1);
  return columns.map((column) =>
    column.stretch === undefined ? naturalWidth(column) : Math.max(1, Math.min(left, naturalWidth(column))),
  );
};

const naturalWidth = ({ title, cells, most }: Column): number => {
  const widest = cells.reduce((width, text) => Math.max(width, textWidth(text)), textWidth(title));
  return Math.min(widest, most ?? widest);
};

const NO_BORDERS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: ' '.repeat(GAP),
};
