/**
 * How the terminal report looks: its width, its signs (with words where only ASCII is wanted) and its few colours.
 * `say` is the gate for every text of the report: nothing that a capture says reaches the terminal without it.
 */
import type { StageStatus } from '../../session/session.js';
import type { Catalogue } from '../language/catalogue.js';
import { ENGLISH } from '../language/english/english.js';
import type { Outcome } from '../report.js';
import { cutText, padRight, wrapText } from './text-width.js';
import { visible, visibleAscii } from './visible.js';

export interface LookOptions {
  /** In cells. */
  width: number;
  ascii: boolean;
  colour: boolean;
  /** In what language; English when absent. */
  catalogue?: Catalogue;
}

export type Colour = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

/** Narrower than this nothing can be laid out; lines then are longer than the terminal. */
const NARROWEST = 40;

export class Look {
  readonly width: number;
  readonly ascii: boolean;
  readonly signs: Signs;
  readonly catalogue: Catalogue;
  private readonly coloured: boolean;

  constructor({ width, ascii, colour, catalogue = ENGLISH }: LookOptions) {
    this.width = Math.max(NARROWEST, width);
    this.ascii = ascii;
    this.coloured = colour;
    this.signs = ascii ? ASCII_SIGNS : SIGNS;
    this.catalogue = catalogue;
  }

  /** Any text, safe to print. */
  say(text: string): string {
    return this.ascii ? visibleAscii(text) : visible(text);
  }

  /** Said, and cut to `width` cells. */
  cut(text: string, width: number): string {
    return cutText(this.say(text), width, this.signs.ellipsis);
  }

  /** Said, and wrapped to the terminal, `indent` cells free on the left; `first` stands on the first line instead. */
  paragraph(text: string, indent: number, first = ''): string[] {
    return wrapText(this.say(text), this.width - indent).map(
      (line, index) => (index === 0 ? padRight(first, indent) : ' '.repeat(indent)) + line,
    );
  }

  /** Only on text that is measured and finished. */
  paint(colour: Colour, text: string): string {
    if (!this.coloured || text === '') return text;
    const [on, off] = CODES[colour];
    return `\x1b[${on}m${text}\x1b[${off}m`;
  }

  mark(status: StageStatus): string {
    return status === 'not-seen' || status === 'hidden' ? this.catalogue.terms.marks[status] : this.signs[status];
  }

  /** Finds the marks in a finished line of cells and colours them. */
  paintStatus(status: StageStatus, text: string): string {
    return this.paint(STATUS_COLOURS[status], text);
  }

  paintOutcome(outcome: Outcome, text: string): string {
    return this.paint(OUTCOME_COLOURS[outcome], text);
  }
}

/** ECMA-48 SGR: on and off. */
const CODES: Readonly<Record<Colour, readonly [on: number, off: number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
};

const STATUS_COLOURS: Readonly<Record<StageStatus, Colour>> = {
  ok: 'green',
  failed: 'red',
  'in-progress': 'yellow',
  'not-seen': 'dim',
  hidden: 'dim',
};

const OUTCOME_COLOURS: Readonly<Record<Outcome, Colour>> = {
  ok: 'green',
  failed: 'red',
  open: 'cyan',
  partial: 'yellow',
};

const SIGNS = {
  ok: '✓',
  failed: '✗',
  'in-progress': '…',
  ellipsis: '…',
  right: '▶',
  left: '◀',
  line: '─',
  to: '→',
  range: '–',
  delta: 'Δ',
  between: '⇄',
  block: '█',
};

/** One cell of a bar in eighths, from the left. */
export const EIGHTHS = ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'] as const;

type Signs = Readonly<Record<keyof typeof SIGNS, string>>;

const ASCII_SIGNS: Signs = {
  ok: 'ok',
  failed: 'FAILED',
  'in-progress': 'unfinished',
  ellipsis: '...',
  right: '>',
  left: '<',
  line: '-',
  to: '->',
  range: '-',
  delta: 'after',
  between: '<->',
  block: '#',
};
