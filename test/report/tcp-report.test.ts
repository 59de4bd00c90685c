import { describe, expect, it } from 'vitest';
import { tcpReport } from '../../src/report/tcp-report.js';
import { arrivalAt, opened } from '../diagnosis/sessions.js';

describe('tcpReport', () => {
  it('counts a window that never opened again until the last packet', () => {
    const { tcp } = opened().message('server', 9000).wait(8000).rst('server').build();
    const { client } = tcp.flows;
    client.windowClosedFor = 3e9;
    client.windowClosedLongest = 2e9;
    expect(tcpReport(tcp).windowClosedForMs).toEqual({ client: 3000, server: 0 });
    client.windowClosedSince = arrivalAt(9, tcp.last.at / 1e9 - 5);
    expect(tcpReport(tcp).windowClosedForMs).toEqual({ client: 8000, server: 0 });
    expect(tcpReport(tcp).windowClosedLongestMs).toEqual({ client: 5000, server: 0 });
  });
});
