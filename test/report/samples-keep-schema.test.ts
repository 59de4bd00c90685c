import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { analyze } from '../../src/analyze.js';
import { fileSource } from '../../src/capture/read-blocks.js';
import { renderTerminal } from '../../src/report/terminal/render-terminal.js';
import { textWidth } from '../../src/report/terminal/text-width.js';
import { schemaErrors } from './report-schema.js';

const SAMPLES = new URL('../../samples/', import.meta.url).pathname;
const captures = readdirSync(SAMPLES).filter((name) => /\.pcap(?:ng)?(?:\.gz)?$/.test(name));

it('keeps every sample to the schema, and its terminal report to the width and to whole sentences', async () => {
  expect(captures.length).toBeGreaterThan(0);
  for (const name of captures) {
    const { report } = await analyze([fileSource(SAMPLES + name)]);
    expect({ name, errors: schemaErrors(JSON.parse(JSON.stringify(report))) }).toEqual({ name, errors: [] });
    const text = [...renderTerminal(report, { width: 80, ascii: false, colour: false, all: true, chosen: false })].join(
      '',
    );
    expect({ name, wide: text.split('\n').filter((line) => textWidth(line) > 80) }).toEqual({ name, wide: [] });
    expect({ name, holes: text.match(/.*(?:\(no \w+\)|undefined|NaN|\[object).*/g) }).toEqual({ name, holes: null });
  }
});
