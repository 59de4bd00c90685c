/**
 * All rules, in the order of the stages they are about. The order means nothing for the cause: choose-cause.ts decides
 * by time and strength.
 */
import type { CaptureRule, LookupRule, Rule } from '../rule.js';
import { clientExit } from './capture/client-exit.js';
import { healthChecks } from './capture/health-checks.js';
import { captureMassEnd } from './capture/mass-end.js';
import { reconnectLoop } from './capture/reconnect-loop.js';
import { scan } from './capture/scan.js';
import { sharedTimer } from './capture/shared-timer.js';
import { closeCode } from './closing/close-code.js';
import { failedCheck } from './closing/failed-check.js';
import { halfClose } from './closing/half-close.js';
import { invalidClose } from './closing/invalid-close.js';
import { missingClose } from './closing/missing-close.js';
import { reset } from './closing/reset.js';
import { unansweredClose } from './closing/unanswered-close.js';
import { errorAnswer } from './dns/error-answer.js';
import { missingAddress } from './dns/missing-address.js';
import { slowLookup } from './dns/slow-lookup.js';
import { unansweredQuery } from './dns/unanswered-query.js';
import { unreachableResolver } from './dns/unreachable-resolver.js';
import { burst } from './flow/burst.js';
import { pausedReader } from './flow/paused-reader.js';
import { slowConsumer } from './flow/slow-consumer.js';
import { brokenRule } from './framing/broken-rule.js';
import { corruptDeflate } from './framing/corrupt-deflate.js';
import { corruptedStream } from './framing/corrupted-stream.js';
import { invalidUtf8 } from './framing/invalid-utf8.js';
import { lostContext } from './framing/lost-context.js';
import { uselessCompression } from './framing/useless-compression.js';
import { endedStream } from './h2/ended-stream.js';
import { rejectedConnect } from './h2/rejected-connect.js';
import { usedUpWindow } from './h2/used-up-window.js';
import { idleTimeout } from './keepalive/idle-timeout.js';
import { latePing } from './keepalive/late-ping.js';
import { lifetimeLimit } from './keepalive/lifetime-limit.js';
import { lostPeer } from './keepalive/lost-peer.js';
import { massEnd } from './keepalive/mass-end.js';
import { missingPings } from './keepalive/missing-pings.js';
import { slowPong } from './keepalive/slow-pong.js';
import { unansweredPing } from './keepalive/unanswered-ping.js';
import { missingPreamble } from './proxy/missing-preamble.js';
import { refusedTunnel } from './proxy/refused-tunnel.js';
import { unansweredTunnel } from './proxy/unanswered-tunnel.js';
import { unexpectedPreamble } from './proxy/unexpected-preamble.js';
import { announcedLimit } from './subprotocol/announced-limit.js';
import { brokenPacket } from './subprotocol/broken-packet.js';
import { subprotocolCloseCode } from './subprotocol/close-code.js';
import { droppedSession } from './subprotocol/dropped-session.js';
import { engineMismatchRule } from './subprotocol/engine-mismatch.js';
import { engineRefusal } from './subprotocol/engine-refusal.js';
import { errorMessage } from './subprotocol/error-message.js';
import { lateHeartbeat } from './subprotocol/late-heartbeat.js';
import { missedHeartbeat } from './subprotocol/missed-heartbeat.js';
import { refusedTopic } from './subprotocol/refused-topic.js';
import { requestError } from './subprotocol/request-error.js';
import { sessionTakeover } from './subprotocol/session-takeover.js';
import { signalrRefusal } from './subprotocol/signalr-refusal.js';
import { stoppedHeartbeat } from './subprotocol/stopped-heartbeat.js';
import { unfinishedUpgrade } from './subprotocol/unfinished-upgrade.js';
import { earlyClose } from './tcp/early-close.js';
import { frequentRetransmission } from './tcp/frequent-retransmission.js';
import { incompleteHandshake } from './tcp/incomplete-handshake.js';
import { pathMtuBlackhole } from './tcp/path-mtu-blackhole.js';
import { refusedConnection } from './tcp/refused-connection.js';
import { unansweredSyn } from './tcp/unanswered-syn.js';
import { unreachableHost } from './tcp/unreachable-host.js';
import { alertWhileOpen } from './tls/alert-while-open.js';
import { chosenH2 } from './tls/chosen-h2.js';
import { clientCertificate } from './tls/client-certificate.js';
import { doubtfulCertificate } from './tls/doubtful-certificate.js';
import { endedHandshake } from './tls/ended-handshake.js';
import { fatalTlsAlert } from './tls/fatal-alert.js';
import { faultyCertificate } from './tls/faulty-certificate.js';
import { foreignVersion } from './tls/foreign-version.js';
import { plaintextPort } from './tls/plaintext-port.js';
import { sealedCandidates } from './tls/sealed-candidates.js';
import { sealedReset } from './tls/sealed-reset.js';
import { sealedTraffic } from './tls/sealed-traffic.js';
import { tlsPort } from './tls/tls-port.js';
import { unansweredHello } from './tls/unanswered-hello.js';
import { droppedAnswer } from './upgrade/dropped-answer.js';
import { faultyAnswer } from './upgrade/faulty-answer.js';
import { lateAnswer } from './upgrade/late-answer.js';
import { malformedAnswer } from './upgrade/malformed-answer.js';
import { missingHeaders } from './upgrade/missing-headers.js';
import { missingSubprotocol } from './upgrade/missing-subprotocol.js';
import { oversizedHeaders } from './upgrade/oversized-headers.js';
import { proxyLegs } from './upgrade/proxy-legs.js';
import { refusedStatus } from './upgrade/refused-status.js';
import { rejectedOrigin } from './upgrade/rejected-origin.js';
import { requestForm } from './upgrade/request-form.js';
import { socketioRefusal } from './upgrade/socketio-refusal.js';
import { strippedHeaders } from './upgrade/stripped-headers.js';
import { unansweredRequest } from './upgrade/unanswered-request.js';
import { unfinishedHead } from './upgrade/unfinished-head.js';
import { unsupportedVersion } from './upgrade/unsupported-version.js';
import { wrongEndpoint } from './upgrade/wrong-endpoint.js';

