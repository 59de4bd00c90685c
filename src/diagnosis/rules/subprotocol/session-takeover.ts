/**
 * Two MQTT connections with one client identifier: a broker keeps the newer and ends the older (MQTT 3.1.4). The older
 * sees a bare FIN, or in MQTT 5 a DISCONNECT with 0x8e; the CONNECT that took its place is in another session.
 */
import type { Nanos } from '../../../capture/packet.js';
import type { CaptureView, Session } from '../../../session/session.js';
import type { Arrival } from '../../../stream/arrival.js';
import { hasSaidGoodbye } from '../../../subprotocol/subprotocol-facts.js';
import { evidence } from '../../evidence.js';
import { closeMayBeUnseen } from '../../measures/close-visibility.js';
import { departure, earliest, tcpEnd } from '../../measures/ending.js';
import { quote } from '../../measures/headers.js';
import { isUnacknowledged } from '../../measures/silence.js';
import { count, duration, text } from '../../measures/values.js';
import { defineRule } from '../../rule.js';

/** A broker ends the older connection before it answers the newer; members of a cluster have to tell each other. */
const RIGHT_AFTER: Nanos = 1e9;
/** One that was taken over may be one client that came back; a second is a quarrel. */
const QUARREL = 2;

const WHAT =
  'Another connection ({other}) sent CONNECT with the same client identifier “{identifier}”; {after} later the server ended this one, as MQTT 3.1.4 demands.';

export const sessionTakeover = defineRule({
  meta: {
    id: 'subprotocol/session-takeover',
    title: 'MQTT client identifier used twice',
    severity: 'error',
    causes: ['ws-abnormal-closure'],
    needs: ['frames', 'payloads', 'both-sides'],
    precedence: 'subprotocol-error',
    reference: ['MQTT 3.1.1 3.1.4-2', 'MQTT 5 3.1.4-3'],
    messages: {
      'taken-over': WHAT,
      fight: `${WHAT} {connections} connections in this capture use the identifier: their clients throw each other out again and again.`,
    },
    notes: {
      own: 'CONNECT of this connection',
      other: 'CONNECT of another with the same identifier',
      end: 'the server ends this one',
    },
    remedies: {
      unique:
        'Give each client an identifier of its own, for example the program’s name with the host’s or a random number behind it; none that is fixed in an image or copied with an example.',
      reconnect:
        'If it is one client that came back, its old connection was dead to it before: see why it left, and why it did not end that one first.',
    },
  },
  *check(session, capture) {
    const { subprotocol, websocket } = session;
    const said = subprotocol?.errors.find(({ fatal }) => fatal);
    // A DISCONNECT with another reason is another story.
    const found = said === undefined || said.code === TAKEN_OVER ? takeoverOf(capture, session) : undefined;
    if (found === undefined) return;
    const { end, other, connections, takeovers } = found;
    const isBareFin = tcpEnd(session)?.kind === 'fin' && websocket?.firstClose === undefined;
    const isUnsaid = isBareFin && said === undefined && !closeMayBeUnseen(session);
    // Whoever left long ago does not acknowledge.
    const isQuarrel = takeovers >= QUARREL && !isUnacknowledged(session, 'server', end);
    yield {
      message: isQuarrel ? 'fight' : 'taken-over',
      // A DISCONNECT, a Close or a RST gives a cause of its own.
      cause: isUnsaid ? 'ws-abnormal-closure' : null,
      severity: isUnsaid ? 'error' : 'warning',
      stage: 'open',
      data: {
        other: text(other.session.client.text),
        identifier: text(quote(subprotocol?.identity ?? '') ?? ''),
        after: duration(end.at - other.asked.at),
        connections: count(connections),
      },
      evidence: evidence([subprotocol?.handshake?.asked, 'own'], [other.asked, 'other'], [end, 'end']),
      struckAt: other.asked.at,
      confidence: said === undefined ? 'likely' : 'proven',
      remedies: isQuarrel ? ['unique'] : ['unique', 'reconnect'],
    };
  },
});

/** MQTT 5 2.4: session taken over. */
const TAKEN_OVER = '0x8e';

/** A CONNECT with an identifier. */
interface Claim {
  session: Session;
  asked: Arrival;
}

interface Takeover {
  end: Arrival;
  other: Claim;
  /** Of one identifier at one server, in the whole capture. */
  connections: number;
  takeovers: number;
}

const indexes = new WeakMap<CaptureView, Map<Session, Takeover>>();

const takeoverOf = (capture: CaptureView, session: Session): Takeover | undefined => {
  let index = indexes.get(capture);
  if (index === undefined) {
    index = new Map(claimsByIdentity(capture).flatMap(takeoversAmong));
    indexes.set(capture, index);
  }
  return index.get(session);
};

const claimsByIdentity = ({ sessions }: CaptureView): Claim[][] => {
  const groups = new Map<string, Claim[]>();
  for (const session of sessions) {
    const { subprotocol, server } = session;
    const asked = subprotocol?.handshake?.asked;
    if (subprotocol?.name !== 'mqtt' || subprotocol.identity === undefined || asked === undefined) continue;
    const key = `${server.text} ${subprotocol.identity}`;
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [{ session, asked }]);
    else known.push({ session, asked });
  }
  return [...groups.values()].filter((claims) => claims.length > 1);
};

/** Every session whose end came right after the CONNECT of another. */
const takeoversAmong = (claims: readonly Claim[]): [Session, Takeover][] => {
  const inOrder = [...claims].sort((a, b) => a.asked.at - b.asked.at);
  const ends = claims
    .map(({ session }) => ({ session, end: endByServer(session) }))
    .filter((each): each is { session: Session; end: Arrival } => each.end !== undefined)
    .sort((a, b) => a.end.at - b.end.at);
  const found: [Session, Takeover][] = [];
  let next = 0;
  for (const { session, end } of ends) {
    while (next < inOrder.length && inOrder[next]!.asked.at <= end.at) next++;
    const other = inOrder[next - 1];
    // What came before this session was accepted may be its own other leg, or itself.
    const accepted = session.subprotocol?.handshake?.answered?.at ?? Infinity;
    if (other === undefined || other.asked.at <= accepted || end.at - other.asked.at > RIGHT_AFTER) continue;
    found.push([session, { end, other, connections: claims.length, takeovers: 0 }]);
  }
  for (const [, takeover] of found) takeover.takeovers = found.length;
  return found;
};

/** The server's first word of leaving, when it left first and nobody had said goodbye. */
const endByServer = (session: Session): Arrival | undefined => {
  const { subprotocol } = session;
  if (hasSaidGoodbye(subprotocol)) return undefined;
  const error = subprotocol?.errors.find(({ from, fatal }) => fatal && from === 'server')?.arrival;
  const end = earliest(error, departure(session, 'server'));
  const own = departure(session, 'client');
  return end === undefined || (own !== undefined && own.at < end.at) ? undefined : end;
};
