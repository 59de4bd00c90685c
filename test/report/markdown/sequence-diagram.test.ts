import { describe, expect, it } from 'vitest';
import { analyze, fileSource } from '../../../src/index.js';
import { sequenceDiagram } from '../../../src/report/markdown/sequence-diagram.js';

const analyzed = async (...names: string[]) => {
  const { report } = await analyze(
    names.map((name) => fileSource(`${import.meta.dirname}/../../../samples/${name}`)),
    {},
  );
  return report;
};

describe('the diagram of a request through a proxy', () => {
  it('is one for both legs, told from whichever leg', async () => {
    const report = await analyzed('nginx-strips-upgrade.pcap');
    for (const session of report.sessions) {
      const lines = sequenceDiagram(session, report)!.split('\n');
      expect(lines).toEqual(
        expect.arrayContaining([
          '  participant P1 as proxy nginx/1.22.1',
          '  C->>P1: GET /room (packet 4)',
          '  P1->>S: GET /room (packet 9)',
        ]),
      );
    }
  });

  it('leaves out what two captures both hold', async () => {
    const report = await analyzed('nginx-strips-upgrade-client.pcap', 'nginx-strips-upgrade.pcap');
    const [front] = report.sessions;
    expect(front!.timeline.some(({ event }) => event === 'copy')).toBe(true);
    const diagram = sequenceDiagram(front!, report)!;
    expect(diagram).toContain('C->>P1: GET /room (packet 1:4)');
    expect(diagram).not.toContain('copy');
  });

  it('has two parties without a proxy', async () => {
    const report = await analyzed('ws-healthy.pcap');
    expect(sequenceDiagram(report.sessions[0]!, report)!.match(/participant/g)).toHaveLength(2);
  });
});
