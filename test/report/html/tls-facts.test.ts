import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { analyze } from '../../../src/analyze.js';
import { memorySource } from '../../../src/capture/capture-source.js';
import { renderHtml } from '../../../src/report/html/render-html.js';
import { SAMPLES } from '../../wire/sample-table.js';

/** Without any keys. */
async function pageOf(name: string): Promise<string> {
  const { report } = await analyze([memorySource(name, readFileSync(SAMPLES + name))]);
  return [...renderHtml(report, { madeWith: 'wscope', command: 'wscope report', showSecrets: false })].join('');
}

describe('the facts of TLS on the page', () => {
  it('say how much an encrypted session looks like WebSocket, and why', async () => {
    const page = await pageOf('wss-sealed.pcap');
    expect(page).toContain('<dt>WebSocket</dt><dd>likely (sizes of an upgrade and of short frames, ');
    expect(page).toContain('<dt>session tickets</dt><dd>hidden</dd>');
  });

  it('say what a stapled OCSP response says', async () => {
    expect(await pageOf('tls-staple-revoked-tls12.pcap')).toMatch(/<dt>OCSP response<\/dt><dd>revoked on 2026-/);
    expect(await pageOf('tls-expired-chromium-tls12.pcap')).toContain('<dt>OCSP response</dt><dd>asked for, none came');
  });
});
