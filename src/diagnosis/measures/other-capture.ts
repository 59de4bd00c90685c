/**
 * Packets of one connection that one capture has and another has not, though it has others of the same side: dropped
 * between the two points of capture, where the other was still running. Both captures see one connection under the same
 * addresses; what both have is told once, and as a copy.
 */
import { captureOf } from '../../capture/packet.js';
import type { Session } from '../../session/session.js';
import type { Arrival } from '../../stream/arrival.js';
import type { Side } from '../../stream/side.js';
import type { Value } from '../rule.js';
import { phrase } from './phrases.js';
import { text } from './values.js';

export interface OtherCapture {
  /** Counted from 1, as reports name them before the colon of a packet. */
  home: number;
  other: number;
  /** The other capture has later packets of this connection: it was running when these were sent. */
  wentOn: boolean;
}

/** Undefined where there is no other capture of the connection, or where it is not certain that it lacks all of these. */
export const lackingCapture = (
  { timeline }: Session,
  sender: Side,
  sent: readonly Arrival[],
): OtherCapture | undefined => {
  const [first, last] = [sent[0], sent.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const home = captureOf(first.packet);
  if (sent.some(({ packet }) => captureOf(packet) !== home)) return undefined;
  const events = timeline
    .events()
    .flatMap(({ from, packet, at, run }) => [
      { from, capture: captureOf(packet), at, run },
      ...(run === undefined ? [] : [{ from, capture: captureOf(run.untilPacket), at: run.until, run }]),
    ]);
  const elsewhere = events.filter(({ capture }) => capture !== home);
  const other = elsewhere.find(({ from }) => from === sender)?.capture;
  if (other === undefined || elsewhere.some(({ capture }) => capture !== other)) return undefined;
  // The middle of a run may be of either capture.
  const mayHaveThem = events.some(
    ({ from, capture, at, run }) =>
      at >= first.at &&
      at <= last.at &&
      (run === undefined
        ? from === sender && capture === other
        : run.kinds.copy !== undefined && run.count[sender] > 0),
  );
  if (mayHaveThem || timeline.omitted > 0) return undefined;
  return { home: home + 1, other: other + 1, wentOn: elsewhere.some(({ at }) => at > last.at) };
};

/** The end of a sentence, empty unless it is certain; and the two captures. */
export const droppedBetween = (found: OtherCapture | undefined): { between: Value; home?: Value; other?: Value } => {
  if (found === undefined) return { between: text('') };
  const captures = { home: text(found.home), other: text(found.other) };
  return { between: found.wentOn ? phrase('dropped-between', captures) : text(''), ...captures };
};

/** The rule's remedy for a path of which one end was seen, or where to look between two. */
export const pathRemedy = (found: OtherCapture | undefined, otherwise: string): string =>
  found === undefined ? otherwise : found.wentOn ? 'between' : 'betweenLikely';
