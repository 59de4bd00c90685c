/**
 * The documents, held to what they describe: links lead somewhere, commands run and print what is shown, the picture is
 * what the command prints, tables of causes and limits say what the code says. With WSCOPE_UPDATE_GOLDEN=1 (as `npm run
 * golden` sets it) what can be generated is written instead of compared.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CAUSES, type CauseId } from '../src/diagnosis/causes.js';
import * as rules from '../src/diagnosis/rules/index.js';
import { analyze, fileSource } from '../src/index.js';
import { STAGES } from '../src/session/session.js';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const UPDATE = process.env.WSCOPE_UPDATE_GOLDEN === '1';
const STALE = 'it is out of date: run `npm run golden` and look at the difference';

const PAGES = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'samples/README.md'].concat(
  readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
);
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** `text` stands between the two comments of a page; compared, or written. */
function holdSection(path: string, begin: string, end: string, text: string): void {
  const page = read(path);
  const from = page.indexOf(begin) + begin.length;
  const to = page.indexOf(end, from);
  expect(from >= begin.length && to > from, `${path} has the comments ${begin} and ${end}`).toBe(true);
  const wanted = `\n${text}\n`;
  if (UPDATE) writeFileSync(join(ROOT, path), page.slice(0, from) + wanted + page.slice(to));
  else expect(page.slice(from, to), `${path}: ${STALE}`).toBe(wanted);
}

let bin: string;
const shell = (command: string) =>
  spawnSync('bash', ['-c', command], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { PATH: `${bin}${delimiter}${process.env.PATH}`, HOME: bin, TMPDIR: bin, COLUMNS: '100' },
    maxBuffer: 2 ** 28,
  });
const hasJq = spawnSync('jq', ['--version']).error === undefined;

beforeAll(() => {
  bin = mkdtempSync(join(tmpdir(), 'wscope-docs-'));
  symlinkSync(join(ROOT, 'bin/wscope.js'), join(bin, 'wscope'));
  symlinkSync(process.execPath, join(bin, 'node'));
});
afterAll(() => rmSync(bin, { recursive: true, force: true }));

describe('links', () => {
  it.each(PAGES)('of %s lead to files and headings that exist', (path) => {
    const links = [...read(path).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link ?? '');
    const broken = links.filter((link) => {
      if (/^[a-z]+:/.test(link)) return false;
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? path : join(dirname(path), file);
      if (!existsSync(join(ROOT, target))) return true;
      return anchor !== undefined && !headings(read(target)).includes(anchor);
    });
    expect(broken).toEqual([]);
  });
});

const headings = (page: string): string[] =>
  [...page.matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
    (title ?? '')
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );

