/**
 * What a session said as `_webSocketMessages`, the way DevTools writes and reads them: seconds since 1970, text as
 * text, all else as base64, control frames (RFC 6455 5.5) with opcodes of their own. A message of which nothing could
 * be read is not among them; `harOmissions` counts what is missing.
 */
import { OPCODE } from '../../websocket/frame.js';
import type { EventReport, MessageReport, SessionReport } from '../report.js';

export interface HarMessage {
  type: 'send' | 'receive';
  /** Seconds since 1970, with microseconds. */
  time: number;
  opcode: number;
  data: string;
  _wscope?: { bytes?: number; cut?: true; code?: number; reason?: string };
}

/** `epoch`: milliseconds since 1970 of the report's time 0. In order of time, as they began. */
export const harMessages = ({ messages = [], timeline }: SessionReport, epoch: number): HarMessage[] =>
  [
    ...messages.filter(isReadable).map((message) => dataMessage(message, epoch)),
    ...timeline.filter(isControlFrame).map((event) => controlMessage(event, epoch)),
  ].sort((a, b) => a.time - b.time);

/** Counts of what is not among the messages, and why. */
export const harOmissions = ({ messages, messagesOmitted = 0, timeline, websocket }: SessionReport) => {
  const { client, server } = websocket?.frames ?? {};
  const seen = [client, server].reduce((sum, side) => sum + (side ? side.ping + side.pong + side.close : 0), 0);
  return {
    /** Beyond what is kept of a session. */
    messagesOmitted,
    /** Not captured, or compressed and not to be inflated. */
    messagesUnreadable: messages?.filter((message) => !isReadable(message)).length ?? 0,
    /** In long runs, which a timeline folds. */
    controlFramesOmitted: Math.max(0, seen - timeline.filter(isControlFrame).length),
  };
};

const isReadable = ({ missing, unreadable }: MessageReport): boolean => !missing && !unreadable;

const dataMessage = ({ from, atMs, opcode, text, base64, bytes, cut }: MessageReport, epoch: number): HarMessage => ({
  ...whenAndWho(from, atMs, epoch),
  opcode: opcode === 'text' ? OPCODE.text : OPCODE.binary,
  data: text ?? base64 ?? '',
  ...(cut ? { _wscope: { bytes, cut } } : {}),
});

const CONTROL_OPCODES: ReadonlyMap<string, number> = new Map([
  ['close', OPCODE.close],
  ['ping', OPCODE.ping],
  ['pong', OPCODE.pong],
]);

const isControlFrame = ({ layer, event, count }: EventReport): boolean =>
  layer === 'ws' && count === undefined && CONTROL_OPCODES.has(event);

/** What pings carry is not kept: they have a length and no data. */
const controlMessage = ({ from, atMs, event, data }: EventReport, epoch: number): HarMessage => {
  const { code, reason, bytes } = data ?? {};
  return {
    ...whenAndWho(from, atMs, epoch),
    opcode: CONTROL_OPCODES.get(event) ?? OPCODE.close,
    data: typeof code === 'number' ? closeBody(code, String(reason ?? '')) : '',
    _wscope: {
      ...(typeof code === 'number' ? { code, reason: String(reason ?? '') } : {}),
      ...(typeof bytes === 'number' ? { bytes } : {}),
    },
  };
};

/** RFC 6455 5.5.1 and 7.1.5: an empty body has the code 1005. */
const closeBody = (code: number, reason: string): string => {
  if (code === 1005) return '';
  const body = Buffer.concat([Buffer.alloc(2), Buffer.from(reason, 'utf8')]);
  body.writeUInt16BE(code & 0xffff);
  return body.toString('base64');
};

const whenAndWho = (from: string, atMs: number, epoch: number): Pick<HarMessage, 'type' | 'time'> => ({
  type: from === 'client' ? 'send' : 'receive',
  time: Number(((epoch + atMs) / 1000).toFixed(6)),
});
