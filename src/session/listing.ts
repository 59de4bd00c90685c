/**
 * Which connections are sessions, and what the others are counted as. Listed is what asked for or spoke WebSocket, what
 * never got far enough to tell, and TLS that cannot be opened and may be WebSocket.
 */
import type { Nanos } from '../capture/packet.js';
import { headerValue } from '../http/header-fields.js';
import type { HttpFacts } from '../http/http-facts.js';
import { closedTunnel } from '../proxy/proxy-facts.js';
import type { TcpFacts } from '../tcp/tcp-facts.js';
import { CLOSE_NOTIFY } from '../tls/alert.js';
import type { TlsFacts } from '../tls/tls-facts.js';
import { isHttp1InsideHttp2, looksLikeHttp1InsideHttp2 } from './http1-inside-http2.js';
import { leftBeforeHello } from './late-answer.js';
import { leftServerFlight } from './refused-flight.js';
import type { ServerHistory } from './session.js';
import type { SessionLog } from './session-log.js';

export type Listing = 'session' | 'http' | 'tls' | 'spare' | 'other';

/** Encrypted records both ways over more than this look like a conversation that is kept open. */
const KEPT_OPEN: Nanos = 10e9;
/** A client that leaves this soon after the handshake, without a request, did not like what it saw. */
const LEFT_AT_ONCE: Nanos = 1e9;
/** A server that ends a new connection this soon refuses it. */
const REFUSED_WITHIN: Nanos = 2e9;

/** `history` must know the whole capture, since spare connections are told by those that worked. */
export function listingOf(log: SessionLog, history: ServerHistory): Listing {
  if (log.websocket !== undefined || log.handshake?.asked === true) return 'session';
  const { tcp } = log;
  if (log.proxy !== undefined && closedTunnel(log.proxy) !== undefined) return 'session';
  if (log.http !== undefined) return listHttp(log.http.facts);
  if (log.http2 !== undefined) return 'http';
  if (log.tls !== undefined) {
    const listing = listTls(log.tls.facts, tcp, history.tlsWorked(log.client.address) > 0);
    // Decrypted, and neither HTTP nor WebSocket; an HTTP/1.1 request inside h2 is told by its end.
    const isOther = log.unknownBytes !== undefined && log.tls.facts.serverHello?.alpn !== 'h2';
    return listing === 'session' && isOther ? 'other' : listing;
  }
  if (log.unknownBytes !== undefined) return 'other';
  // A way was opened, and nobody went it.
  if ((log.proxy?.tunnels.length ?? 0) > 0) return 'spare';
  return listSilent(log, tcp, history);
}

function listHttp(http: HttpFacts): Listing {
  if (http.upgrade !== undefined) return 'session';
  const last = http.exchanges.at(-1);
  if (last?.response?.status === 426 || wantsUpgrade(last?.response?.headers)) return 'session';
  const { incompleteHead } = http;
  if (incompleteHead?.side === 'client') {
    const text = Buffer.from(incompleteHead.preview).toString('latin1');
    if (/^(upgrade:[ \t]*websocket|sec-websocket-key:)/im.test(text)) return 'session';
  }
  return 'http';
}

/** A response that answers an ordinary request with "Upgrade: websocket" wants WebSocket spoken here. */
function wantsUpgrade(headers: HttpFacts['exchanges'][number]['interim'][number]['headers'] | undefined): boolean {
  return headers !== undefined && headerValue(headers, 'upgrade')?.toLowerCase() === 'websocket';
}

function listTls(tls: TlsFacts, tcp: TcpFacts, othersWorked: boolean): Listing {
  const { client, server } = tls.applicationData;
  if (tls.clientHello === undefined && tls.serverHello === undefined) {
    return recordsOver(tls) > KEPT_OPEN ? 'session' : 'tls';
  }
  const complete = tls.finished.client !== undefined && tls.finished.server !== undefined;
  if (tls.notTls !== undefined || tls.alerts.some(({ level }) => level === 'fatal')) return 'session';
  const clientAlert = tls.encryptedAlerts.find(({ from }) => from === 'client')?.arrival;
  const goodbye = tls.alerts.find(({ from, code }) => from === 'client' && code === CLOSE_NOTIFY)?.arrival;
  // A browser gives up connections it opened to spare, without a word; others of the same browser are in use.
  const saysNothing = clientAlert === undefined && (tls.certificates === undefined || tls.decrypted === true);
  const isSpare =
    (isForPages(tls) || (othersWorked && !leftServerFlight(tls, tcp) && leftBeforeHello(tls, tcp) === undefined)) &&
    saysNothing;
  if (isSpare && tcp.endedBy === 'client' && client.records === 0 && tls.serverHello !== undefined) return 'spare';
  if (!complete && client.records + server.records === 0) return 'session';
  const left = clientAlert ?? goodbye ?? (tcp.endedBy === 'client' ? tcp.endPacket : undefined);
  const leftAtOnce =
    tls.finished.client !== undefined && left !== undefined && left.at - tls.finished.client.at < LEFT_AT_ONCE;
  if (tls.serverHello?.alpn === 'h2') {
    return (leftAtOnce && client.records === 0) || isHttp1InsideHttp2(tls, tcp) ? 'session' : 'tls';
  }
  if (client.records === 0) return leftAtOnce ? 'session' : 'spare';
  if (looksLikeHttp1InsideHttp2(tls, tcp) !== undefined) return 'session';
  const offered = tls.clientHello?.alpn ?? [];
  if (offered.every((protocol) => protocol === 'http/1.1') || recordsOver(tls) > KEPT_OPEN) return 'session';
  return 'tls';
}

/**
 * The hello of a browser that is about to load a page: h2 offered, with encrypted_client_hello (0xfe0d) or its decoy,
 * which other programs hardly send. For WebSocket browsers offer http/1.1 alone, and of what they dislike they tell by an alert.
 */
function isForPages({ clientHello }: TlsFacts): boolean {
  return clientHello?.ech === true && clientHello.alpn.includes('h2');
}

/** How long records went both ways, 0 when one side sent none. */
function recordsOver({ applicationData: { client, server } }: TlsFacts): Nanos {
  if (client.first === undefined || server.first === undefined) return 0;
  const first = Math.min(client.first.at, server.first.at);
  return Math.max(client.last?.at ?? first, server.last?.at ?? first) - first;
}

/** Not one byte was said. */
function listSilent(log: SessionLog, tcp: TcpFacts, history: ServerHistory): Listing {
  if (tcp.flows.client.bytes > 0 || tcp.flows.server.bytes > 0) return 'other';
  if (tcp.syns.length === 0 && tcp.synAcks.length === 0) return 'other';
  if (tcp.established === undefined) return 'session';
  const refused =
    tcp.endedBy === 'server' && tcp.endPacket !== undefined && tcp.endPacket.at - tcp.established.at <= REFUSED_WITHIN;
  return refused && history.worked(log.client.address) === 0 ? 'session' : 'spare';
}