describe('commands', () => {
  const fenced = (path: string, language: string): string[] =>
    [...read(path).matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(
      ([, body]) => body ?? '',
    );

  const runnable = PAGES.filter((path) => path !== 'samples/README.md').flatMap((path) =>
    fenced(path, 'sh')
      .flatMap((body) => body.split('\n'))
      .filter((line) => /^wscope /.test(line) && !line.includes('incident'))
      .map((line) => [line.replace(/\s+#.*$/, ''), path] as const),
  );

  it('stand in the documents', () => {
    expect(runnable.length).toBeGreaterThan(5);
  });

  it.each(runnable)('%s (%s) runs', (command) => {
    const { status, stdout, stderr } = shell(command);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout.length).toBeGreaterThan(100);
  });

  it.for(PAGES)('with output in %s print what is shown', (path, { skip }) => {
    if (!hasJq && /^\$ .*\bjq\b/m.test(read(path))) skip('jq is missing');
    const page = read(path);
    const now = page.replace(/^```console\n([\s\S]*?)^```$/gm, (_, body: string) => {
      const commands = body.split('\n').filter((line) => line.startsWith('$ '));
      const shown = commands.map((line) => {
        // What a command writes to a file goes to the scratch folder.
        const { stdout, stderr } = shell(line.slice(2).replace(/>(\w+\.json)/, '>"$TMPDIR/$1"'));
        expect(stderr, line).toBe('');
        return `${line}\n${stdout}`;
      });
      return `\`\`\`console\n${shown.join('')}\`\`\``;
    });
    if (UPDATE) writeFileSync(join(ROOT, path), now);
    else expect(page, STALE).toBe(now);
  });
});

describe('README.md', () => {
  it('shows a library example that prints what stands below it', () => {
    const page = read('README.md');
    const [, program, shown] = /^```js\n([\s\S]*?)^```\n\n```text\n([\s\S]*?)^```$/m.exec(page) ?? [];
    // By the package's own name: the example runs as it would in another project.
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-'], {
      cwd: ROOT,
      input: program,
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    expect(stdout).not.toBe('');
    if (UPDATE)
      writeFileSync(
        join(ROOT, 'README.md'),
        page.replace(`\`\`\`text\n${shown}\`\`\``, () => `\`\`\`text\n${stdout}\`\`\``),
      );
    else expect(shown, STALE).toBe(stdout);
  });

  it('names the causes that rules can give', () => {
    const given = new Set(Object.values(rules).flatMap((list) => list.flatMap(({ meta }) => meta.causes)));
    // A slow lookup is told beside a cause and never is one.
    given.delete('dns-slow');
    const known = (Object.keys(CAUSES) as CauseId[]).filter((cause) => given.has(cause));
    expect(known.length).toBeGreaterThan(50);
    const link = (cause: CauseId): string => {
      const page = `docs/causes/${cause}.md`;
      return existsSync(join(ROOT, page)) ? `[\`${cause}\`](${page})` : `\`${cause}\``;
    };
    const rows = STAGES.flatMap((stage) => {
      const causes = known.filter((cause) => CAUSES[cause] === stage);
      return causes.length === 0 ? [] : [`| \`${stage}\` | ${causes.map(link).join(', ')} |`];
    });
    holdSection(
      'README.md',
      '<!-- causes: written by `npm run golden` -->',
      '<!-- end of causes -->',
      ['', '| Stage, usually | Causes |', '|---|---|', ...rows, ''].join('\n'),
    );
  });

  it.each([
    ['docs/images/terminal.svg', 'docs/images/terminal.mjs'],
    ['docs/limits.md', 'docs/limits.mjs'],
  ])('leads to %s, which is what %s writes', (path, script) => {
    const { stdout, stderr } = spawnSync(process.execPath, [script], { cwd: ROOT, encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(stdout.length).toBeGreaterThan(4000);
    if (UPDATE) writeFileSync(join(ROOT, path), stdout);
    else expect(read(path), `${path}: ${STALE}`).toBe(stdout);
  });
});

describe('docs/json.md', () => {
  const page = read('docs/json.md');

  it('explains every key and every code of the schema', () => {
    const words = wordsOf(JSON.parse(read('docs/report.schema.json')));
    expect(words.length).toBeGreaterThan(100);
    const unexplained = words.filter((word) => !page.includes(`\`${word}\``) && !page.includes(`\`"${word}"\``));
    expect(unexplained).toEqual([]);
  });

  it('lists every event of the samples', async () => {
    const table = page.slice(page.indexOf('## Timeline events'), page.indexOf('## Violations'));
    const listed = new Map(
      [...table.matchAll(/^\| `(\w+)` \| (.*) \|$/gm)].map(([, layer, events]) => [layer, events ?? ''] as const),
    );
    const samples = readdirSync(join(ROOT, 'samples')).filter((name) => name.endsWith('.pcap'));
    const missing = new Set<string>();
    for (const name of samples) {
      const { report } = await analyze([fileSource(join(ROOT, 'samples', name))]);
      for (const { layer, event } of report.sessions.flatMap(({ timeline }) => timeline)) {
        if (event !== 'run' && listed.get(layer)?.includes(`\`${event}\``) === false) missing.add(`${layer} ${event}`);
      }
    }
    expect(samples.length).toBeGreaterThan(100);
    expect([...missing]).toEqual([]);
  });
});

/** Keys of objects and values of enumerations, anywhere in a JSON Schema. */
function wordsOf(schema: unknown): string[] {
  const words = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      if (key === 'properties') for (const name of Object.keys(inner as object)) words.add(name);
      if (key === 'enum') for (const one of inner as unknown[]) if (typeof one === 'string') words.add(one);
      visit(inner);
    }
  };
  visit(schema);
  return [...words].sort();
}
