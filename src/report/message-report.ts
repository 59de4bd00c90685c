/**
 * Messages that were recorded, for the report: text as text, everything else as base64. Credentials are looked for in
 * both; of a text that was cut, half a character at its end is left out.
 */
import { OPCODE } from '../websocket/frame.js';
import type { MessageRecorder, RecordedMessage } from '../websocket/message-recorder.js';
import { type Clock, packetPlace } from './place.js';
import type { Redactor } from './redact.js';
import type { MessageReport } from './report.js';

export const messagesReport = (
  { messages, omitted }: Pick<MessageRecorder, 'messages' | 'omitted'>,
  clock: Clock,
  redactor: Redactor,
): { messages: MessageReport[]; messagesOmitted: number } => ({
  messages: messages.map((message) => messageReport(message, clock, redactor)),
  messagesOmitted: omitted,
});

const messageReport = (message: RecordedMessage, clock: Clock, redactor: Redactor): MessageReport => {
  const { from, opcode, bytes, length, whole, readable, first } = message;
  const isText = opcode === OPCODE.text;
  return {
    atMs: clock.atMs(first.at),
    ...packetPlace(first.packet),
    from,
    opcode: isText ? 'text' : 'binary',
    bytes: length,
    ...(isText ? { text: textOf(message, redactor) } : { base64: base64Of(bytes, redactor) }),
    ...(bytes.length < length ? { cut: true as const } : {}),
    ...(whole || bytes.length > 0 ? {} : { missing: true as const }),
    ...(readable ? {} : { unreadable: true as const }),
  };
};

const textOf = ({ bytes, length }: RecordedMessage, redactor: Redactor): string => {
  const text = Buffer.from(bytes).toString('utf8');
  return redactor.text(bytes.length < length ? text.replace(/\ufffd$/, '') : text);
};

/** Looked through octet by octet, as if it were Latin-1: a token in it is ASCII. */
const base64Of = (bytes: Uint8Array, redactor: Redactor): string => {
  const octets = Buffer.from(bytes).toString('latin1');
  const redacted = redactor.text(octets);
  return Buffer.from(redacted, 'latin1').toString('base64');
};
