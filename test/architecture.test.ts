/**
 * The shape of src/, held by its imports: a folder uses what stands before it in FLOORS and nothing else. Also what
 * follows from that shape: who may print, who may know files, how long a file may grow, and how it may be called.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/** The order of dependence. Names that end in `.ts` are the files at the top of src/. */
const FLOORS: readonly (readonly string[])[] = [
  ['bytes'],
  ['capture'],
  ['link'],
  ['ip'],
  ['stream'],
  ['tcp'],
  ['dns'],
  ['tls'],
  ['http'],
  ['proxy'],
  ['websocket'],
  ['subprotocol'],
  ['session'],
  ['diagnosis'],
  ['report'],
  ['redact'],
  ['stack.ts', 'network.ts', 'sniffer.ts'],
  ['load-catalogue.ts'],
  ['provisional-reports.ts'],
  ['analyze.ts'],
  ['index.ts'],
  ['cli'],
];

const MOST_LINES = 400;
/** Files that are longer, with the length they must not outgrow and the reason. */
const LONG_FILES: ReadonlyMap<string, number> = new Map([
  // Both sides of a connection, its open, its end and its health: they share one state, and it is the hot path.
  ['tcp/connection.ts', 600],
  // The report as a whole, in types alone: whoever reads it wants it on one page.
  ['report/report.ts', 480],
]);

const HOMELESS = /(?:^|-)(?:utils?|helpers?|common|misc)(?:-|\.|$)/;

const ROOT = fileURLToPath(new URL('../src/', import.meta.url));

interface SourceFile {
  /** From src/, with forward slashes. */
  path: string;
  text: string;
}

interface Import {
  from: string;
  to: string;
  isType: boolean;
}

const filesBelow = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = posix.join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : path.endsWith('.ts') ? [path] : [];
  });

const FILES: SourceFile[] = filesBelow('').map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));

/** `import … from`, `export … from`, `import '…'` and `import('…')`; where it says `type`, only types. */
const IMPORT = /\b(?:import|export)\s+(type\s+)?(?:[\w*\s{},$]*?\sfrom\s+)?'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/g;

const importsOf = ({ path, text }: SourceFile): Import[] =>
  [...text.matchAll(IMPORT)].map(([, type, named, dynamic]) => {
    const specifier = named ?? dynamic ?? '';
    const to = specifier.startsWith('.') ? posix.join(dirname(path), specifier).replace(/\.js$/, '.ts') : specifier;
    return { from: path, to, isType: type !== undefined };
  });

const IMPORTS = FILES.flatMap(importsOf);
const INNER = IMPORTS.filter(({ to }) => to.endsWith('.ts'));

const floorOf = (path: string): number => FLOORS.findIndex((names) => names.includes(path.split('/', 1)[0] ?? ''));
const nameOf = (path: string): string => (path.includes('/') ? `${path.split('/', 1)[0]}/` : path);

