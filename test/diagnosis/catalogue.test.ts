import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { CAUSES } from '../../src/diagnosis/causes.js';
import { CAPTURE_RULES, LOOKUP_RULES, RULES } from '../../src/diagnosis/rules/index.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const metas = [...RULES, ...LOOKUP_RULES, ...CAPTURE_RULES].map(({ meta }) => meta);
const causes = [...new Set(metas.flatMap((meta) => meta.causes))].sort();
const families = readdirSync(`${root}src/diagnosis/rules`, { withFileTypes: true }).filter((entry) =>
  entry.isDirectory(),
);
const ruleFiles = families.flatMap(({ name }) =>
  readdirSync(`${root}src/diagnosis/rules/${name}`)
    .filter((file) =>
      readFileSync(`${root}src/diagnosis/rules/${name}/${file}`, 'utf8').match(/define(Capture|Lookup)?Rule\(/),
    )
    .map((file) => `${name}/${basename(file, '.ts')}`),
);

/** The headings of every page about a cause, in their order. */
const HEADINGS = ['On the wire', 'How wscope knows', 'What else it could be', 'What to do', 'Sample', 'Read more'];

describe('the catalogue of rules', () => {
  it('lists every rule there is, once, under the id that its path gives', () => {
    expect(metas.map(({ id }) => id).sort()).toEqual([...ruleFiles].sort());
  });

  it.each(metas.map((meta) => [meta.id, meta] as const))('%s has a test of its own', (id) => {
    expect(existsSync(`${root}test/diagnosis/rules/${id}.test.ts`)).toBe(true);
  });

  it.each(metas.map((meta) => [meta.id, meta] as const))(
    '%s gives references and only causes that exist',
    (_, meta) => {
      expect(meta.reference.length).toBeGreaterThan(0);
      for (const cause of meta.causes) expect(CAUSES).toHaveProperty([cause]);
      expect(new Set(meta.causes).size).toBe(meta.causes.length);
    },
  );

  it.each(metas.map((meta) => [meta.id, meta] as const))('%s words all it says in one line each', (_, meta) => {
    for (const table of [meta.messages, meta.notes, meta.remedies]) {
      for (const text of Object.values(table)) expect(text).toMatch(/^\S.*\S$/);
    }
  });
});

describe('the pages about causes', () => {
  it.each(causes)('%s has a page with all its headings', (cause) => {
    const page = readFileSync(`${root}docs/causes/${cause}.md`, 'utf8');
    expect(page).toMatch(new RegExp(`^# ${cause}\n\n\\S`));
    expect([...page.matchAll(/^## (.*)$/gm)].map((match) => match[1])).toEqual(HEADINGS);
    for (const section of page.split(/^## .*$/m)) expect(section.trim()).not.toBe('');
  });

  it('are about causes that a rule can give', () => {
    const pages = readdirSync(`${root}docs/causes`).filter((file) => file.endsWith('.md'));
    expect(pages.map((file) => basename(file, '.md')).sort()).toEqual(causes);
  });

  it.each(causes)('%s names only samples that exist', (cause) => {
    const page = readFileSync(`${root}docs/causes/${cause}.md`, 'utf8');
    const section = page.split(/^## /m).find((part) => part.startsWith('Sample\n')) ?? '';
    for (const [, file] of section.matchAll(/`samples\/([^`]+)`/g)) {
      expect(existsSync(`${root}samples/${file}`), file).toBe(true);
    }
  });
});
