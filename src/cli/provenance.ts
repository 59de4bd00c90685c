/**
 * What made a report, for those who get it without having been there: program, versions, and the command. Paths in the
 * command are cut to their last part: where somebody keeps captures and keys is nobody's business.
 */
import { basename } from 'node:path';
import { shellWord } from '../diagnosis/measures/shell-word.js';
import { version } from './command-line.js';

export interface Provenance {
  /** `wscope 0.1.0, Node.js 20.20.2`. */
  madeWith: string;
  /** As it can be typed again where the captures are. */
  command: string;
}

/** Needs no quotes. */
const OPTION = /^(?:-|--?[a-z-]+)$/;
/** Options whose value is a path. */
const PATHS: ReadonlySet<string> = new Set(['--keylog', '--output', '-o']);

export const provenance = (argv: readonly string[], captures: readonly string[]): Provenance => {
  const words = argv.map((word, index) => {
    const [, option = '', value = ''] = /^(--[a-z-]+)=(.*)$/s.exec(word) ?? [];
    if (PATHS.has(option)) return `${option}=${shellWord(basename(value))}`;
    const isPath = captures.includes(word) || PATHS.has(argv[index - 1] ?? '');
    if (OPTION.test(word)) return word;
    return shellWord(isPath ? basename(word) : word);
  });
  return { madeWith: `wscope ${version()}, Node.js ${process.versions.node}`, command: ['wscope', ...words].join(' ') };
};
