/** A line on standard error. File names and captures may hold anything: shown, not obeyed. */
import { visible } from '../report/terminal/visible.js';

export const complain = (text: string): void => {
  process.stderr.write(`wscope: ${visible(text)}\n`);
};
