import type { Report } from '../../../src/report/report.js';
import { incident } from '../terminal/stories.js';

/** As many sessions as asked for, all alike but for their numbers, each with so many rows. */
export const crowd = (count: number, rowsEach: number): Report => {
  const report = incident();
  const like = report.sessions[1]!;
  const event = like.timeline[0]!;
  const timeline = Array.from({ length: rowsEach }, (_, index) => ({ ...event, packet: index + 1, atMs: index }));
  const sessions = Array.from({ length: count }, (_, index) => ({ ...like, id: index + 1, timeline }));
  return { ...report, sessions, summary: { ...report.summary, sessions: count, failed: count } };
};
