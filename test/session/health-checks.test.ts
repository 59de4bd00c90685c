import { describe, expect, it } from 'vitest';
import { EXAMPLE_KEY } from '../../src/session/twins.js';
import { acceptFor } from '../../src/websocket/opening-handshake.js';
import { reportOf } from '../wire/capture-report.js';
import { conversation } from '../wire/conversation.js';
import { agrees, asks, bare, type CheckKind as Kind, series, times } from '../wire/health-checks.js';

const listedOf = async (...talks: Parameters<typeof reportOf>) => {
  const { sessions, summary, findings } = await reportOf(...talks);
  return { sessions: sessions.length, spare: summary.notListed.spare, findings: findings.map(({ rule }) => rule) };
};

describe('health checks', () => {
  it.each([
    { name: 'closed by FIN', passed: 'fin' as const },
    { name: 'closed by RST', passed: 'rst' as const },
  ])('are no sessions, whether they pass ($name) or fail', async ({ passed }) => {
    const talks = series([...times(4, passed), ...times(8, 'refused'), ...times(3, 'silent')]);
    expect(await listedOf(...talks)).toEqual({ sessions: 0, spare: 15, findings: ['capture/health-checks'] });
  });

  it('say nothing while all pass', async () => {
    expect(await listedOf(...series(times(9, 'rst')))).toEqual({ sessions: 0, spare: 9, findings: [] });
  });

  it('are known where they ask for WebSocket by one key and leave after the 101', async () => {
    const kinds: Kind[] = [...times(6, 'upgraded'), ...times(2, 'refused')];
    expect(await listedOf(...series(kinds.slice(0, 6), 700))).toEqual({ sessions: 0, spare: 6, findings: [] });
    const { findings, summary } = await reportOf(...series(kinds, 700));
    expect(summary).toMatchObject({ sessions: 0, notListed: { spare: 8 } });
    expect(findings.map(({ explanation }) => explanation)).toEqual([
      '10.9.0.1 checks 10.9.0.2:9009 every 700 ms with an opening handshake of WebSocket, each time with the same key: 6 were accepted, 2 refused or not answered, those at the end of the capture among them.',
    ]);
  });

  it.each([
    {
      name: 'draws a new key each time',
      keyOf: (index: number) => Buffer.alloc(16, index).toString('base64'),
      accept: acceptFor,
    },
    { name: 'may have disliked the 101', keyOf: () => EXAMPLE_KEY, accept: () => acceptFor('another') },
  ])('are not seen in sessions of a client that $name', async ({ keyOf, accept }) => {
    const talks = Array.from({ length: 6 }, (_, index) => {
      const talk = conversation({ serverPort: 9009, startMs: 700 * index, clientPort: 41000 + index, stepMs: 0.1 });
      const key = keyOf(index);
      return talk
        .handshake()
        .client(asks(key))
        .server(agrees(accept(key)))
        .rst('client');
    });
    expect((await listedOf(...talks)).sessions).toBe(6);
  });

  it('are known where one passed, a little out of time', async () => {
    const late = [527, 566, 513, 502, 561, 502, 502];
    const talks = series([...times(1, 'rst'), ...times(7, 'refused')], late);
    expect((await listedOf(...talks)).sessions).toBe(0);
  });

  it('are told apart where two checkers go on beside each other', async () => {
    const kinds: Kind[] = [...times(4, 'fin'), ...times(4, 'refused')];
    const talks = [...series(kinds, 1000), ...series(kinds, 1000, 130, 42000)];
    const { findings, summary } = await reportOf(...talks);
    expect(summary).toMatchObject({ sessions: 0, notListed: { spare: 16 } });
    expect(findings.map(({ data }) => data.failed)).toMatchObject([{ n: 4 }, { n: 4 }]);
  });

  it.each([
    { name: 'clients that are refused at a steady second', talks: () => series(times(12, 'refused'), 1000) },
    {
      name: 'connections at no steady period',
      talks: () =>
        series(
          ['rst', ...times(7, 'refused')],
          [1, 9, 2, 7, 3, 8, 1].map((s) => s * 1000),
        ),
    },
    { name: 'four', talks: () => series(['rst', ...times(3, 'refused')]) },
    { name: 'those of which none was closed by its client', talks: () => series(times(9, 'silent')) },
  ])('are not seen in $name', async ({ talks }) => {
    const { sessions, findings } = await listedOf(...talks());
    expect(sessions).toBeGreaterThan(2);
    expect(findings).not.toContain('capture/health-checks');
  });

  it('leave a connection between them that failed to whoever asked for it', async () => {
    const checks = series([...times(4, 'rst'), ...times(8, 'refused')]);
    const { sessions, summary } = await reportOf(...checks, bare(3210, 'refused', 45000));
    expect(summary.notListed.spare).toBe(12);
    expect(sessions.map(({ client, cause }) => `${client} ${cause}`)).toEqual(['10.9.0.1:45000 tcp-refused']);
  });
});
