/**
 * A note for sessions that are quiet for long and on which nobody pings: the next idle timer on the way ends them, and
 * a peer that is gone is not noticed.
 */
import type { Nanos } from '../../../capture/packet.js';
import { evidence } from '../../evidence.js';
import { lastFrame } from '../../measures/ending.js';
import { duration } from '../../measures/values.js';
import { defineRule } from '../../rule.js';

/** The shortest idle timers that are common on the way are of 30 s to 60 s. */
const QUIET: Nanos = 30e9;

export const missingPings = defineRule({
  meta: {
    id: 'keepalive/missing-pings',
    title: 'Quiet and without pings',
    severity: 'note',
    causes: [],
    needs: ['frames', 'both-sides', 'no-gaps'],
    reference: ['RFC 6455 5.5.2'],
    messages: {
      quiet:
        'Nothing has been said for {quiet}, and neither side has ever sent a ping: idle timers on the way will end this session, and a peer that is gone would not be noticed.',
    },
    notes: { last: 'last frame' },
    remedies: {
      ping: 'Let the server ping every 20 s to 30 s and drop who does not answer: ws: setInterval(() => socket.ping(), 25000); python websockets does so unless told not to.',
    },
  },
  *check(session) {
    const { websocket, tcp, captureEnd } = session;
    if (websocket === undefined || tcp.end !== 'none' || websocket.firstClose !== undefined) return;
    if (websocket.pings.client.count + websocket.pings.server.count > 0) return;
    const last = lastFrame(session);
    if (last === undefined || captureEnd - last.at < QUIET) return;
    yield {
      message: 'quiet',
      cause: null,
      data: { quiet: duration(captureEnd - last.at) },
      evidence: evidence([last, 'last']),
      confidence: 'proven',
      remedies: ['ping'],
    };
  },
});
