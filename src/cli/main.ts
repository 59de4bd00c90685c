/**
 * The command: argv in, exit status out. Whatever goes wrong here becomes one line for the user, never a bare stack
 * trace; WSCOPE_DEBUG=1 shows the stack to whoever wants to mend it.
 */
import { CommanderError } from 'commander';
import { visible } from '../report/terminal/visible.js';
import { type Command, readCommandLine } from './command-line.js';
import { type ExitStatus, FINE, OWN_FAULT, UNUSABLE } from './exit-status.js';
import { isSystemError, systemMessage } from './sources.js';

/** Leaves when everything is written: the status is set, the process is not ended. */
export const main = async (argv: readonly string[]): Promise<void> => {
  process.on('uncaughtException', (error) => {
    process.exitCode = confess(error);
    process.exit();
  });
  // Whoever writes a report listens too (output.ts); for help and messages a reader that went away is no matter.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  process.exitCode = await run(argv);
};

const run = async (argv: readonly string[]): Promise<ExitStatus> => {
  try {
    return await obey(readCommandLine(argv));
  } catch (error) {
    // commander has printed what is wrong.
    if (error instanceof CommanderError) return error.exitCode === 0 ? FINE : UNUSABLE;
    if (!isSystemError(error)) return confess(error);
    process.stderr.write(`wscope: ${visible(`${error.syscall}: ${systemMessage(error)}`)}\n`);
    return UNUSABLE;
  }
};

/** Loaded only now: help, version and mistakes need no analysis, and explaining needs none either. */
const obey = async (command: Command): Promise<ExitStatus> => {
  switch (command.name) {
    case 'analyze':
      return (await import('./analyze-command.js')).runAnalyze(command.request);
    case 'report':
      return (await import('./report-command.js')).runReport(command.request);
    case 'slice':
      return (await import('./slice-command.js')).runSlice(command.request);
    case 'explain':
      return (await import('./explain-command.js')).runExplain(command.request);
  }
};

const confess = (error: unknown): ExitStatus => {
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  process.stderr.write(
    `wscope: this is a fault of wscope, not of the capture (${visible(what)}). Please report it with the command and, if you may, the capture${isDebugging() ? '' : '; WSCOPE_DEBUG=1 shows where'}.\n`,
  );
  if (isDebugging() && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return OWN_FAULT;
};

const isDebugging = (): boolean => process.env.WSCOPE_DEBUG === '1';
