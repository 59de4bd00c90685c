/**
 * A connection that was asked for: beside what every one does, it is looked at after each of its segments, and the
 * numbers are kept over time. A class of its own, so that the others do not pay for the question.
 */
import { Connection } from './connection.js';
import type { Flow } from './flow.js';
import type { Segment } from './segment.js';
import { SeriesRecorder, type TcpSeries } from './series-recorder.js';

export class RecordedConnection extends Connection {
  private readonly recorder = new SeriesRecorder(this.low, this.high);

  override segment(segment: Segment, flow: Flow): void {
    super.segment(segment, flow);
    this.recorder.observe(segment.at);
  }

  override series(): TcpSeries {
    return this.recorder.series();
  }
}
