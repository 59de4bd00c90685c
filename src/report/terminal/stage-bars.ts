/** The stages of a session as bars on one time axis: where the time went, and where it broke. */
import { formatDuration } from '../format-value.js';
import type { SessionReport, StageReport } from '../report.js';
import { EIGHTHS, type Look } from './look.js';
import { padLeft, textWidth } from './text-width.js';

const LABEL_WIDTH = 11;
/** The rest of the line is for duration, mark and detail. */
const BAR_SHARE = 0.5;
const WIDEST_BAR = 60;

export const stageBars = (session: SessionReport, look: Look): string[] => {
  const axis = Math.min(WIDEST_BAR, Math.floor((look.width - LABEL_WIDTH - 1) * BAR_SHARE));
  const total = session.endMs - session.startMs;
  return session.stages.map((stage) => {
    const { start, length } = placeOf(stage, session);
    const bar = stage.startMs === null ? '' : drawBar(start / total, length / total, axis, look);
    const took = stage.startMs === null ? '' : formatDuration(length * 1e6);
    const mark = look.mark(stage.status);
    const before = `${padLeft(stage.stage, LABEL_WIDTH)} ${bar}${bar === '' ? '' : ' '}`;
    const text = look.say(`${took === '' ? '' : `${took} `}`) + mark;
    const room = look.width - textWidth(before) - textWidth(text) - 2;
    const detail = stage.detail === null || room < 12 ? '' : `  ${look.cut(stage.detail, room)}`;
    return (
      before +
      look.say(took === '' ? '' : `${took} `) +
      look.paintStatus(stage.status, mark) +
      look.paint('dim', detail)
    );
  });
};

/** In milliseconds from the session's start; a stage that is not over lasts until the session's end. */
const placeOf = (stage: StageReport, session: SessionReport): { start: number; length: number } => {
  const start = Math.max(0, (stage.startMs ?? session.startMs) - session.startMs);
  const length = stage.durationMs ?? Math.max(0, session.endMs - session.startMs - start);
  return { start, length };
};

/** Shares of the axis, 0 to 1; NaN when the session took no time at all. At least an eighth of a cell is drawn. */
const drawBar = (start: number, length: number, axis: number, look: Look): string => {
  const from = Math.min(axis - 1, Math.floor(axis * share(start)));
  const eighths = Math.max(1, Math.min(8 * (axis - from), Math.round(8 * axis * share(length))));
  if (look.ascii) return ' '.repeat(from) + look.signs.block.repeat(Math.max(1, Math.round(eighths / 8)));
  const rest = eighths % 8;
  return ' '.repeat(from) + look.signs.block.repeat(Math.floor(eighths / 8)) + (rest === 0 ? '' : EIGHTHS[rest - 1]);
};

const share = (part: number): number => (Number.isFinite(part) ? Math.min(1, Math.max(0, part)) : 0);
