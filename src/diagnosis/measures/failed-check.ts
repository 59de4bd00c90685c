/**
 * Sessions that a proxy ended right after a health check of their backend had failed: it has probably marked the backend
 * down and shut down what went to it. Its checks may go to another port than its traffic, so the address has to do.
 */
import type { Nanos } from '../../capture/packet.js';
import type { HealthCheck, HealthChecks } from '../../session/health-checks.js';
import type { CaptureView, Session } from '../../session/session.js';
import type { Arrival } from '../../stream/arrival.js';
import { legsBehind } from './legs.js';

/** The first failure is rare enough for this much time to tell something. */
const AFTER_FIRST: Nanos = 1e9;
/** Later ones count when they are the last that a checker needs: it acts at once. */
const AFTER_LATER: Nanos = 50e6;
/** No checker needs more failures than this in a row. */
const FAILURES_READ = 10;

export interface FailedCheck {
  checks: HealthChecks;
  check: HealthCheck;
  /** FIN or RST of the proxy. */
  end: Arrival;
}

/** Of the leg to the backend, or of the client's leg in front of it. */
export const failedCheckBefore = (session: Session, capture: CaptureView): FailedCheck | undefined => {
  if (capture.checks.length === 0) return undefined;
  const back = legsBehind(session, capture).at(-1)?.back;
  if (back !== undefined && (session.tcp.endedBy !== 'server' || session.websocket === undefined)) return undefined;
  const own = back ?? session;
  const { endedBy, endPacket: end } = own.tcp;
  if (endedBy !== 'client' || end === undefined || own.websocket === undefined) return undefined;
  for (const checks of capture.checks) {
    if (checks.client !== own.client.address || checks.serverAddress !== own.server.address) continue;
    const check = failuresOf(checks).find(
      (failure, index) =>
        end.at >= knownAt(failure) && end.at - knownAt(failure) <= (index === 0 ? AFTER_FIRST : AFTER_LATER),
    );
    if (check !== undefined) return { checks, check, end };
  }
  return undefined;
};

/** The first run of failures after a check that had passed. */
const failuresOf = (series: HealthChecks): readonly HealthCheck[] => {
  const known = failuresKnown.get(series);
  if (known !== undefined) return known;
  const { checks } = series;
  const passed = checks.findIndex((check) => check.passed);
  const first = checks.findIndex((check, index) => index > passed && !check.passed);
  const over = checks.findIndex((check, index) => index > first && check.passed);
  const failures =
    passed === -1 || first === -1
      ? []
      : checks.slice(first, Math.min(over === -1 ? checks.length : over, first + FAILURES_READ));
  failuresKnown.set(series, failures);
  return failures;
};

/** The same series is asked about for every session. */
const failuresKnown = new WeakMap<HealthChecks, readonly HealthCheck[]>();

const knownAt = ({ answer, first }: HealthCheck): Nanos => (answer ?? first).at;
