/**
 * A note on the network under a session: so many packets were sent again that users notice. Never the cause of anything
 * by itself: TCP repairs loss, and slowness is no failure.
 */
import { SIDES } from '../../../stream/side.js';
import { evidence } from '../../evidence.js';
import { count, side, text } from '../../measures/values.js';
import { defineRule } from '../../rule.js';

/** Below this many, a share means nothing. */
const RETRANSMISSIONS_NEEDED = 5;
/** From one in fifty on, throughput and delay suffer visibly. */
const SHARE = 0.02;

export const frequentRetransmission = defineRule({
  meta: {
    id: 'tcp/frequent-retransmission',
    title: 'Many packets had to be sent again',
    severity: 'note',
    causes: [],
    needs: ['both-sides'],
    reference: ['RFC 5681', 'RFC 8985'],
    messages: {
      lossy:
        'The {side} had to send {retransmissions} of its {packets} packets again ({percent} %): the network loses packets, and messages arrive late.',
    },
    notes: { last: 'last packet of that side' },
    remedies: {
      path: 'Look for the lossy link: compare a capture at the other end, mtr --tcp towards the peer, errors of the interfaces (ip -s link).',
    },
  },
  *check({ tcp }) {
    for (const sender of SIDES) {
      const { retransmissions, packets, lastPacket } = tcp.flows[sender];
      if (retransmissions < RETRANSMISSIONS_NEEDED || retransmissions < packets * SHARE) continue;
      yield {
        message: 'lossy',
        cause: null,
        data: {
          side: side(sender),
          retransmissions: count(retransmissions),
          packets: count(packets),
          percent: text(((100 * retransmissions) / packets).toFixed(1)),
        },
        evidence: evidence([lastPacket, 'last']),
        confidence: 'proven',
        remedies: ['path'],
      };
    }
  },
});
