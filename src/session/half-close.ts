/**
 * |-- FIN of one side --|-- data of the other, all of it acknowledged --|: a half-close (RFC 9293 3.6). The side that sent
 * the FIN has ended its own direction and goes on reading. A host whose program has closed the socket answers data by a RST.
 */
import type { Nanos } from '../capture/packet.js';
import type { Arrival } from '../stream/arrival.js';
import { opposite, SIDES, type Side } from '../stream/side.js';
import type { FlowFacts, TcpFacts } from '../tcp/tcp-facts.js';
import type { WebSocketFacts } from '../websocket/websocket-facts.js';

/** What was on its way, or is written before the FIN is read, comes sooner; a proxy that passes a FIN on takes it, too. */
const WENT_ON: Nanos = 1e9;

export interface HalfClose {
  /** Who went on reading. */
  by: Side;
  fin: Arrival;
  /** The last data frame that it took afterwards. */
  lastData: Arrival;
}

export function halfCloseOf(websocket: WebSocketFacts, { flows }: TcpFacts): HalfClose | undefined {
  for (const by of SIDES) {
    const { fin, rst } = flows[by];
    const lastData = websocket.lastData[opposite(by)];
    if (fin === undefined || rst !== undefined || lastData === undefined) continue;
    const close = websocket.closes[by];
    if (close !== undefined && close.span.first.at <= fin.at) continue;
    if (lastData.at - fin.at >= WENT_ON && wasTaken(flows[opposite(by)], lastData)) return { by, fin, lastData };
  }
  return undefined;
}

/** The first Close came from the side that was still sending, and was taken: it counts as any other. */
export function closesHalfOpen(websocket: WebSocketFacts, tcp: TcpFacts): boolean {
  const half = halfCloseOf(websocket, tcp);
  const close = websocket.firstClose;
  if (half === undefined || close === undefined || close.from === half.by) return false;
  return wasTaken(tcp.flows[close.from], close.span.last);
}

const wasTaken = ({ oldestUnacked }: FlowFacts, sent: Arrival): boolean =>
  oldestUnacked === undefined || oldestUnacked.at > sent.at;
