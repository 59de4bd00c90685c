/** Analyzes a sample, with the secrets that lie beside it; every sample once, however many tests look at it. */
import { existsSync, readFileSync } from 'node:fs';
import { type Analysis, analyze } from '../../src/analyze.js';
import { fileSource } from '../../src/capture/read-blocks.js';
import type { Report } from '../../src/report/report.js';
import { SAMPLES } from './sample-table.js';

/** The key log of a sample, undefined where nobody kept the secrets. */
export function keyLogOf(name: string): string | undefined {
  const path = SAMPLES + name.replace(/\.pcap(?:ng)?(?:\.gz)?$/, '.keylog');
  return existsSync(path) ? readFileSync(path, 'latin1') : undefined;
}

const reports = new Map<string, Promise<Analysis>>();

export async function reportOf(name: string): Promise<Report> {
  let analysis = reports.get(name);
  if (analysis === undefined) {
    const keyLog = keyLogOf(name);
    analysis = analyze([fileSource(SAMPLES + name)], keyLog === undefined ? {} : { keyLog });
    reports.set(name, analysis);
  }
  const { report, errors } = await analysis;
  if (errors.length > 0) throw new Error(`${name}: ${errors[0]!.message}`);
  return report;
}
