/**
 * Finds both legs of a reverse proxy: the client's connection to it, and the one it made to the backend on its behalf.
 * The WebSocket key or a request's own id prove it; else the client's address that the proxy passes on, the path and
 * the nesting in time have to leave one answer only, both ways round. Where two would fit, neither is tied.
 */
import type { Nanos } from '../capture/packet.js';
import { captureOf } from '../capture/packet.js';
import { forwardedFor } from './forwarded.js';
import type { Session } from './session.js';
import { type Twins, twinsOf } from './twins.js';

/** What shows that two connections are one session, the firmest first. */
export type LegMark = 'key' | 'client-hello' | 'request-id' | 'forwarded-for' | 'path-and-timing' | 'refused-within';

export interface Leg {
  /** Between the client and the proxy. */
  front: Session;
  /** Between the proxy and its backend. */
  back: Session;
  matchedBy: LegMark;
  /** To which server the proxy went on, because this one had given it nothing to pass on. */
  next?: Session;
}

export interface Ways {
  legs: Leg[];
  /** One connection under two pairs of addresses: no proxy in between. */
  same: Twins[];
}

/** Requests looked at that wait at the same time: among more, none would be the only one that fits. */
const WAITING_READ = 64;
/** No proxy keeps a request longer before it goes on or gives up. */
const WAITS_WITHIN: Nanos = 300e9;
/** A proxy turns to its backend once it has the request. */
const AT_ONCE: Nanos = 20e6;
/** And to its client once the backend refused it: some tidy up first. */
const TOLD_WITHIN: Nanos = 100e6;

export function waysOf(sessions: readonly Session[]): Ways {
  const twins = twinsOf(sessions);
  const same = twins.filter(({ kind }) => kind === 'same');
  const legs: Leg[] = twins.flatMap(({ first, second, kind, mark }) =>
    kind === 'legs' ? [{ front: first, back: second, matchedBy: mark === 'hello' ? 'client-hello' : mark }] : [],
  );
  const search = new LegSearch(sessions, legs, same);
  for (const mark of ['forwarded-for', 'path-and-timing', 'refused-within'] as const) search.tie(mark);
  const order = (leg: Leg) => leg.back.tcp.first.at;
  const found = search.legs.sort((a, b) => order(a) - order(b));
  tellNext(found);
  return { legs: found, same };
}

function tellNext(legs: readonly Leg[]): void {
  const before = new Map<Session, Leg>();
  for (const leg of legs) {
    const last = before.get(leg.front);
    const isOneClock =
      last !== undefined && captureOf(last.back.tcp.first.packet) === captureOf(leg.back.tcp.first.packet);
    if (isOneClock && areAttempts([last.back, leg.back])) last.next = leg.back;
    before.set(leg.front, leg);
  }
}

/** Sessions without a proven other leg, and how they may belong together. */
class LegSearch {
  private readonly fronts: Session[];
  private readonly behind = new Map<Session, Session[]>();
  private readonly before = new Set<Session>();
  /** Addresses from which the proxy at an address is known to go on, its own included. */
  private readonly exits = new Map<string, Set<string>>();

  constructor(
    private readonly sessions: readonly Session[],
    readonly legs: Leg[],
    same: readonly Twins[],
  ) {
    const copies = new Set(same.map(({ second }) => second));
    for (const leg of legs) this.note(leg);
    this.fronts = sessions
      .filter((session) => !copies.has(session) && waitsFrom(session) !== undefined)
      .sort((a, b) => waitsFrom(a)! - waitsFrom(b)!);
    for (const copy of copies) this.before.add(copy);
  }

  /** Ties the pairs that this mark leaves no choice about. */
  tie(mark: 'forwarded-for' | 'path-and-timing' | 'refused-within'): void {
    const backsOf = new Map<Session, Session[]>();
    const contested = new Set<Session>();
    for (const back of this.sessions) {
      if (this.before.has(back)) continue;
      const fronts = this.frontsOf(back, mark);
      if (fronts.length > 1) for (const front of fronts) contested.add(front);
      const [front] = fronts;
      if (front !== undefined) backsOf.set(front, [...(backsOf.get(front) ?? []), back]);
    }
    for (const [front, backs] of backsOf) {
      const all = [...(this.behind.get(front) ?? []), ...backs].sort((a, b) => a.tcp.first.at - b.tcp.first.at);
      if (contested.has(front) || !areAttempts(all)) continue;
      if (mark === 'refused-within' && !this.areRefusedFor(front, backs)) continue;
      for (const back of backs) {
        const leg = { front, back, matchedBy: mark };
        this.legs.push(leg);
        this.note(leg);
      }
    }
  }

  private note({ front, back }: Leg): void {
    this.before.add(back);
    this.behind.set(front, [...(this.behind.get(front) ?? []), back]);
    const exits = this.exits.get(front.server.address);
    if (exits === undefined) this.exits.set(front.server.address, new Set([back.client.address]));
    else exits.add(back.client.address);
  }

