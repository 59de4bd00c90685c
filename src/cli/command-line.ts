/**
 * The command line as commander knows it: argv in, a typed request out. What it cannot understand ends here with a
 * CommanderError; nothing is read or printed besides help and version.
 */
import { readFileSync } from 'node:fs';
import { Command as Commander, InvalidArgumentError, Option } from 'commander';
import { CAUSES } from '../diagnosis/causes.js';
import type { SessionFilter } from '../report/filter-report.js';
import { LANGUAGES, type Language } from '../report/language/catalogue.js';
import { STAGES } from '../session/session.js';

export type Command =
  | { name: 'analyze'; request: AnalyzeRequest }
  | { name: 'explain'; request: ExplainRequest }
  | { name: 'report'; request: ReportRequest }
  | { name: 'slice'; request: SliceRequest };

/** What is read, and what of it is told: the same for every command that reads captures. */
export interface Selection {
  /** Paths, or `-` for standard input. */
  captures: string[];
  filter: SessionFilter;
  /** Path of a key log. */
  keyLog: string | undefined;
  showSecrets: boolean;
  /** Undefined where none was asked for. */
  language?: Language | undefined;
}

export interface ReportRequest extends Selection {
  /** A path, or `-` for standard output. */
  output: string;
}

export interface SliceRequest {
  capture: string;
  ids: ReadonlySet<number>;
  output: string;
  /** Path of a key log. */
  keyLog: string | undefined;
  /** Names, addresses, credentials and contents become others. */
  redact: boolean;
  /** Of the comments. */
  language: Language | undefined;
}

export interface ExplainRequest {
  /** As typed; undefined asks for the list. */
  cause: string | undefined;
  ascii: boolean;
  language: Language | undefined;
}

export interface AnalyzeRequest extends Selection {
  format: 'terminal' | 'json' | 'ndjson' | 'markdown' | 'har';
  all: boolean;
  exitCode: boolean;
  ascii: boolean;
}

interface Options extends SelectionOptions {
  json?: true;
  ndjson?: true;
  markdown?: true;
  har?: true;
  all?: true;
  exitCode?: true;
  ascii?: true;
}

interface SelectionOptions {
  session?: ReadonlySet<number>;
  keylog?: string;
  host?: string[];
  port?: number[];
  sni?: string[];
  path?: string[];
  stage?: string[];
  cause?: string[];
  outcome?: string[];
  showSecrets?: true;
  lang?: Language;
}

/** Throws CommanderError: for help and version with exit code 0. */
export const readCommandLine = (argv: readonly string[]): Command => {
  let command: Command | undefined;
  const tell: Tell = (told) => {
    command = told;
  };
  const program = analyzeCommand(tell);
  addExplain(program, tell);
  addReport(program, tell);
  addSlice(program, tell);
  program.parse([...argv], { from: 'user' });
  return command!;
};

type Tell = (command: Command) => void;

const analyzeCommand = (tell: Tell): Commander =>
  selecting(
    new Commander('wscope')
      .description(
        'Reads packet captures and tells, for every WebSocket session, which stage broke, why, and which packets prove it.',
      )
      .usage('[options] <capture...>')
      .argument('<capture...>', CAPTURES)
      .addOption(new Option('--json', 'the whole report as one JSON document').conflicts(['ndjson', 'markdown', 'har']))
      .addOption(
        new Option('--ndjson', 'one JSON object a line: captures, sessions with their events, summary').conflicts([
          'markdown',
          'har',
        ]),
      )
      .addOption(
        new Option('--markdown', 'for an issue tracker: the answer, tables, a diagram, the rest folded away').conflicts(
          'har',
        ),
      )
      .option('--har', 'an HTTP Archive with the messages, as browsers export it'),
  )
    .option('--all', 'timelines of the healthy sessions too, and no row limits')
    .option('--exit-code', 'exit 1 when a shown session failed and was not recovered')
    .option('--ascii', 'words and ASCII instead of signs')
    .version(version(), '--version', 'print the version')
    .helpOption('--help', 'print this help')
    .helpCommand(false)
    .addHelpText('after', EXAMPLES.analyze)
    .showHelpAfterError('(wscope --help shows what there is)')
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'wscope: ')) })
    .enablePositionalOptions()
    .exitOverride()
    .action((captures: string[], options: Options, command: Commander) => {
      refuseChineseAscii(command, options);
      tell({
        name: 'analyze',
        request: {
          ...selectionOf(captures, options),
          format: formatOf(options),
          all: options.all ?? false,
          exitCode: options.exitCode ?? false,
          ascii: options.ascii ?? false,
        },
      });
    });

