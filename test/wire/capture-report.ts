/** Runs captures made by hand through the whole pipeline. */
import { analyze } from '../../src/analyze.js';
import { memorySource } from '../../src/capture/capture-source.js';
import type { Report, SessionReport } from '../../src/report/report.js';
import { type Conversation, pcapOf, type WirePacket } from './conversation.js';

/** The report of packets that stand in one capture in the order of their times. */
export async function reportOf(...sources: (Conversation | WirePacket[])[]): Promise<Report> {
  const octets = pcapOf(...sources, []);
  const { report } = await analyze([memorySource('made.pcap', octets)]);
  return report;
}

/** "failed dns dns-nxdomain host", "ok close host": what a session came to. */
export const told = ({ outcome, stage, cause, host }: SessionReport): string =>
  [outcome, stage, cause, host].filter((part) => part !== null).join(' ');
