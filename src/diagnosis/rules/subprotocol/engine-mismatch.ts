/**
 * Socket.IO of two generations on one WebSocket: a server of version 2 that takes a request with EIO=4 for one of its own
 * (Engine.IO 3). It grants the main namespace unasked and without a sid, and waits for pings of the client, which waits
 * for those of the server.
 */
import type { Nanos } from '../../../capture/packet.js';
import type { Session } from '../../../session/session.js';
import type { Arrival } from '../../../stream/arrival.js';
import { opposite, SIDES } from '../../../stream/side.js';
import type { Breach, SubprotocolFacts } from '../../../subprotocol/subprotocol-facts.js';
import { evidence } from '../../evidence.js';
import { latest } from '../../measures/ending.js';
import { givingUp, hasHole, howItEnded } from '../../measures/giving-up.js';
import { duration, side, text } from '../../measures/values.js';
import { defineRule, type Finding } from '../../rule.js';

export const engineMismatchRule = defineRule({
  meta: {
    id: 'subprotocol/engine-mismatch',
    title: 'Socket.IO of two generations',
    severity: 'error',
    causes: ['socketio-version-mismatch'],
    needs: ['frames', 'payloads', 'both-sides'],
    precedence: 'subprotocol-error',
    reference: ['Engine.IO protocol 4', 'Socket.IO protocol 5'],
    messages: {
      'connect-unasked':
        'The server granted namespace {subject} unasked and without a sid, as Socket.IO 2 does; the client asked for Engine.IO 4 (Socket.IO 3 and later) and does not take that for an answer.',
      'connect-without-sid':
        'The server granted namespace {subject} without a sid, as Socket.IO 2 does; the client asked for Engine.IO 4 (Socket.IO 3 and later) and does not take that for an answer.',
      'nobody-pings':
        'Neither side sent an Engine.IO ping for {silence}, though one was due every {interval}; then the {other} left{how}. In Engine.IO 4, which the client asked for, the server pings; in Engine.IO 3 the client does, and the open packet has no maxPayload, as in servers of that age.',
    },
    notes: {
      open: 'open packet, where the heart-beats were agreed on',
      connect: 'CONNECT of the server, without a sid',
      last: 'last message of the side that was waited for',
      end: 'the other side gives up',
    },
    remedies: {
      versions:
        'Bring client and server to matching versions: a client of Socket.IO 3 or 4 (EIO=4) needs a server of version 3 or 4. Either update the server, or use the client of version 2.',
    },
  },
  *check(session) {
    const finding = engineMismatch(session);
    if (finding !== undefined) yield finding;
  },
});

/** Who has to ping is not agreed on: no side is to blame for silence. */
export const engineMismatch = (session: Session): Finding | undefined => {
  const { subprotocol } = session;
  if (subprotocol?.name !== 'socket.io' || subprotocol.version !== 'Engine.IO 4') return undefined;
  const grant = subprotocol.breaches.find(({ rule }) => GRANTS.has(rule));
  if (grant !== undefined && subprotocol.handshake?.answered === undefined) return ofGrant(subprotocol, grant);
  return nobodyPings(session, subprotocol);
};

const GRANTS: ReadonlySet<string> = new Set(['connect-unasked', 'connect-without-sid']);

const ofGrant = ({ heartbeats }: SubprotocolFacts, { rule, arrival, subject }: Breach): Finding => ({
  message: rule,
  cause: 'socketio-version-mismatch',
  stage: 'subprotocol',
  data: { subject: text(subject) },
  evidence: evidence([heartbeats.server.promised, 'open'], [arrival, 'connect']),
  struckAt: arrival.at,
  confidence: 'proven',
  remedies: ['versions'],
});

/** Timers are checked now and then: a little less than the time agreed on is close enough. */
const NEARLY = 0.95;

/** The client waits from the open packet on; the server from whatever the client says. */
const nobodyPings = (session: Session, subprotocol: SubprotocolFacts): Finding | undefined => {
  const { client, server } = subprotocol.heartbeats;
  const { promised, interval, patience } = server;
  if (promised === undefined || interval === 0 || subprotocol.detail.maxPayloadBytes !== undefined) return undefined;
  if (client.count + server.count > 0) return undefined;
  for (const silent of SIDES) {
    const end = givingUp(session, subprotocol, silent);
    const since = silent === 'server' ? promised : latest(promised, client.lastMessage)!;
    if (end === undefined || end.at - since.at < patience * NEARLY || hasHole(session, silent, promised)) continue;
    return ofSilence(session, subprotocol, { since, end, silence: end.at - promised.at, other: opposite(silent) });
  }
  return undefined;
};

interface Silence {
  since: Arrival;
  end: Arrival;
  silence: Nanos;
  other: 'client' | 'server';
}

const ofSilence = (session: Session, subprotocol: SubprotocolFacts, found: Silence): Finding => {
  const { since, end, silence, other } = found;
  const { promised, interval } = subprotocol.heartbeats.server;
  return {
    message: 'nobody-pings',
    cause: 'socketio-version-mismatch',
    stage: subprotocol.handshake?.answered === undefined ? 'subprotocol' : 'open',
    data: {
      silence: duration(silence),
      interval: duration(interval),
      other: side(other),
      how: howItEnded(session, subprotocol, end),
    },
    evidence: evidence([promised, 'open'], [since === promised ? undefined : since, 'last'], [end, 'end']),
    struckAt: end.at,
    confidence: 'likely',
    remedies: ['versions'],
  };
};
