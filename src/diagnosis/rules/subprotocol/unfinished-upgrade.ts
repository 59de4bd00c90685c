/**
 * An Engine.IO session that began over polling and never moved to its WebSocket: the 101 came, and the probe behind it
 * (2probe, 3probe, 5) was not answered or not confirmed. The session works all the same, over polling.
 */
import { evidence } from '../../evidence.js';
import { departure, earliest } from '../../measures/ending.js';
import { isUnacknowledged, PATIENCE } from '../../measures/silence.js';
import { duration } from '../../measures/values.js';
import { defineRule } from '../../rule.js';

export const unfinishedUpgrade = defineRule({
  meta: {
    id: 'subprotocol/unfinished-upgrade',
    title: 'Upgrade from polling never completed',
    severity: 'warning',
    causes: [],
    needs: ['frames', 'payloads', 'both-sides', 'no-gaps'],
    reference: ['Engine.IO protocol 4: Upgrade'],
    messages: {
      mute: 'The client probed its WebSocket (2probe); the server sent not a single frame on it for {waited}. The upgrade from polling was never completed: whatever the session said went over polling.',
      unanswered:
        'The client probed its WebSocket (2probe) and got no 3probe for {waited}. The upgrade from polling was never completed: whatever the session said went over polling.',
      unconfirmed:
        'The server answered the probe (3probe), and the client did not take the WebSocket into use for {waited}. The upgrade from polling was never completed: whatever the session said went over polling.',
    },
    notes: {
      switched: 'WebSocket accepted',
      probe: 'probe of the client',
      answer: 'probe answered',
      end: 'the WebSocket is given up',
    },
    remedies: {
      path: 'Compare a capture beside the server: does the probe arrive? A proxy that passes the 101 and no frames looks like this, and so does another WebSocket server that answers upgrades on this path.',
      poll: 'Look at the polling request that was under way: the client changes over only when it has been answered, and a proxy that buffers or holds it back delays that.',
      websocketOnly:
        'To make the fault visible instead of slow, skip polling in the client: io(url, { transports: ["websocket"] })',
    },
  },
  *check(session) {
    const { subprotocol, upgrade, websocket } = session;
    if (subprotocol?.name !== 'socket.io' || subprotocol.unread > 0 || websocket === undefined) return;
    const { steps = [], answered } = subprotocol.handshake ?? {};
    if (answered !== undefined) return;
    const probe = steps.find(({ step, from }) => step === 'probe' && from === 'client')?.arrival;
    const answer = steps.find(({ step, from }) => step === 'probe' && from === 'server')?.arrival;
    if (probe === undefined) return;
    const end = earliest(departure(session, 'client'), departure(session, 'server'));
    const since = answer ?? probe;
    const waited = (end?.at ?? session.captureEnd) - since.at;
    if (waited < PATIENCE || isUnacknowledged(session, answer === undefined ? 'client' : 'server', since)) return;
    const isMute = websocket.firstFrame.server === undefined || websocket.firstFrame.server.at >= (end?.at ?? Infinity);
    yield {
      message: answer !== undefined ? 'unconfirmed' : isMute ? 'mute' : 'unanswered',
      cause: null,
      stage: 'subprotocol',
      data: { waited: duration(waited) },
      evidence: evidence([upgrade?.response?.span, 'switched'], [probe, 'probe'], [answer, 'answer'], [end, 'end']),
      struckAt: since.at,
      confidence: 'proven',
      remedies: answer === undefined ? ['path', 'websocketOnly'] : ['poll', 'websocketOnly'],
    };
  },
});
