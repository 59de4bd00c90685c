import { describe, expect, it } from 'vitest';
import { reportOf } from '../../../wire/capture-report.js';
import type { WirePacket } from '../../../wire/conversation.js';
import { isSyn, lived, refused, rejected } from '../../../wire/many-sessions.js';

const loopsOf = async (packets: WirePacket[]) => {
  const { findings } = await reportOf(packets);
  return findings.filter(({ rule }) => rule === 'capture/reconnect-loop');
};

/** Attempts that begin after these pauses. */
const attempts = (make: typeof refused, pausesMs: readonly number[], client?: string) => {
  let startMs = 0;
  return pausesMs.flatMap((pause, index) => {
    startMs += pause;
    const packets = make({ startMs, port: 41000 + index, ...(client === undefined ? {} : { client }) });
    startMs = packets.at(-1)!.at / 1e6;
    return packets;
  });
};

describe('capture/reconnect-loop', () => {
  it.each([
    { name: 'a fixed pause', pauses: [0, 3000, 3000, 3100, 2950, 3000], pacing: 'fixed' },
    { name: 'a back-off', pauses: [0, 1000, 2000, 4000, 8000, 16_000], pacing: 'growing' },
    { name: 'no pause at all', pauses: [0, 1, 1, 1, 1, 1], pacing: 'immediate' },
    { name: 'pauses without a rule', pauses: [0, 5000, 900, 14_000, 2000, 4000], pacing: 'irregular' },
  ])('sees $name', async ({ pauses, pacing }) => {
    const [loop, ...more] = await loopsOf(attempts(refused, pauses));
    expect(more).toEqual([]);
    expect(loop).toMatchObject({ message: pacing, severity: 'warning', cause: null, sessions: [1, 2, 3, 4, 5, 6] });
    expect(loop?.data).toMatchObject({
      clients: { texts: ['10.0.0.1'] },
      server: { text: '10.0.9.1:8080' },
      attempts: { n: 6 },
      cause: { text: 'tcp-refused' },
    });
    expect(loop?.evidence.length).toBe(6);
  });

  it('measures the pause from the moment the client knew', async () => {
    const [loop] = await loopsOf(attempts(rejected, [0, 3000, 3000, 3000, 3000]));
    expect(loop?.data.cause).toMatchObject({ text: 'upgrade-unavailable' });
    const pause = loop?.data.pause;
    expect(pause?.type === 'duration' && pause.ms).toBeGreaterThan(2999);
    expect(pause?.type === 'duration' && pause.ms).toBeLessThan(3010);
  });

  it('tells many clients of one server in one finding', async () => {
    const packets = Array.from({ length: 12 }, (_, n) =>
      attempts(refused, [n * 10, 2000, 2000, 2000, 2000], `10.0.1.${n}`),
    );
    const loops = await loopsOf(packets.flat());
    expect(loops).toHaveLength(1);
    expect(loops[0]?.data.attempts).toMatchObject({ n: 60 });
    expect(loops[0]?.data.tries).toMatchObject({ text: expect.stringContaining('60 attempts of 12 clients') });
    expect(loops[0]?.data.clients).toMatchObject({ texts: expect.arrayContaining(['10.0.1.0', '4 more']) });
  });

  it('tells apart two programs behind one address, and gives the period of each', async () => {
    const first = attempts(rejected, [0, 2000, 2000, 2000, 2000]);
    // Each attempt begins inside one of the other program.
    const second = first.filter(isSyn).flatMap(({ at }, n) => rejected({ startMs: at / 1e6 + 1, port: 42000 + n }));
    const [loop] = await loopsOf([...first, ...second]);
    expect(loop?.data).toMatchObject({
      attempts: { n: 10 },
      tries: { text: expect.stringMatching(/^10 attempts of 2 clients within .* each of them one every 2\.0\d s$/) },
    });
    expect(loop?.confidence).toBe('possible');
  });

  it('counts the sessions of the same kind that did hold', async () => {
    const good = lived({ startMs: 0, port: 42000 });
    const bad = attempts(rejected, [1000, 1000, 1000, 1000, 1000]);
    expect((await loopsOf([...good, ...bad]))[0]?.data.others).toMatchObject({
      text: expect.stringMatching(/did hold.*: 1$/),
    });
    expect((await loopsOf(bad))[0]?.data.others).toMatchObject({ text: '' });
    const elsewhere = lived({ startMs: 0, port: 42000, path: '/other' });
    expect((await loopsOf([...elsewhere, ...bad]))[0]?.data.others).toMatchObject({ text: '' });
  });

  it('goes on over attempts that show no target', async () => {
    const mixed = [0, 1, 2, 3, 4].flatMap((n) =>
      (n % 2 === 0 ? refused : rejected)({ startMs: n * 1000, port: 41000 + n }),
    );
    expect((await loopsOf(mixed))[0]?.data.attempts).toMatchObject({ n: 5 });
  });

  it('makes a note of a program that waited longer each time and came back', async () => {
    const tried = attempts(refused, [0, 1000, 2000, 4000, 8000, 16_000]);
    const [loop] = await loopsOf([...tried, ...lived({ startMs: 60_000, port: 42000 })]);
    expect(loop).toMatchObject({ message: 'growing', severity: 'note', remedy: [expect.any(String)] });
  });

  it('wants one reason, not five codes that the client chose for itself', async () => {
    const closing = (codes: readonly number[]) =>
      codes.flatMap((code, n) => lived({ startMs: n * 1000, port: 42000 + n, code }));
    expect(await loopsOf(closing([4000, 4001, 4002, 4003, 4004]))).toEqual([]);
    expect(await loopsOf(closing([4001, 4001, 4001, 4001, 4001]))).toHaveLength(1);
  });

  it('does not know the pauses of refused attempts that several programs may have made', async () => {
    const back = [0, 1, 2].flatMap((n) => lived({ startMs: 60_000 + n, port: 42000 + n, agent: `a/${n}` }));
    const [loop] = await loopsOf([
      ...attempts(
        refused,
        Array.from({ length: 16 }, () => 50),
      ),
      ...back,
    ]);
    expect(loop).toMatchObject({ message: 'mixed', remedy: [expect.any(String)] });
    expect(
      await loopsOf([
        ...attempts(
          refused,
          Array.from({ length: 12 }, () => 50),
        ),
        ...back,
      ]),
    ).toEqual([]);
  });

  it.each([
    {
      name: 'six targets that were tried once each',
      packets: () => [0, 1, 2, 3, 4, 5].flatMap((n) => rejected({ startMs: n * 20, port: 41000 + n, path: `/${n}` })),
    },
    {
      name: 'six programs that tried once each',
      packets: () => [0, 1, 2, 3, 4, 5].flatMap((n) => rejected({ startMs: n * 20, port: 41000 + n, agent: `a/${n}` })),
    },
    {
      name: 'failures between sessions that held',
      packets: () =>
        [0, 1, 2, 3, 4, 5, 6, 7].flatMap((n) => (n === 4 ? lived : rejected)({ startMs: n * 1000, port: 41000 + n })),
    },
    { name: 'four attempts', packets: () => attempts(refused, [0, 1000, 1000, 1000]) },
    {
      name: 'attempts side by side',
      packets: () => Array.from({ length: 8 }, (_, n) => refused({ startMs: n * 0.1, port: 41000 + n })).flat(),
    },
    { name: 'attempts hours apart', packets: () => attempts(refused, [0, 4e5, 4e5, 4e5, 4e5, 4e5]) },
    {
      name: 'sessions that ended well, one after the other',
      packets: () => attempts((life) => lived(life), [0, 1000, 1000, 1000, 1000, 1000]),
    },
  ])('says nothing of $name', async ({ packets }) => {
    expect(await loopsOf(packets())).toEqual([]);
  });
});
