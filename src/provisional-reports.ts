/**
 * Sessions as they end, while the capture is still being read: each is judged alone, by what was known at that moment.
 * What rests on others (the legs of a proxy, retries, shared timers, lookups) comes with the report at the end.
 */
import type { Nanos } from './capture/packet.js';
import { diagnose } from './diagnosis/diagnose.js';
import type { Catalogue } from './report/language/catalogue.js';
import { Clock } from './report/place.js';
import type { SessionReport } from './report/report.js';
import { sessionReport } from './report/session-report.js';
import { buildSession } from './session/build-session.js';
import { Resolutions } from './session/resolution.js';
import type { ServerHistory } from './session/session.js';
import type { SessionLog } from './session/session-log.js';

export interface ProvisionalContext {
  /** Pipeline time of the earliest and the latest packet so far. */
  firstAt: Nanos;
  lastAt: Nanos;
  /** Nanoseconds since 1970 where pipeline time is 0. */
  epoch: bigint;
  server(endpoint: string): ServerHistory;
}

export class ProvisionalReports {
  private ended = 0;

  constructor(
    private readonly onSession: (session: SessionReport) => void,
    private readonly catalogue: Catalogue,
    private readonly showSecrets: boolean,
  ) {}

  /** Ids count the sessions in the order of their ends. */
  tell(log: SessionLog, { firstAt, lastAt, epoch, server }: ProvisionalContext): void {
    const session = buildSession(log, { start: firstAt, end: lastAt }, NO_LOOKUPS);
    session.id = ++this.ended;
    const diagnosis = diagnose(session, { sessions: [session], legs: [], checks: [], server, epoch });
    this.onSession(sessionReport({ session, diagnosis }, new Clock(epoch, firstAt), this.showSecrets, this.catalogue));
  }
}

const NO_LOOKUPS = new Resolutions([]);
