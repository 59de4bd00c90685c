import { describe, expect, it } from 'vitest';
import { reportOf } from '../../../wire/capture-report.js';
import { series, times } from '../../../wire/health-checks.js';
import { lived } from '../../../wire/many-sessions.js';

describe('closing/failed-check', () => {
  const session = (client: string, talkMs: number) =>
    lived({ startMs: 100, client, server: '10.9.0.2', port: 45000, talkMs: [10, talkMs], end: 'leave' });
  /** The first failure is known at 2000.2 ms. */
  const checks = series([...times(4, 'rst'), ...times(6, 'refused')]).flatMap(({ packets }) => packets);
  const notesOf = async (packets: typeof checks) => {
    const { sessions, findings } = await reportOf([...packets, ...checks]);
    const notes = sessions.flatMap((each) => each.findings).filter(({ rule }) => rule === 'closing/failed-check');
    return { notes, cut: findings.find(({ rule }) => rule === 'capture/health-checks') };
  };

  it('is the likely reason where a proxy ends sessions right after its check failed', async () => {
    const { notes, cut } = await notesOf(session('10.9.0.1', 1883));
    expect(notes).toMatchObject([{ severity: 'note', confidence: 'likely', cause: null }]);
    expect(notes[0]?.data).toMatchObject({ proxy: { text: '10.9.0.1' }, server: { text: '10.9.0.2:9009' } });
    expect(notes[0]?.evidence.map(({ note }) => note)).toEqual([
      'a health check begins',
      'it is refused',
      'the proxy ends the session',
    ]);
    expect(cut).toMatchObject({ message: 'down', severity: 'warning', sessions: [1] });
  });

  it.each([
    { name: 'before it', client: '10.9.0.1', talkMs: 1500 },
    { name: 'long after it', client: '10.9.0.1', talkMs: 3200 },
    { name: 'by somebody else', client: '10.9.0.7', talkMs: 1883 },
  ])('says nothing of sessions that were ended $name', async ({ client, talkMs }) => {
    const { notes, cut } = await notesOf(session(client, talkMs));
    expect(notes).toEqual([]);
    expect(cut).toMatchObject({ message: 'down', severity: 'note', sessions: [] });
  });
});
