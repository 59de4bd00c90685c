/**
 * Compression that does not pay: permessage-deflate was agreed, and the messages became hardly smaller, or larger. Said
 * as a note: it costs processor time and 32 KiB to 300 KiB of memory for each connection, and breaks nothing.
 */
import { SIDES } from '../../../stream/side.js';
import { evidence } from '../../evidence.js';
import { bytes, count, side, text } from '../../measures/values.js';
import { defineRule } from '../../rule.js';

/** The first messages fill the history; of fewer nothing can be told. */
const MESSAGES_NEEDED = 20;
/** Below this share saved, in percent, the work is not worth it. */
const WORTH_SAVING = 10;

export const uselessCompression = defineRule({
  meta: {
    id: 'framing/useless-compression',
    title: 'Compression that saves nothing',
    severity: 'note',
    causes: [],
    needs: ['frames', 'payloads'],
    reference: ['RFC 7692 7.1.1', 'RFC 7692 7.2.1'],
    messages: {
      larger:
        'Compression made {messages} messages of the {from} larger: {wire} on the wire for {plain}. Data that are compressed or encrypted already, or very short, do that.',
      same: 'Compression saved only {percent} % of {messages} messages of the {from}: {wire} on the wire for {plain}.',
    },
    notes: { last: 'last data of that side' },
    remedies: {
      threshold:
        'Leave short and already compressed messages uncompressed (RFC 7692 allows that for each message): ws: perMessageDeflate: { threshold: 1024 }.',
      off: 'Or do not agree on permessage-deflate at all.',
    },
  },
  *check({ websocket }) {
    for (const from of SIDES) {
      const compression = websocket?.compression[from];
      if (websocket === undefined || compression === undefined || compression.messages < MESSAGES_NEEDED) continue;
      const { wireBytes, inflatedBytes, messages } = compression;
      const percent = Math.round((100 * (inflatedBytes - wireBytes)) / Math.max(1, inflatedBytes));
      if (percent >= WORTH_SAVING) continue;
      yield {
        message: wireBytes > inflatedBytes ? 'larger' : 'same',
        cause: null,
        data: {
          from: side(from),
          messages: count(messages),
          wire: bytes(wireBytes),
          plain: bytes(inflatedBytes),
          percent: text(percent),
        },
        evidence: evidence([websocket.lastData[from], 'last']),
        confidence: 'proven',
        remedies: ['threshold', 'off'],
      };
    }
  },
});
