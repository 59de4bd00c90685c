/** Facts of layers that saw nothing yet, for sessions made by hand. */
import type { HttpBody } from '../../src/http/http-facts.js';
import type { FlowFacts } from '../../src/tcp/tcp-facts.js';
import type { FrameKind, HandshakeFacts, PingFacts, WebSocketFacts } from '../../src/websocket/websocket-facts.js';

export const noFlow = (): FlowFacts => ({
  packets: 0,
  bytes: 0,
  missingBytes: 0,
  retransmissions: 0,
  retransmissionKinds: { timeout: 0, fast: 0, 'tail-loss-probe': 0, spurious: 0, unknown: 0 },
  lossesRepaired: 0,
  outages: [],
  outOfOrder: 0,
  duplicateAcks: 0,
  zeroWindows: 0,
  keepAlives: 0,
  copies: 0,
  windowProbes: 0,
  windowClosedFor: 0,
  windowClosedLongest: 0,
  windowsFilled: 0,
  delayedAcks: 0,
  nagleWaits: 0,
  duplicates: 0,
  rtt: { samples: 0, min: 0, median: 0, p95: 0, max: 0 },
  smoothedRtt: undefined,
  rttVariation: undefined,
  firstData: undefined,
  lastData: undefined,
  lastPacket: undefined,
  lastAck: undefined,
  fin: undefined,
  finAcked: false,
  rst: undefined,
  rstAnswers: undefined,
  beforeRst: undefined,
  oldestUnacked: undefined,
  unackedBytes: 0,
  repeats: [],
  sizes: {
    stuck: 0,
    acknowledged: 0,
    sackedBehind: 0,
    sackedAt: undefined,
    largest: 0,
    hole: undefined,
    shrunk: undefined,
  },
  heardSinceRepeats: undefined,
  unansweredKeepAlives: [],
  unseenBytes: 0,
  windowClosedSince: undefined,
  ttl: 64,
  rstTtl: -1,
  otherTtl: -1,
  rstAlone: undefined,
});

export const noHandshake = (): HandshakeFacts => ({
  asked: true,
  key: 'dGhlIHNhbXBsZSBub25jZQ==',
  subprotocolsOffered: [],
  subprotocol: null,
  extensionsOffered: [],
  extensions: [],
  deflate: undefined,
  acceptValid: null,
  acceptExpected: undefined,
  problems: [],
});

export const noWebSocket = (): WebSocketFacts => ({
  frames: { client: noFrames(), server: noFrames() },
  messages: { client: 0, server: 0 },
  brokenMessages: { client: 0, server: 0 },
  messageSizes: {
    client: { largestBytes: 0, largest: undefined },
    server: { largestBytes: 0, largest: undefined },
  },
  payloadBytes: { client: 0, server: 0 },
  bursts: { client: [], server: [] },
  compressed: false,
  pings: { client: noPings(), server: noPings() },
  violations: [],
  violationCount: 0,
  closes: { client: undefined, server: undefined },
  firstClose: undefined,
  closedBehindEnd: false,
  firstFrame: { client: undefined, server: undefined },
  lastFrame: { client: undefined, server: undefined },
  lastFrameBeforeEnd: undefined,
  lastData: { client: undefined, server: undefined },
  heardBeforeClose: undefined,
  unfinishedFrame: { client: undefined, server: undefined },
  unfinishedMessage: { client: false, server: false },
  outOfSync: { client: 0, server: 0 },
  unreadableBytes: { client: 0, server: 0 },
  corrupted: undefined,
  corruptionCount: 0,
  contextLost: { client: false, server: false },
  compression: { client: undefined, server: undefined },
  midstream: false,
});

const noFrames = (): Record<FrameKind, number> => ({
  text: 0,
  binary: 0,
  continuation: 0,
  ping: 0,
  pong: 0,
  close: 0,
  reserved: 0,
});

const noPings = (): PingFacts => ({
  count: 0,
  answered: 0,
  unseen: 0,
  unanswered: [],
  rtts: [],
  roundTrips: [],
  sharedWaits: [],
  longestWait: 0,
  first: undefined,
  last: undefined,
  minInterval: 0,
  maxInterval: 0,
});

export const previewOf = (text: string): HttpBody => {
  const preview = new TextEncoder().encode(text);
  return { bytes: preview.length, missing: 0, preview, encoded: false, complete: true };
};
