/**
 * How long the steps of an opening handshake took at the capture point, and how much of the wait was network: the first
 * octet of an answer cannot come sooner than one round trip to the server after the request; the rest is the server's.
 */
import type { Nanos } from '../../capture/packet.js';
import type { Session } from '../../session/session.js';

export interface UpgradeTiming {
  /** First to last octet of the request's head. */
  request: Nanos;
  /** Last octet of the request until the first of the answer. */
  waited: Nanos;
  /** One round trip from the capture point to the server and back; undefined where none was measured. */
  network: Nanos | undefined;
  /** What of the wait the network does not explain; undefined where it was not measured. */
  server: Nanos | undefined;
  /** First to last octet of the answer's head. */
  response: Nanos;
}

/** Undefined unless the request and its answer were seen, in this order. */
export const upgradeTiming = ({ upgrade, tcp }: Session): UpgradeTiming | undefined => {
  const { request, response } = upgrade ?? {};
  if (request === undefined || response === undefined) return undefined;
  const waited = response.span.first.at - request.span.last.at;
  if (waited < 0) return undefined;
  const network = roundTrip(tcp);
  return {
    request: request.span.last.at - request.span.first.at,
    waited,
    network: network === undefined ? undefined : Math.min(network, waited),
    server: network === undefined ? undefined : Math.max(0, waited - network),
    response: response.span.last.at - response.span.first.at,
  };
};

/** The shortest that was seen: the handshake, or data and its acknowledgment, which a server may hold back. */
const roundTrip = ({ syns, synAcks, flows }: Session['tcp']): Nanos | undefined => {
  const { rtt } = flows.client;
  const [syn, synAck] = [syns[0], synAcks[0]];
  const handshake = syns.length === 1 && syn !== undefined && synAck !== undefined ? synAck.at - syn.at : undefined;
  const seen = [handshake, rtt.samples > 0 ? rtt.min : undefined].filter((each) => each !== undefined && each >= 0);
  return seen.length === 0 ? undefined : Math.min(...(seen as Nanos[]));
};
