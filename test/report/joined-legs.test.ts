import { describe, expect, it } from 'vitest';
import { analyze, fileSource } from '../../src/index.js';
import { joinedLegs } from '../../src/report/joined-legs.js';
import { sequenceDiagram } from '../../src/report/markdown/sequence-diagram.js';

const analyzed = async (...names: string[]) => {
  const { report } = await analyze(
    names.map((name) => fileSource(`${import.meta.dirname}/../../samples/${name}`)),
    {},
  );
  return report;
};

describe('the legs of one request', () => {
  it('are one timeline, told from whichever leg', async () => {
    const report = await analyzed('nginx-strips-upgrade.pcap');
    const [front, back] = report.sessions;
    const joined = joinedLegs(front!, report);
    expect(joined.legs.map(({ id }) => id)).toEqual([1, 2]);
    expect(joinedLegs(back!, report)).toEqual(joined);
    const times = joined.rows.map(({ event }) => event.atMs);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    const requests = joined.rows.filter(({ event }) => event.event === 'request');
    expect(requests.map(({ from, to, event }) => [from, to, event.packet])).toEqual([
      [0, 1, 4],
      [1, 2, 9],
    ]);
  });

  it('are a chain where there are two proxies, and end where names go round in a circle', async () => {
    const report = await analyzed('nginx-strips-upgrade.pcap');
    const [front, back] = report.sessions;
    const [leg] = front!.legs!;
    const between = { ...leg!, client: 2, backend: 3 };
    const sessions = [front!, { ...back!, legs: [leg!, between] }, { ...back!, id: 3, legs: [between] }];
    const ids = (session: number, all = sessions) =>
      joinedLegs(all[session]!, { ...report, sessions: all }).legs.map(({ id }) => id);
    expect(ids(0)).toEqual([1, 2, 3]);
    expect(ids(2)).toEqual([1, 2, 3]);
    const round = { ...leg!, client: 3, backend: 1 };
    expect(ids(0, [{ ...front!, legs: [leg!, round] }, ...sessions.slice(1)])).toHaveLength(3);
  });

  it('leave out what two captures both hold', async () => {
    const report = await analyzed('nginx-strips-upgrade-client.pcap', 'nginx-strips-upgrade.pcap');
    const [front] = report.sessions;
    expect(front!.timeline.some(({ event }) => event === 'copy')).toBe(true);
    const { rows } = joinedLegs(front!, report);
    expect(rows.some(({ event }) => event.event === 'copy')).toBe(false);
    expect(sequenceDiagram(front!, report)).toContain('C->>P1: GET /room (packet 1:4)');
  });

  it('are one leg without a proxy', async () => {
    const report = await analyzed('ws-healthy.pcap');
    const [session] = report.sessions;
    expect(joinedLegs(session!, report).legs).toEqual([session]);
    expect(sequenceDiagram(session!, report)).not.toContain('participant P1');
  });
});
