import { describe, expect, it } from 'vitest';
import { reportOf } from '../../../wire/capture-report.js';
import { refused, rejected } from '../../../wire/many-sessions.js';

const attempts = (count: number, make = refused) =>
  Array.from({ length: count }, (_, n) => make({ startMs: n, port: 40000 + n, serverPort: 1 + n })).flat();

describe('capture/scan', () => {
  it('tells one client that tried many endpoints in vain', async () => {
    const { findings } = await reportOf(attempts(60));
    expect(findings).toMatchObject([{ rule: 'capture/scan', severity: 'note', cause: null, message: 'many' }]);
    expect(findings[0]?.data).toMatchObject({
      client: { text: '10.0.0.1' },
      endpoints: { n: 60 },
      hosts: { n: 1 },
      cause: { text: 'tcp-refused' },
    });
    expect(findings[0]?.sessions).toHaveLength(60);
  });

  it('says nothing of a few endpoints, of one endpoint many times, or of servers that answered', async () => {
    const rules = async (packets: ReturnType<typeof refused>) =>
      (await reportOf(packets)).findings.map(({ rule }) => rule).filter((rule) => rule === 'capture/scan');
    expect(await rules(attempts(49))).toEqual([]);
    expect(await rules(attempts(60, (life) => refused({ ...life, serverPort: 80 })))).toEqual([]);
    expect(await rules(attempts(60, rejected))).toEqual([]);
  });
});
