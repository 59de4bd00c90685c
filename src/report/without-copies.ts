/**
 * A timeline without the packets that the capture holds again: where captures overlap, or several interfaces saw them, every
 * packet is there twice, and how often is told once, among the facts of the network. Copies that are evidence stay.
 */
import type { EventReport, PacketPlace, SessionReport } from './report.js';

export const withoutCopies = (
  timeline: readonly EventReport[],
  { findings }: Pick<SessionReport, 'findings'>,
): readonly EventReport[] => {
  if (!timeline.some(isCopy)) return timeline;
  const evidence = new Set(findings.flatMap((finding) => finding.evidence.map(placeOf)));
  return timeline.filter((event) => !isCopy(event) || evidence.has(placeOf(event)));
};

const isCopy = ({ layer, event }: EventReport): boolean => layer === 'tcp' && event === 'copy';

const placeOf = ({ packet, capture = 0 }: PacketPlace): string => `${capture}:${packet}`;
