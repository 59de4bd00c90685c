/**
 * The stages of a session as the phases of HAR 1.2, in milliseconds. A phase that did not happen for this request, or
 * was not seen, is -1: on HTTP/2 the connection was there before. What no phase has a name for is `blocked`. All of
 * them (`ssl` is inside `connect`) sum to the session's length, which `receive` brings to its end.
 */
import type { SessionReport } from '../report.js';

export interface HarTimings {
  blocked: number;
  dns: number;
  connect: number;
  ssl: number;
  send: number;
  wait: number;
  receive: number;
  /** Chrome's: the part of `blocked` that went into asking a proxy for the way. */
  _blocked_proxy?: number;
}

export const harTimings = (session: SessionReport): HarTimings => {
  const { startMs, endMs, upgrade } = session;
  const askedAt = upgrade?.request?.atMs ?? endMs;
  const answeredAt = upgrade?.response?.atMs ?? endMs;
  const dns = phase(session, 'dns', askedAt);
  const tcp = phase(session, 'tcp', askedAt);
  const ssl = phase(session, 'tls', askedAt);
  const connect = tcp < 0 && ssl < 0 ? -1 : rounded(Math.max(0, tcp) + Math.max(0, ssl));
  const blocked = lasting(askedAt - startMs - Math.max(0, dns) - Math.max(0, connect));
  const proxy = phase(session, 'proxy', askedAt);
  const send = Math.min(lasting(upgrade?.timing?.requestMs ?? 0), lasting(answeredAt - askedAt));
  return {
    blocked,
    dns,
    connect,
    ssl,
    send,
    wait: lasting(answeredAt - askedAt - send),
    receive: lasting(endMs - answeredAt),
    ...(proxy > 0 && proxy <= blocked ? { _blocked_proxy: proxy } : {}),
  };
};

/** HAR 1.2: `ssl` is counted in `connect`, and phases that do not apply are not counted. */
export const totalOf = ({ blocked, dns, connect, send, wait, receive }: HarTimings): number =>
  rounded([blocked, dns, connect, send, wait, receive].reduce((sum, part) => sum + Math.max(0, part), 0));

/** How long the stage took, when it lies between the session's beginning and its request. */
const phase = ({ stages, startMs }: SessionReport, wanted: string, askedAt: number): number => {
  const stage = stages.find(({ stage }) => stage === wanted);
  if (stage?.startMs == null || stage.durationMs == null) return -1;
  const endMs = stage.startMs + stage.durationMs;
  return stage.startMs < startMs - HAIR || endMs > askedAt + HAIR ? -1 : lasting(stage.durationMs);
};

/** Microseconds are kept. */
const rounded = (ms: number): number => Math.round(ms * 1000) / 1000;
const lasting = (ms: number): number => Math.max(0, rounded(ms));

/** Milliseconds below which two times are the same: sums of floating-point numbers. */
const HAIR = 0.0005;
