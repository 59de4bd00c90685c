/**
 * What a capture lets us see of a session. Not seen and failed are different answers; rules ask here which one they
 * may give.
 */
import type { Nanos } from '../capture/packet.js';
import type { HttpExchange } from '../http/http-facts.js';
import type { TcpFacts } from '../tcp/tcp-facts.js';
import type { WebSocketFacts } from '../websocket/websocket-facts.js';
import type { Sight } from './session.js';

/** A capture that goes on this long after the last packet of a session shows that nothing more came. */
export const SILENT_AFTER: Nanos = 5e9;

export function sightOf(
  tcp: TcpFacts,
  upgrade: HttpExchange | undefined,
  websocket: WebSocketFacts | undefined,
  captureEnd: Nanos,
): Set<Sight> {
  const sight = new Set<Sight>();
  const { client, server } = tcp.flows;
  const opened = tcp.synAcks.length > 0 || (tcp.simultaneousOpen && tcp.established !== undefined);
  const answered = opened || tcp.refused !== undefined || server.packets === 0;
  if (tcp.syns.length > 0 && answered) sight.add('tcp-handshake');
  if (tcp.bothSides) sight.add('both-sides');
  if (upgrade?.request !== undefined && upgrade.response !== undefined) sight.add('upgrade');
  if (websocket !== undefined) {
    sight.add('frames');
    if (websocket.unreadableBytes.client + websocket.unreadableBytes.server === 0) sight.add('payloads');
  }
  if (tcp.end === 'fin' || tcp.end === 'rst' || captureEnd - tcp.last.at >= SILENT_AFTER) sight.add('ending');
  if (tcp.gaps.length === 0 && client.missingBytes + server.missingBytes === 0) sight.add('no-gaps');
  return sight;
}
