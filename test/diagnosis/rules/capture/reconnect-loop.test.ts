import { describe, expect, it } from 'vitest';
import { reportOf } from '../../../wire/capture-report.js';
import type { WirePacket } from '../../../wire/conversation.js';
import { lived, refused, rejected } from '../../../wire/many-sessions.js';

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
    expect(loops[0]?.data.clients).toMatchObject({ texts: expect.arrayContaining(['10.0.1.0', '4 more']) });
  });

  it.each([
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
