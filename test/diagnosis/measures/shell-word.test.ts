import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { shellWord } from '../../../src/diagnosis/measures/shell-word.js';

describe('a word of a shell command', () => {
  it.each([
    'chat.example.com',
    'http://chat.example.com:8080/a_b?',
    "a'b",
    '$(id)',
    '`id`',
    'a;b|c&d',
    '-x',
    '',
    '\\',
    'a b',
  ])('is read back by a shell as %j', (text) => {
    const word = shellWord(text);
    expect(execFileSync('/bin/sh', ['-c', `printf %s ${word}`], { encoding: 'utf8' })).toBe(text);
  });

  it('is cut before it is quoted', () => {
    expect(shellWord("'".repeat(9000)).length).toBe(4002);
    expect(shellWord(`$${'x'.repeat(9000)}`)).toMatch(/^'\$x+'$/);
  });

  it('is left as it is when it is plain', () => {
    expect(shellWord('wss.example.com')).toBe('wss.example.com');
    expect(shellWord('--eval')).toBe("'--eval'");
  });
});
