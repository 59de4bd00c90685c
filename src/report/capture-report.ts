/**
 * The part of the report about one capture file: what was read of it and what could not be. Rules that crashed are
 * told here too, since they concern the reading, not the network.
 */

import type { CaptureInfo } from '../capture/capture-info.js';
import { warningText } from '../capture/warning.js';
import type { Catalogue } from './language/catalogue.js';
import { isoNanos, toMs } from './place.js';
import type { CaptureReport } from './report.js';

/** What the report needs to know of a capture file once it is read. */
export type ReportedCapture = Pick<
  CaptureInfo,
  | 'file'
  | 'format'
  | 'linkTypes'
  | 'packets'
  | 'bytes'
  | 'start'
  | 'end'
  | 'truncatedPackets'
  | 'droppedPackets'
  | 'warnings'
>;

export const captureReport = (info: ReportedCapture, catalogue: Catalogue): CaptureReport => ({
  file: info.file,
  format: info.format,
  linkTypes: [...info.linkTypes],
  packets: info.packets,
  bytes: info.bytes,
  start: info.start === null ? null : isoNanos(info.start),
  end: info.end === null ? null : isoNanos(info.end),
  durationMs: info.start === null || info.end === null ? null : toMs(Number(info.end - info.start)),
  truncatedPackets: info.truncatedPackets,
  droppedPackets: info.droppedPackets,
  warnings: info.warnings.map((each) => warningText(each, catalogue.warnings)),
});
