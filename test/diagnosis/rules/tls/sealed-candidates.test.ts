import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { analyze } from '../../../../src/analyze.js';
import { memorySource } from '../../../../src/capture/capture-source.js';
import type { FindingReport } from '../../../../src/report/report.js';
import { keyLogOf } from '../../../wire/analyze-sample.js';
import { SAMPLES } from '../../../wire/sample-table.js';

/** What is told of all sessions of these samples together, without their keys but for those named. */
async function candidates(names: readonly string[], keysOf?: string): Promise<FindingReport[]> {
  const sources = names.map((name) => memorySource(name, readFileSync(SAMPLES + name)));
  const keyLog = keysOf === undefined ? {} : { keyLog: keyLogOf(keysOf) ?? '' };
  const { report } = await analyze(sources, keyLog);
  return report.findings.filter(({ rule }) => rule === 'tls/sealed-candidates');
}

describe('tls/sealed-candidates', () => {
  it('puts WebSocket before downloads, whatever came first', async () => {
    const findings = await candidates(['https-download.pcap', 'https-python.pcap', 'wss-healthy-tls13.pcap']);
    expect(findings.map(({ message }) => message)).toEqual(['likely', 'possible', 'unlikely']);
    for (const { severity, cause, confidence } of findings) {
      expect([severity, cause, confidence]).toEqual(['note', null, 'possible']);
    }
    const counts = findings.map(({ sessions }) => sessions?.length);
    expect(counts).toEqual([1, 3, 1]);
  });

  it('is silent about one session alone, and where keys opened them', async () => {
    expect(await candidates(['wss-healthy-tls13.pcap'])).toEqual([]);
    expect(await candidates(['wss-ciphers-tls13.pcap'])).toHaveLength(1);
    expect(await candidates(['wss-ciphers-tls13.pcap'], 'wss-ciphers-tls13.pcap')).toEqual([]);
  });

  it('accuses nobody: a finding has no cause, and the sessions keep their outcome', async () => {
    const source = memorySource('https-python.pcap', readFileSync(`${SAMPLES}https-python.pcap`));
    const { report } = await analyze([source]);
    expect(report.summary.failed).toBe(0);
    expect(report.findings.every(({ cause }) => cause === null)).toBe(true);
  });
});
