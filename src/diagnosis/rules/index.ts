/**
 * All rules, in the order of the stages they are about. The order means nothing for the cause: choose-cause.ts decides
 * by time and strength.
 */
import type { CaptureRule, Rule } from '../rule.js';
import { closeCode } from './closing/close-code.js';
import { invalidClose } from './closing/invalid-close.js';
import { missingClose } from './closing/missing-close.js';
import { reset } from './closing/reset.js';
import { unansweredClose } from './closing/unanswered-close.js';
import { slowConsumer } from './flow/slow-consumer.js';
import { brokenRule } from './framing/broken-rule.js';
import { corruptDeflate } from './framing/corrupt-deflate.js';
import { corruptedStream } from './framing/corrupted-stream.js';
import { invalidUtf8 } from './framing/invalid-utf8.js';
import { idleTimeout } from './keepalive/idle-timeout.js';
import { lifetimeLimit } from './keepalive/lifetime-limit.js';
import { lostPeer } from './keepalive/lost-peer.js';
import { missingPings } from './keepalive/missing-pings.js';
import { unansweredPing } from './keepalive/unanswered-ping.js';
import { earlyClose } from './tcp/early-close.js';
import { frequentRetransmission } from './tcp/frequent-retransmission.js';
import { incompleteHandshake } from './tcp/incomplete-handshake.js';
import { pathMtuBlackhole } from './tcp/path-mtu-blackhole.js';
import { refusedConnection } from './tcp/refused-connection.js';
import { unansweredSyn } from './tcp/unanswered-syn.js';
import { unreachableHost } from './tcp/unreachable-host.js';

export const RULES: readonly Rule[] = [
  refusedConnection,
  unansweredSyn,
  unreachableHost,
  incompleteHandshake,
  earlyClose,
  pathMtuBlackhole,
  frequentRetransmission,
  brokenRule,
  invalidUtf8,
  corruptDeflate,
  corruptedStream,
  closeCode,
  invalidClose,
  missingClose,
  reset,
  unansweredClose,
  idleTimeout,
  lifetimeLimit,
  unansweredPing,
  lostPeer,
  missingPings,
  slowConsumer,
];

/** None yet: mass ends and reconnect loops need relations between sessions. */
export const CAPTURE_RULES: readonly CaptureRule[] = [];
