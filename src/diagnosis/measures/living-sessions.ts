/**
 * Which WebSocket sessions with the same server were open at one moment: a server that turns one connection away while
 * others live on has not stopped.
 */
import type { Nanos } from '../../capture/packet.js';
import type { CaptureView, Session } from '../../session/session.js';

/** Named in a sentence; more say no more. */
const NAMED = 5;

const indexes = new WeakMap<CaptureView, Map<string, Session[]>>();

/** At most {@link NAMED} of them, in the order of the capture. */
export function livingBeside({ server, id }: Session, at: Nanos, capture: CaptureView): Session[] {
  const living: Session[] = [];
  for (const other of openedWith(server.text, capture)) {
    if (other.id === id || other.tcp.first.at > at || (other.tcp.endPacket?.at ?? other.tcp.last.at) <= at) continue;
    living.push(other);
    if (living.length === NAMED) break;
  }
  return living;
}

function openedWith(endpoint: string, capture: CaptureView): readonly Session[] {
  let index = indexes.get(capture);
  if (index === undefined) {
    index = new Map();
    for (const session of capture.sessions) {
      if (session.websocket === undefined) continue;
      const known = index.get(session.server.text);
      if (known === undefined) index.set(session.server.text, [session]);
      else known.push(session);
    }
    indexes.set(capture, index);
  }
  return index.get(endpoint) ?? [];
}