const formatOf = ({ json, ndjson, markdown, har }: Options): AnalyzeRequest['format'] =>
  json ? 'json' : ndjson ? 'ndjson' : markdown ? 'markdown' : har ? 'har' : 'terminal';

/** The options that say which sessions, and how they are read. */
const selecting = (command: Commander): Commander =>
  command
    .option('--session <ids>', 'only these sessions, with their full timeline (1,4)', readIds)
    .option('--keylog <file>', 'TLS secrets (SSLKEYLOGFILE format); those inside a pcapng are used by themselves')
    .option('--host <name>', 'only sessions with this host or server address; * stands for anything', readList)
    .option('--port <number>', 'only sessions with this port', readPorts)
    .option('--sni <name>', 'only sessions whose TLS hello names this server', readList)
    .option('--path <path>', 'only sessions that asked for this path, without its query', readList)
    .option('--stage <stage>', 'only sessions that ended in this stage', readChoice(STAGES))
    .option('--cause <cause>', 'only sessions that failed for this cause', readCauses)
    .option('--outcome <outcome>', 'only sessions that came out so: ok, failed, open, partial', readChoice(OUTCOMES))
    .option('--show-secrets', 'do not redact credentials')
    .option('--lang <language>', LANGUAGE, readLanguage);

/** A capture that is called like a command is read as ./explain. */
const addExplain = (program: Commander, tell: Tell): void => {
  program
    .command('explain')
    .description('the page about a cause: how it looks, how it is proven, how to mend it; without one, all causes')
    .argument('[cause]', 'as reports name it, like ws-idle-timeout')
    .option('--ascii', 'words and ASCII instead of signs')
    .helpOption('--help', 'print this help')
    .option('--lang <language>', LANGUAGE, readLanguage)
    .addHelpText('after', EXAMPLES.explain)
    .action((cause: string | undefined, options: Pick<Options, 'ascii' | 'lang'>, command: Commander) => {
      refuseChineseAscii(command, options);
      tell({ name: 'explain', request: { cause, ascii: options.ascii ?? false, language: options.lang } });
    });
};

const addReport = (program: Commander, tell: Tell): void => {
  selecting(
    program
      .command('report')
      .description('one HTML file with everything, to open in a browser and to attach: it loads nothing')
      .argument('<capture...>', CAPTURES)
      .requiredOption('-o, --output <file>', 'the file to write; - is standard output'),
  )
    .helpOption('--help', 'print this help')
    .addHelpText('after', EXAMPLES.report)
    .action((captures: string[], options: SelectionOptions & { output: string }) =>
      tell({ name: 'report', request: { ...selectionOf(captures, options), output: options.output } }),
    );
};

interface SliceOptions {
  session: ReadonlySet<number>;
  output: string;
  keylog?: string;
  redact?: boolean;
  lang?: Language;
}

const addSlice = (program: Commander, tell: Tell): void => {
  program
    .command('slice')
    .description('the packets of some sessions and of those related to them, as a pcapng with the evidence commented')
    .argument('<capture>', 'a pcap or pcapng file, also gzipped')
    .requiredOption('--session <ids>', 'of these sessions (1,4)', readIds)
    .requiredOption('-o, --output <file>', 'the file to write')
    .option('--keylog <file>', 'TLS secrets (SSLKEYLOGFILE format), to find the evidence; they are not written')
    .option('--redact', 'without addresses, names, credentials and contents, where the verdict stays the same')
    .option('--lang <language>', LANGUAGE, readLanguage)
    .helpOption('--help', 'print this help')
    .addHelpText('after', EXAMPLES.slice)
    .action((capture: string, options: SliceOptions) =>
      tell({
        name: 'slice',
        request: {
          capture,
          ids: options.session,
          output: options.output,
          keyLog: options.keylog,
          redact: options.redact ?? false,
          language: options.lang,
        },
      }),
    );
};

const selectionOf = (captures: string[], options: SelectionOptions): Selection => ({
  captures,
  filter: {
    ...(options.session && { ids: options.session }),
    ...(options.host && { hosts: options.host }),
    ...(options.port && { ports: options.port }),
    ...(options.sni && { snis: options.sni }),
    ...(options.path && { paths: options.path }),
    ...(options.stage && { stages: options.stage }),
    ...(options.cause && { causes: options.cause }),
    ...(options.outcome && { outcomes: options.outcome }),
  },
  keyLog: options.keylog,
  showSecrets: options.showSecrets ?? false,
  language: options.lang,
});

/** `a,b`, and the option given twice: both are meant. */
const readList = (value: string, before: string[] = []): string[] => {
  const items = value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
  if (items.length === 0) throw new InvalidArgumentError('It is empty.');
  return [...before, ...items];
};

