/** What a session report says apart from packets, times and ids: what must not depend on how the bytes were carried. */
import type { SessionReport } from '../../src/report/report.js';

export function essenceOf(session: SessionReport) {
  const { upgrade, websocket, tls } = session;
  return {
    ends: [session.client, session.server, session.transport, session.carrier, session.host, session.url],
    fate: [session.outcome, session.stage, session.cause, session.confidence],
    stages: session.stages.map(({ stage, status }) => `${stage} ${status}`),
    bytes: session.tcp?.bytes,
    tls: tls === null ? null : [tls.sni, tls.alpn, tls.version, tls.cipher, tls.decrypted, tls.ja4],
    request: upgrade === null ? null : [upgrade.request?.method, upgrade.request?.target, upgrade.request?.headers],
    response: upgrade === null ? null : [upgrade.response?.status, upgrade.response?.headers, upgrade.problems],
    websocket: websocket === null ? null : essenceOfWebSocket(websocket),
    subprotocol: session.subprotocol === null ? null : [session.subprotocol.name, session.subprotocol.version],
    findings: session.findings.map(({ rule, cause, severity, message }) => [rule, cause, severity, message].join(' ')),
  };
}

function essenceOfWebSocket(websocket: NonNullable<SessionReport['websocket']>) {
  const { frames, messages, payloadBytes, compressed, unansweredPings, violations, close } = websocket;
  return {
    ...{ frames, messages, payloadBytes, compressed, unansweredPings },
    violations: violations.map(({ rule, from }) => `${rule} ${from}`),
    close: close === null ? null : [close.from, close.code, close.reason, close.answered],
  };
}