  private frontsOf(back: Session, mark: LegMark): Session[] {
    const asked = mark === 'refused-within' ? back.tcp.first.at : back.upgrade?.request?.span.first.at;
    if (asked === undefined || (mark === 'refused-within' ? hasSpoken(back) : !hasAsked(back))) return [];
    const found: Session[] = [];
    let place = firstAfter(this.fronts, asked);
    for (let read = 0; place-- > 0; read++) {
      const front = this.fronts[place]!;
      const since = waitsFrom(front)!;
      if (asked - since > WAITS_WITHIN) break;
      // Too many wait to tell them apart by looking at each.
      if (read === WAITING_READ) return [];
      if (front === back || asked > waitsUntil(front) || !areNeighbours(front, back)) continue;
      if (this.fits(front, back, mark)) found.push(front);
    }
    return found;
  }

  private fits(front: Session, back: Session, mark: LegMark): boolean {
    if (mark === 'refused-within') return isRefusedWithin(back, toldAt(front) ?? this.wentOnAt(front, back));
    if (hasSealedRequest(front) ? mark !== 'forwarded-for' : !isSameRequest(front, back)) return false;
    if (!isAnsweredWithin(front, back) || !haveSameMessages(front, back)) return false;
    return mark === 'forwarded-for' ? namesClient(front, back) : this.isExit(front, back);
  }

  /** When the proxy turned to the server that did answer: at once after the one before had refused it. */
  private wentOnAt(front: Session, back: Session): Nanos | undefined {
    const behind = this.behind.get(front) ?? [];
    const next = behind.find(({ tcp }) => tcp.first.at >= back.tcp.first.at)?.tcp.first.at;
    const refused = back.tcp.refused?.at;
    if (next === undefined || !this.isExit(front, back)) return undefined;
    return refused === undefined || next - refused <= AT_ONCE ? next : undefined;
  }

  /** It comes from an address of the proxy. */
  private isExit(front: Session, back: Session): boolean {
    const { address } = back.client;
    return address === front.server.address || this.exits.get(front.server.address)?.has(address) === true;
  }

  /**
   * |-- request --|-- SYN' --|-- RST' --| again |-- 502 --|: the proxy went to backends that did not take the connection,
   * and told its client, by an answer or by hanging up. From an address that is not known as the proxy's, only both moments together say so.
   */
  private areRefusedFor(front: Session, backs: readonly Session[]): boolean {
    const [first, last] = [backs[0]!, backs.at(-1)!];
    if (backs.some(({ client }) => client.address !== first.client.address)) return false;
    if (first.tcp.first.at - front.upgrade!.request!.span.last.at > AT_ONCE) return false;
    if (this.isExit(front, first)) return true;
    const [failed, told] = [failedAt(last), toldAt(front)];
    if (told === undefined) return false;
    if (failed !== undefined) return told - failed <= TOLD_WITHIN;
    // Nothing came back: the SYN of that moment was repeated until the proxy gave up.
    const { syns } = last.tcp;
    return front.upgrade?.response !== undefined && syns.length > 1 && syns.at(-1)!.at <= told;
  }
}

/** A proxy that tries its servers in turn: each has failed before the next is asked. */
const areAttempts = (backs: readonly Session[]): boolean =>
  backs.every((back, index) => {
    const next = backs[index + 1];
    if (next === undefined) return true;
    const failed =
      back.tcp.refused ??
      back.upgrade?.response?.span.last ??
      back.tcp.endPacket ??
      (back.tcp.established === undefined ? back.tcp.syns.at(-1) : undefined);
    return failed !== undefined && failed.at <= next.tcp.first.at && back.upgrade?.response?.status !== 101;
  });

const hasAsked = ({ upgrade, tls, tcp }: Session): boolean =>
  upgrade?.request !== undefined || tls !== undefined || tcp.flows.client.firstData !== undefined;

/** TLS that was not opened: the request is inside, and its time is that of the first data. */
const hasSealedRequest = ({ upgrade, tls }: Session): boolean => upgrade === undefined && tls !== undefined;

/** When a proxy has what it needs to go on. */
const waitsFrom = ({ upgrade, tls }: Session): Nanos | undefined =>
  upgrade === undefined ? tls?.applicationData.client.first?.at : upgrade.request?.span.first.at;

/** When its client has an answer, or no more use for one. */
const waitsUntil = (front: Session): Nanos => {
  const { upgrade, tcp } = front;
  if (hasSealedRequest(front)) return waitsFrom(front)! + AT_ONCE;
  return upgrade?.response?.span.first.at ?? tcp.endPacket?.at ?? front.captureEnd;
};

