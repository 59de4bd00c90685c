import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../../src/capture/capture-source.js';
import { analyze, loadCatalogue } from '../../../src/index.js';
import { textOf } from '../../../src/report/html/html.js';
import { axisBetween, axisLabels } from '../../../src/report/html/time-axis.js';
import { SAMPLES } from '../../wire/sample-table.js';
import { pageOf } from './browser.js';
import { bodyOf } from './page.js';

describe('the page in Chinese', () => {
  it.each(['nginx-idle-60s.pcap', 'ws-healthy.pcap', 'nginx-strips-upgrade.pcap', 'h2c-stalled.pcap'])(
    'of %s counts bytes in its own words everywhere',
    async (name) => {
      const catalogue = await loadCatalogue('zh-CN');
      const { report } = await analyze([memorySource(name, readFileSync(SAMPLES + name))], {
        keepMessages: true,
        keepSeries: true,
        language: 'zh-CN',
      });
      const body = bodyOf(pageOf(report, { catalogue }));
      expect(body).toMatch(/\d 字节/);
      expect(body.match(/.{30}\d bytes?\b.{10}/g)).toBeNull();
    },
  );

  it('counts days on an axis in its own words', async () => {
    const { terms } = await loadCatalogue('zh-CN');
    const labels = textOf(axisLabels(axisBetween(0, 40 * 86_400_000), 10, terms.units));
    expect(labels).toContain('10.0 天');
    expect(labels).not.toContain('days');
  });
});
