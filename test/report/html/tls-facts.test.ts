import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { analyze } from '../../../src/analyze.js';
import { memorySource } from '../../../src/capture/capture-source.js';
import { renderHtml } from '../../../src/report/html/render-html.js';
import type { Report } from '../../../src/report/report.js';
import { SAMPLES } from '../../wire/sample-table.js';

/** Without any keys. */
async function reportOf(name: string): Promise<Report> {
  return (await analyze([memorySource(name, readFileSync(SAMPLES + name))])).report;
}

const rendered = (report: Report): string =>
  [...renderHtml(report, { madeWith: 'wscope', command: 'wscope report', showSecrets: false })].join('');

const pageOf = async (name: string): Promise<string> => rendered(await reportOf(name));

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

  it('mark alerts that complain, and not those that say goodbye', async () => {
    const report = await reportOf('tls-expired-chromium-tls12.pcap');
    const complaint = report.sessions[0]!.tls!.alerts[0]!;
    report.sessions[0]!.tls!.alerts.push({ ...complaint, level: 'warning', description: 'close_notify' });
    const page = rendered(report);
    expect(page).toContain(`<li class="problems">fatal alert <b>${complaint.description}</b> from the client`);
    expect(page).toContain('<li class="">warning alert <b>close_notify</b> from the client');
  });
});