const readIds = (value: string, before: ReadonlySet<number> = new Set()): ReadonlySet<number> => {
  const ids = readList(value);
  const wrong = ids.find((id) => !/^[1-9]\d{0,8}$/.test(id));
  if (wrong !== undefined) throw new InvalidArgumentError('Sessions are given by number, as in 1 or 2,7.');
  return new Set([...before, ...ids.map(Number)]);
};

const readPorts = (value: string, before: number[] = []): number[] => {
  const ports = readList(value).map(Number);
  if (!ports.every((port) => Number.isInteger(port) && port >= 0 && port <= 65535)) {
    throw new InvalidArgumentError('A port is a number up to 65535.');
  }
  return [...before, ...ports];
};

const readChoice =
  (choices: readonly string[]) =>
  (value: string, before: string[] = []): string[] => {
    const chosen = readList(value, before);
    if (!chosen.every((choice) => choices.includes(choice))) {
      throw new InvalidArgumentError(`Choose from ${choices.join(', ')}.`);
    }
    return chosen;
  };

const readLanguage = (value: string): Language => {
  const language = LANGUAGES.find((each) => each.toLowerCase() === value.toLowerCase().replace('_', '-'));
  if (language === undefined) throw new InvalidArgumentError(`Choose from ${LANGUAGES.join(', ')}.`);
  return language;
};

const refuseChineseAscii = (command: Commander, { ascii, lang }: Pick<Options, 'ascii' | 'lang'>): void => {
  if (ascii && lang === 'zh-CN') command.error('wscope: --ascii cannot be used with --lang zh-CN');
};

const readCauses = (value: string, before: string[] = []): string[] => {
  const causes = readList(value, before);
  const wrong = causes.find((cause) => !cause.includes('*') && !Object.hasOwn(CAUSES, cause));
  if (wrong !== undefined) {
    throw new InvalidArgumentError('It is no cause that wscope knows; ws-idle-timeout is one, ws-* are many.');
  }
  return causes;
};

/** Of the package this file belongs to, built or not: dist/cli and src/cli lie equally deep. */
export const version = (): string =>
  (JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }).version;

const CAPTURES = 'pcap or pcapng files, also gzipped; - reads standard input';

const LANGUAGE = 'of texts: en or zh-CN; without it, that of the environment in a terminal, else en';

const OUTCOMES = ['ok', 'failed', 'open', 'partial'] as const;

const EXAMPLES = {
  analyze: `
Examples:
  wscope incident.pcapng                            what happened to every session
  wscope --session 3 incident.pcapng                one session, packet by packet
  wscope --host 'chat.*' --outcome failed *.pcap    several files, the failures of one host
  wscope --keylog keys.log incident.pcapng          inside TLS (SSLKEYLOGFILE of a browser, curl or Python)
  wscope --json incident.pcapng | jq .summary       for programs
  wscope --markdown incident.pcapng >issue.md       to paste into an issue
  wscope report incident.pcapng -o report.html      a page to open and to attach
  wscope slice --session 3 incident.pcapng -o 3.pcapng   its packets alone, the evidence commented
  wscope slice --session 3 --redact a.pcap -o 3.pcapng   the same without addresses, names and contents
  wscope explain ws-idle-timeout                    what a cause means and how to mend it
  wscope --lang zh-CN incident.pcapng               in Chinese; also for --markdown, report and explain
  sudo tcpdump -i any -w - port 443 | wscope -      from a capture that is being taken

Exit status: 0 analyzed; 1 a shown session failed (with --exit-code); 2 a capture or an option is unusable;
70 a fault of wscope itself.`,
  report: `
Examples:
  wscope report incident.pcapng -o report.html             every session, the first failures in full
  wscope report --session 3,7 a.pcap b.pcap -o report.html two sessions of a capture taken at both ends
  wscope report --keylog keys.log a.pcap -o report.html    with what was said inside TLS
  wscope report --lang zh-CN incident.pcapng -o report.html   in Chinese`,
  slice: `
Examples:
  wscope slice --session 3 incident.pcapng -o 3.pcapng     its packets, DNS, ICMP and both legs of a proxy
  wscope slice --session 3 --redact a.pcap -o 3.pcapng     to show to strangers; writes nothing if the verdict changed
  wscope slice --session 3 --keylog keys.log a.pcap -o 3.pcapng   evidence found inside TLS, the keys left out`,
  explain: `
Examples:
  wscope explain                           every cause in a line
  wscope explain ws-idle-timeout           one of them
  wscope explain --lang zh-CN ws-idle-timeout | less   in Chinese, page by page`,
};
