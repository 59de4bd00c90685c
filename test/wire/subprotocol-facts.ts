/** Facts of a subprotocol made by hand, for tests of what comes after its layer. */
import type { Session } from '../../src/session/session.js';
import type { Arrival } from '../../src/stream/arrival.js';
import type { Side } from '../../src/stream/side.js';
import type {
  HeartbeatFacts,
  SubprotocolError,
  SubprotocolFacts,
  SubprotocolHandshake,
} from '../../src/subprotocol/subprotocol-facts.js';

const noLatency = () => ({ count: 0, min: 0, median: 0, p95: 0, max: 0 });

export const heartbeats = (facts: Partial<HeartbeatFacts> = {}): HeartbeatFacts => ({
  interval: 0,
  patience: 0,
  promised: undefined,
  count: 0,
  last: undefined,
  unanswered: undefined,
  lastMessage: undefined,
  roundTrips: [],
  latest: undefined,
  longestSilence: 0,
  shortestPeriod: 0,
  ...facts,
});

export const anError = (event: string, from: Side, arrival: Arrival, more: Partial<SubprotocolError> = {}) => ({
  event,
  from,
  arrival,
  code: null,
  text: 'no',
  subject: '',
  inHandshake: false,
  fatal: true,
  leavesOthers: false,
  recovered: false,
  peerLast: undefined,
  asked: undefined,
  ...more,
});

export const aHandshake = (facts: Partial<SubprotocolHandshake> = {}): SubprotocolHandshake => ({
  steps: [],
  asked: undefined,
  answered: undefined,
  refused: undefined,
  ...facts,
});

/** The session, of which these facts are known besides. */
export const speaking = (session: Session, name: string, facts: Partial<SubprotocolFacts> = {}): Session => ({
  ...session,
  subprotocol: {
    name,
    version: null,
    recognised: 'negotiated',
    identity: undefined,
    handshake: aHandshake(),
    goodbye: undefined,
    errors: [],
    errorCount: facts.errors?.length ?? 0,
    breaches: [],
    heartbeats: { client: heartbeats(), server: heartbeats() },
    lastCommand: { client: undefined, server: undefined },
    latency: { client: noLatency(), server: noLatency() },
    unread: 0,
    detail: {},
    ...facts,
  },
});