export const RULES: readonly Rule[] = [
  slowLookup,
  earlyClose,
  frequentRetransmission,
  incompleteHandshake,
  pathMtuBlackhole,
  refusedConnection,
  unansweredSyn,
  unreachableHost,
  missingPreamble,
  refusedTunnel,
  unansweredTunnel,
  unexpectedPreamble,
  alertWhileOpen,
  chosenH2,
  clientCertificate,
  doubtfulCertificate,
  endedHandshake,
  fatalTlsAlert,
  faultyCertificate,
  foreignVersion,
  plaintextPort,
  sealedReset,
  sealedTraffic,
  tlsPort,
  unansweredHello,
  endedStream,
  rejectedConnect,
  usedUpWindow,
  faultyAnswer,
  malformedAnswer,
  missingHeaders,
  missingSubprotocol,
  oversizedHeaders,
  proxyLegs,
  refusedStatus,
  rejectedOrigin,
  requestForm,
  socketioRefusal,
  strippedHeaders,
  unansweredRequest,
  lateAnswer,
  droppedAnswer,
  unfinishedHead,
  unsupportedVersion,
  wrongEndpoint,
  announcedLimit,
  brokenPacket,
  subprotocolCloseCode,
  droppedSession,
  engineMismatchRule,
  engineRefusal,
  errorMessage,
  lateHeartbeat,
  missedHeartbeat,
  refusedTopic,
  requestError,
  sessionTakeover,
  signalrRefusal,
  stoppedHeartbeat,
  unfinishedUpgrade,
  brokenRule,
  corruptDeflate,
  lostContext,
  uselessCompression,
  corruptedStream,
  invalidUtf8,
  closeCode,
  invalidClose,
  missingClose,
  failedCheck,
  reset,
  unansweredClose,
  halfClose,
  idleTimeout,
  latePing,
  lifetimeLimit,
  lostPeer,
  massEnd,
  missingPings,
  slowPong,
  unansweredPing,
  pausedReader,
  burst,
  slowConsumer,
];

/** Rules over lookups that led nowhere. */
export const LOOKUP_RULES: readonly LookupRule[] = [errorAnswer, missingAddress, unansweredQuery, unreachableResolver];

/** Rules over all sessions of a capture together. */
export const CAPTURE_RULES: readonly CaptureRule[] = [
  captureMassEnd,
  sharedTimer,
  reconnectLoop,
  scan,
  healthChecks,
  clientExit,
  sealedCandidates,
];
