import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Assembler } from '../../src/tcp/assembler.js';
import { advance } from '../../src/tcp/sequence.js';

/** What an assembler gave out, as text: bytes as letters, a gap as `.` for each byte. */
class Transcript {
  text = '';
  readonly gaps: string[] = [];
  range(block: Uint8Array, _view: DataView, start: number, end: number): void {
    this.text += Buffer.from(block.subarray(start, end)).toString('latin1');
  }
  gap(length: number, cause: string): void {
    this.text += '.'.repeat(length);
    this.gaps.push(`${cause} ${length}`);
  }
}

const viewOf = (block: Uint8Array) => new DataView(block.buffer, block.byteOffset, block.length);

interface Step {
  at: number;
  text: string;
  /** Length on the wire, where less was captured. */
  wire?: number;
}

const START = 0xfffffff0 | 0; // numbers wrap inside every test

function run(steps: readonly Step[]): { transcript: Transcript; assembler: Assembler } {
  const transcript = new Transcript();
  const assembler = new Assembler(transcript);
  assembler.next = START;
  steps.forEach(({ at, text, wire }, index) => {
    const block = Buffer.from(`##${text}##`, 'latin1');
    assembler.accept(
      advance(START, at),
      wire ?? text.length,
      block,
      viewOf(block),
      2,
      2 + text.length,
      index + 1,
      index,
    );
  });
  return { transcript, assembler };
}

describe('Assembler', () => {
  it.each<{ name: string; steps: Step[]; text: string }>([
    {
      name: 'passes bytes in order through',
      steps: [
        { at: 0, text: 'abc' },
        { at: 3, text: 'def' },
      ],
      text: 'abcdef',
    },
    {
      name: 'waits for a hole to be filled',
      steps: [
        { at: 3, text: 'def' },
        { at: 0, text: 'abc' },
      ],
      text: 'abcdef',
    },
    {
      name: 'delivers nothing behind a hole',
      steps: [
        { at: 0, text: 'ab' },
        { at: 3, text: 'def' },
      ],
      text: 'ab',
    },
    {
      name: 'ignores what came before',
      steps: [
        { at: 0, text: 'abc' },
        { at: 0, text: 'xyz' },
      ],
      text: 'abc',
    },
    {
      name: 'keeps the first of two versions',
      steps: [
        { at: 2, text: 'cd' },
        { at: 0, text: 'abXX' },
      ],
      text: 'abcd',
    },
    {
      name: 'takes the new part of an overlap',
      steps: [
        { at: 0, text: 'abc' },
        { at: 1, text: 'XXde' },
      ],
      text: 'abcde',
    },
    {
      name: 'fills holes on both sides of what waits',
      steps: [
        { at: 3, text: 'd' },
        { at: 5, text: 'f' },
        { at: 0, text: 'abcXeXg' },
      ],
      text: 'abcdefg',
    },
    {
      name: 'tells the bytes that the snap length cut',
      steps: [
        { at: 0, text: 'abc', wire: 6 },
        { at: 6, text: 'g' },
      ],
      text: 'abc...g',
    },
  ])('$name', ({ steps, text }) => {
    expect(run(steps).transcript.text).toBe(text);
  });

  it('gives up a hole when told to, and goes on behind it', () => {
    const { transcript, assembler } = run([
      { at: 0, text: 'ab' },
      { at: 5, text: 'fg' },
    ]);
    assembler.skipTo(advance(START, 7), 'not-captured', 9, 9);
    expect(transcript.text).toBe('ab...fg');
    expect(transcript.gaps).toEqual(['not-captured 3']);
    expect(assembler.missing).toBe(3);
  });

  it('gives up the oldest hole rather than hold more than its limit', () => {
    const transcript = new Transcript();
    const assembler = new Assembler(transcript);
    const block = new Uint8Array(1 << 20);
    for (let index = 0; index < 6; index++) {
      assembler.accept(1 + index * block.length, block.length, block, viewOf(block), 0, block.length, index, index);
    }
    expect(transcript.gaps).toEqual(['over-limit 1']);
    expect(assembler.delivered).toBe(1 + 6 * block.length);
  });

  it('agrees with an array of letters, whatever the order, overlap and loss', () => {
    const segment = fc.record({ at: fc.nat(40), length: fc.integer({ min: 1, max: 12 }) });
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 30 }), (segments) => {
        const twin: string[] = [];
        const steps = segments.map(({ at, length }, index) => {
          const text = String.fromCharCode(65 + (index % 26)).repeat(length);
          return { at, text };
        });
        let delivered = 0;
        for (const { at, text } of steps) {
          for (let i = 0; i < text.length; i++) twin[at + i] ??= text[i]!;
          while (twin[delivered] !== undefined) delivered++;
        }
        const { transcript, assembler } = run(steps);
        expect(transcript.text).toBe(twin.slice(0, delivered).join(''));
        for (let i = 0; i < 60; i++) expect(assembler.has(advance(START, i))).toBe(twin[i] !== undefined);
        while (assembler.holds) assembler.skipTo(assembler.waitingFrom, 'not-captured', 0, 0);
        const whole = Array.from(twin, (letter) => letter ?? '.').join('');
        expect(transcript.text).toBe(whole);
      }),
    );
  });
});
