/** What standard output can show: width and colour, from the terminal and the environment. */
import type { WriteStream } from 'node:tty';
import type { LookOptions } from '../report/terminal/look.js';

/** Where nobody tells otherwise (files, pipes). */
const DEFAULT_WIDTH = 80;
/** Beyond it lines are hard to follow, and a lying COLUMNS costs memory. */
const WIDEST = 400;

type Environment = Readonly<Record<string, string | undefined>>;

export const terminalLook = (
  stream: Pick<WriteStream, 'isTTY' | 'columns'>,
  environment: Environment,
  ascii: boolean,
): LookOptions => ({ width: widthOf(stream, environment), ascii, colour: hasColour(stream, environment) });

const widthOf = (stream: Pick<WriteStream, 'isTTY' | 'columns'>, { COLUMNS }: Environment): number => {
  const told = /^[1-9]\d{0,4}$/.test(COLUMNS ?? '') ? Number(COLUMNS) : undefined;
  return Math.min(told ?? (stream.isTTY && stream.columns > 0 ? stream.columns : DEFAULT_WIDTH), WIDEST);
};

/** https://no-color.org and https://force-color.org: present and not empty; forbidding wins, `FORCE_COLOR=0` forbids. */
const hasColour = (stream: Pick<WriteStream, 'isTTY'>, { NO_COLOR, FORCE_COLOR, TERM }: Environment): boolean => {
  if (NO_COLOR) return false;
  if (FORCE_COLOR) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return stream.isTTY === true && TERM !== 'dumb';
};
