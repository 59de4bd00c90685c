/**
 * Who said no by ICMP to packets of one side of an open connection. TCP goes on in spite of it (RFC 1122 4.2.3.9), so it
 * explains a silence and ends nothing.
 */
import type { Nanos } from '../../capture/packet.js';
import type { Session } from '../../session/session.js';
import type { Arrival } from '../../stream/arrival.js';
import type { Side } from '../../stream/side.js';
import type { IcmpError } from '../../tcp/tcp-facts.js';
import type { Point } from '../evidence.js';
import type { Value } from '../rule.js';
import { phrase } from './phrases.js';
import { count, gloss, side, text } from './values.js';

/** Where the other side was speaking, its acknowledgments met the refusal before any data did. */
const SHORTLY_BEFORE: Nanos = 5e9;
const SHOWN = 4;
/** Linux asks three times, a second apart; round trips are shorter. */
const LATE: Nanos = 0.9e9;
const TOGETHER: Nanos = 1e6;

export interface Refusal {
  /** `refusal`: the end of a sentence, empty where nobody refused; `router`: who did. */
  data: Record<string, Value>;
  points: Point[];
  /** Nobody said no: a router on the last link found no host under the address (RFC 1122 2.3.2, RFC 4861 7.2.2). */
  isGone: boolean;
}

/** Errors that quote packets of `sender`, from shortly before `since` on; the note of the points is `refused`. */
export const icmpRefusal = ({ tcp }: Session, sender: Side, since: Nanos): Refusal => {
  const errors = tcp.icmpErrors.filter(
    (error) => error.quoted === sender && saysNo(error) && error.arrival.at >= since - SHORTLY_BEFORE,
  );
  const [first] = errors;
  if (first === undefined) return { data: { refusal: text('') }, points: [], isGone: false };
  const router = text(first.from);
  const said = { router, n: count(errors.length), sender: side(sender), name: gloss(first.name) };
  return {
    data: { refusal: phrase('answered-by-icmp', said), router },
    points: errors.slice(0, SHOWN).map(({ arrival }): Point => [arrival, 'refused']),
    isGone: foundNobody(errors, since, tcp.flows[sender].repeats),
  };
};

/**
 * Packets wait while ARP or neighbour discovery asks for the host, and are answered late and together when it found nobody;
 * a firewall answers each packet at once.
 */
const foundNobody = (errors: readonly IcmpError[], since: Nanos, repeats: readonly Arrival[]): boolean =>
  errors.some((error, index) => {
    const first = errors[index - 1];
    if (first === undefined || !saysHostUnreachable(error) || !saysHostUnreachable(first)) return false;
    const { at } = first.arrival;
    const isLate = [since, ...repeats.map((repeat) => repeat.at)].every((sent) => sent > at || at - sent >= LATE);
    return isLate && error.arrival.at - at <= TOGETHER;
  });

/** RFC 792 code 1; RFC 4443 3.1 code 3, address unreachable. */
const saysHostUnreachable = ({ family, type, code }: IcmpError): boolean =>
  family === 4 ? type === 3 && code === 1 : type === 1 && code === 3;

/** Destination unreachable, or time exceeded: not "fragmentation needed" (RFC 1191), which TCP mends by itself. */
export const saysNo = ({ family, type, code }: IcmpError): boolean =>
  family === 4 ? (type === 3 && code !== 4) || type === 11 : type === 1 || type === 3;