describe('src/', () => {
  it('is scanned: there are files, and imports in them', () => {
    expect(FILES.length).toBeGreaterThan(100);
    expect(INNER.length).toBeGreaterThan(FILES.length);
    const known = new Set(FILES.map(({ path }) => path));
    expect(INNER.filter(({ to }) => !known.has(to))).toEqual([]);
  });

  it('has a floor for every folder and file', () => {
    const homeless = FILES.filter(({ path }) => floorOf(path) < 0);
    expect(homeless.map(({ path }) => `${path} stands on no floor: add its folder to FLOORS`)).toEqual([]);
  });

  it('depends downwards only', () => {
    const upward = INNER.filter(({ from, to, isType }) => {
      if (isType && to.startsWith('stream/')) return false;
      return floorOf(to) > floorOf(from);
    });
    expect(
      upward.map(({ from, to }) => `${from} imports ${to}, but ${nameOf(from)} stands below ${nameOf(to)}`),
    ).toEqual([]);
  });

  it('has no files that import each other in a ring', () => {
    expect(ring(INNER.filter(({ isType }) => !isType))).toEqual([]);
  });

  it('names files after what they are about', () => {
    const unnamed = FILES.filter(({ path }) => path.split('/').some((part) => HOMELESS.test(part)));
    expect(unnamed.map(({ path }) => `${path} is named after nothing: name it after the thing it exports`)).toEqual([]);
    const loud = FILES.filter(({ path }) => !/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*\.ts$/.test(basename(path)));
    expect(loud.map(({ path }) => `${path} is not in kebab-case`)).toEqual([]);
  });

  it('keeps its files short enough to read', () => {
    const long = FILES.flatMap(({ path, text }) => {
      const lines = text.split('\n').length - 1;
      const most = LONG_FILES.get(path) ?? MOST_LINES;
      return lines > most ? [`${path} has ${lines} lines and may have ${most}: split it by what it is about`] : [];
    });
    expect(long).toEqual([]);
  });

  it('opens every file with what it does', () => {
    const mute = FILES.filter(({ text }) => !/^(?:#!.*\n)?\/\*\*/.test(text));
    expect(mute.map(({ path }) => `${path} does not open with a comment`)).toEqual([]);
  });

  it('prints in cli/ alone', () => {
    const printing = FILES.filter(
      ({ path, text }) => !path.startsWith('cli/') && /\bconsole\.\w|\bprocess\.std(?:out|err)\b/.test(text),
    );
    expect(printing.map(({ path }) => `${path} prints: only cli/ does`)).toEqual([]);
  });

  it('knows files in capture/read-blocks.ts and cli/ alone', () => {
    const reading = IMPORTS.filter(
      ({ from, to }) => /^node:fs(?:\/|$)/.test(to) && !from.startsWith('cli/') && from !== 'capture/read-blocks.ts',
    );
    expect(reading.map(({ from }) => `${from} reads files: only capture/read-blocks.ts and cli/ do`)).toEqual([]);
  });

  it('waits nowhere between the packets and the report', () => {
    const floor = FLOORS.findIndex((names) => names.includes('link'));
    const last = FLOORS.findIndex((names) => names.includes('stack.ts'));
    const waiting = FILES.filter(
      ({ path, text }) =>
        floorOf(path) >= floor && floorOf(path) <= last && /\bawait\b|\basync\b|\bPromise</.test(code(text)),
    );
    expect(waiting.map(({ path }) => `${path} waits: from link/ to stack.ts everything is synchronous`)).toEqual([]);
  });

  it('speaks to no network and starts no program', () => {
    const talking = IMPORTS.filter(({ to }) => /^node:(?:https?|http2|dgram|dns|tls|child_process)(?:\/|$)/.test(to));
    expect(talking.map(({ from, to }) => `${from} imports ${to}: captures are read offline`)).toEqual([]);
    // Of node:net only what looks at the text of an address.
    const lists = FILES.flatMap(({ text }) =>
      [...text.matchAll(/import \{([^}]*)\} from 'node:net'/g)].map((it) => it[1]),
    );
    const names = lists.flatMap((list) => (list ?? '').split(',').map((name) => name.trim()));
    expect(names.filter((name) => !/^(?:isIP(?:v[46])?|SocketAddress|)$/.test(name))).toEqual([]);
    const fetching = FILES.filter(({ text }) => /\bfetch\(/.test(code(text)));
    expect(fetching.map(({ path }) => `${path} fetches: captures are read offline`)).toEqual([]);
  });

  it('leaves nothing for later', () => {
    const left = FILES.filter(({ text }) => /\b(?:TODO|FIXME|XXX|HACK)\b/.test(text));
    expect(left.map(({ path }) => `${path} leaves something for later: do it or drop it`)).toEqual([]);
  });

  it('silences neither the compiler nor the linter', () => {
    const silenced = FILES.filter(({ text }) => /@ts-(?:ignore|expect-error|nocheck)|biome-ignore/.test(text));
    expect(silenced.map(({ path }) => `${path} silences a check`)).toEqual([]);
  });
});

/** Without comments, roughly: enough to look for keywords. */
const code = (text: string): string => text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '');

/** The first ring of imports, as a path that ends where it began. */
function ring(imports: readonly Import[]): string[] {
  const next = new Map<string, string[]>();
  for (const { from, to } of imports) next.set(from, [...(next.get(from) ?? []), to]);
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): string[] => {
    const before = path.indexOf(file);
    if (before >= 0) return [...path.slice(before), file];
    if (done.has(file)) return [];
    for (const to of next.get(file) ?? []) {
      const found = visit(to, [...path, file]);
      if (found.length > 0) return found;
    }
    done.add(file);
    return [];
  };
  for (const file of next.keys()) {
    const found = visit(file, []);
    if (found.length > 0) return found;
  }
  return [];
}
