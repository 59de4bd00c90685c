import { describe, expect, it } from 'vitest';
import { reportOf } from '../../../wire/capture-report.js';
import { type Life, lived } from '../../../wire/many-sessions.js';

const exitsOf = async (...lives: Partial<Life>[]) => {
  const packets = lives.flatMap((life, index) =>
    lived({ startMs: 0, port: 41000 + index, serverPort: 8080 + index, end: 'leave', ...life }),
  );
  return (await reportOf(packets)).findings.filter(({ rule }) => rule === 'capture/client-exit');
};

/** Two sessions that end within a packet or two of 2 s, of another age and another silence. */
const OLD = { startMs: 0, talkMs: [1000, 990] };
const YOUNG = { startMs: 700, talkMs: [100, 1190] };

describe('capture/client-exit', () => {
  it('sees that one program held the sessions which its client ended in one moment', async () => {
    const [exit, ...more] = await exitsOf(OLD, YOUNG);
    expect(more).toEqual([]);
    expect(exit).toMatchObject({ severity: 'note', confidence: 'likely', cause: null, sessions: [1, 2] });
    expect(exit?.data).toMatchObject({ client: { text: '10.0.0.1' }, sessions: { n: 2 } });
    expect(exit?.evidence.map(({ note }) => note)).toEqual(['a session is ended', 'a session is ended']);
  });

  it.each([
    { name: 'one of them was closed', lives: [OLD, { ...YOUNG, end: 'close' as const }] },
    { name: 'the server ended them', lives: [OLD, YOUNG].map((life) => ({ ...life, end: 'fin' as const })) },
    { name: 'they belong to two clients', lives: [OLD, { ...YOUNG, client: '10.0.0.9' }] },
    {
      name: 'they belong to two programs',
      lives: [
        { ...OLD, agent: 'a/1' },
        { ...YOUNG, agent: 'b/1' },
      ],
    },
    { name: 'they ended one after the other', lives: [OLD, { ...YOUNG, talkMs: [100, 1400] }] },
    { name: 'they are of one age and silence, as one timer makes them', lives: [OLD, OLD] },
  ])('says nothing where $name', async ({ lives }) => {
    expect(await exitsOf(...lives)).toEqual([]);
  });
});