/** Two connections with the proxy between them, not two of one client, nor two packets' views of one. */
const areNeighbours = (front: Session, back: Session): boolean =>
  front.server.text !== back.server.text &&
  captureOf(front.tcp.first.packet) === captureOf(back.tcp.first.packet) &&
  (back.client.address !== front.client.address || back.client.address === front.server.address);

/** Two keys are two sessions, except behind a proxy that opens its own: then the messages have to agree. */
const isSameRequest = (front: Session, back: Session): boolean => {
  const [asked, passed] = [front.upgrade?.request?.target, back.upgrade?.request?.target];
  if (asked === undefined || passed === undefined || !isSamePath(asked, passed)) return false;
  const [key, other] = [front.handshake?.key, back.handshake?.key];
  if (key === undefined || other === undefined) return true;
  return key !== other && messagesOf(front) > 0 && isWhole(front) && isWhole(back);
};

/** The query included; a proxy may add or strip a prefix of whole segments. */
const isSamePath = (a: string, b: string): boolean => {
  const [longer, shorter] = a.length >= b.length ? [a, b] : [b, a];
  return longer === shorter || (shorter.length > 1 && shorter.startsWith('/') && longer.endsWith(shorter));
};

/** The backend answers before the proxy does, and a 101 comes of a 101. */
const isAnsweredWithin = (front: Session, back: Session): boolean => {
  const [outer, inner] = [front.upgrade?.response, back.upgrade?.response];
  if (outer === undefined)
    return front.upgrade === undefined || inner === undefined || front.tcp.endPacket !== undefined;
  if (outer.status === 101) return inner?.status === 101 && inner.span.first.at <= outer.span.last.at;
  return inner === undefined || inner.span.first.at <= outer.span.last.at;
};

/** Both were seen from the opening to both Closes, with nothing missing. */
const isWhole = ({ websocket, sight }: Session): boolean =>
  websocket?.closes.client !== undefined && websocket.closes.server !== undefined && sight.has('no-gaps');

const messagesOf = ({ websocket }: Session): number =>
  websocket === undefined ? 0 : websocket.messages.client + websocket.messages.server;

/** Where both can be counted, both carry the same messages, octet for octet where neither is compressed. */
const haveSameMessages = (front: Session, back: Session): boolean => {
  if (!isWhole(front) || !isWhole(back)) return true;
  const [outer, inner] = [front.websocket!, back.websocket!];
  const areBare = front.handshake?.deflate === undefined && back.handshake?.deflate === undefined;
  return (['client', 'server'] as const).every(
    (side) =>
      outer.messages[side] === inner.messages[side] &&
      (!areBare || outer.payloadBytes[side] === inner.payloadBytes[side]) &&
      outer.closes[side]!.code === inner.closes[side]!.code,
  );
};

/** X-Forwarded-For, Forwarded or X-Real-IP of the backend's leg names the client of the other. */
const namesClient = (front: Session, back: Session): boolean => {
  const named = forwardedFor(back.upgrade?.request);
  if (named === undefined || named.address !== front.client.address) return false;
  return named.port === undefined || named.port === front.client.port;
};

/** Begun and, where it was, refused or broken off while the client waited for an answer that blames the backend. */
const isRefusedWithin = (back: Session, told: Nanos | undefined): boolean => {
  const failed = failedAt(back);
  if (told === undefined || (failed === undefined && back.tcp.established !== undefined)) return false;
  return failed === undefined || failed <= told;
};

/** When the client learnt that the backend gave no answer: by a status, or since the proxy hung up. */
const toldAt = ({ upgrade, tcp }: Session): Nanos | undefined => {
  if (upgrade?.request === undefined) return undefined;
  const { response } = upgrade;
  if (response === undefined) return tcp.endedBy === 'server' ? tcp.endPacket?.at : undefined;
  return GATEWAY_STATUSES.has(response.status) ? response.span.first.at : undefined;
};

/** Of a connection that came to nothing: refused, or over before a request could be sent. */
const failedAt = ({ tcp }: Session): Nanos | undefined => tcp.refused?.at ?? tcp.endPacket?.at;

/** More than a TLS handshake that led nowhere. */
const hasSpoken = ({ upgrade, http, tls, tcp }: Session): boolean =>
  upgrade?.request !== undefined ||
  http !== undefined ||
  (tls === undefined
    ? tcp.flows.client.firstData !== undefined
    : tls.applicationData.client.records + tls.applicationData.server.records > 0);

/** RFC 9110 15.6.3 to 15.6.5: what proxies say of a backend they cannot reach. */
const GATEWAY_STATUSES: ReadonlySet<number> = new Set([502, 503, 504]);

/** How many of the fronts, in the order in which they began to wait, did so at this time or before. */
function firstAfter(fronts: readonly Session[], at: Nanos): number {
  let [low, high] = [0, fronts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (waitsFrom(fronts[middle]!)! <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}
