/**
 * What a reverse proxy made of a session: headers, version and target that differ between its two legs, who ended it
 * first, and where the answer to the upgrade was waited for. Durations are taken inside one leg, since the legs may
 * come from two files with two clocks.
 */
import { captureOf, type Nanos } from '../../capture/packet.js';
import type { Header, HttpHead } from '../../http/http-facts.js';
import type { Leg } from '../../session/legs.js';
import type { Session } from '../../session/session.js';
import type { Arrival } from '../../stream/arrival.js';
import type { Side } from '../../stream/side.js';
import { departure, earliest } from './ending.js';
import { header } from './headers.js';

/** From the head that reached the proxy to the one that left it. */
export interface HeadChanges {
  removed: Header[];
  added: Header[];
  altered: { name: string; from: string; to: string }[];
  /** Undefined where it stayed the same. */
  httpVersion: readonly [from: string, to: string] | undefined;
  /** Of requests. */
  target: readonly [from: string, to: string] | undefined;
  /** Of responses. */
  status: readonly [from: number, to: number] | undefined;
}

export type Ender = 'client' | 'proxy' | 'backend';

export interface LegDelay {
  /** Request until the first octet of the answer, at the client's leg. */
  waited: Nanos;
  /** The same at the backend's leg. */
  backend: Nanos;
  /** The backend's TCP handshake, 0 where the connection was there already. */
  connect: Nanos;
  /** What neither explains: the proxy itself, and the network on its two sides. */
  proxy: Nanos;
}

export interface LegDifference {
  /** As it calls itself; undefined where nothing does. */
  proxy: string | undefined;
  request: HeadChanges | undefined;
  response: HeadChanges | undefined;
  /** Undefined while nobody has, or where the packets do not tell. */
  ended: { by: Ender; at: Arrival } | undefined;
  delay: LegDelay | undefined;
}

export const legDifference = ({ front, back, next }: Leg): LegDifference => {
  const [outer, inner] = [front.upgrade, back.upgrade];
  const request = changes(outer?.request, inner?.request);
  // What the client got, and whoever ended it, belongs to the server that the proxy went on to.
  const isLast = next === undefined;
  const response = isLast ? changes(inner?.response, outer?.response) : undefined;
  if (request !== undefined) request.target = differing(outer?.request?.target, inner?.request?.target);
  if (response !== undefined) response.status = differing(inner?.response?.status, outer?.response?.status);
  return {
    proxy: nameOf(front, back),
    request,
    response,
    ended: isLast ? endedFirst(front, back) : undefined,
    delay: isLast ? delayOf(front, back) : undefined,
  };
};

const differing = <T>(from: T | undefined, to: T | undefined): readonly [T, T] | undefined =>
  from === undefined || to === undefined || from === to ? undefined : [from, to];

/** Headers by name, without case; of several lines the values in order. A head cut short may have lost any of them. */
const changes = (from: HttpHead | undefined, to: HttpHead | undefined): HeadChanges | undefined => {
  if (from === undefined || to === undefined || from.cut || to.cut) return undefined;
  const [before, after] = [fieldsOf(from), fieldsOf(to)];
  const found: HeadChanges = {
    removed: [...before].flatMap(([key, field]) => (after.has(key) ? [] : [field])),
    added: [...after].flatMap(([key, field]) => (before.has(key) ? [] : [field])),
    altered: [],
    httpVersion: differing(from.httpVersion, to.httpVersion),
    target: undefined,
    status: undefined,
  };
  for (const [key, [name, value]] of before) {
    const passed = after.get(key)?.[1];
    if (passed !== undefined && !isSameValue(key, value, passed)) found.altered.push({ name, from: value, to: passed });
  }
  return found;
};

/** The tokens of Connection and Upgrade have no case (RFC 9110 7.6.1, 7.8). */
const isSameValue = (key: string, a: string, b: string): boolean =>
  a === b || ((key === 'connection' || key === 'upgrade') && a.toLowerCase() === b.toLowerCase());

const fieldsOf = ({ headers }: HttpHead): Map<string, Header> => {
  const fields = new Map<string, Header>();
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    const known = fields.get(key);
    fields.set(key, known === undefined ? [name, value] : [known[0], `${known[1]}, ${value}`]);
  }
  return fields;
};

/** Server of an answer that the backend did not write so, else the pseudonym of Via (RFC 9110 7.6.3). */
const nameOf = (front: Session, back: Session): string | undefined => {
  const server = header(front.upgrade?.response, 'Server');
  if (server !== undefined && server !== header(back.upgrade?.response, 'Server')) return server;
  const via = header(front.upgrade?.response, 'Via') ?? header(back.upgrade?.request, 'Via');
  return via?.split(',').at(-1)?.trim().split(/\s+/).slice(1).join(' ') || undefined;
};

/**
 * Who left first, by Close, FIN or RST: what a side does in one leg and the proxy passes on in the other is its own; what
 * the proxy does in both, or before it was told, is the proxy's.
 */
const endedFirst = (front: Session, back: Session): LegDifference['ended'] => {
  const [outer, inner] = [firstToLeave(front), firstToLeave(back)];
  if (outer === undefined || inner === undefined) return undefined;
  const isOneClock = captureOf(outer.at.packet) === captureOf(inner.at.packet);
  if (outer.side === 'client' && inner.side === 'client') {
    return isOneClock && inner.at.at < outer.at.at ? { by: 'proxy', at: inner.at } : { by: 'client', at: outer.at };
  }
  if (outer.side === 'server' && inner.side === 'server') {
    return isOneClock && outer.at.at < inner.at.at ? { by: 'proxy', at: outer.at } : { by: 'backend', at: inner.at };
  }
  if (outer.side === 'server') return { by: 'proxy', at: outer.at.at <= inner.at.at ? outer.at : inner.at };
  // Both ends left, each before it heard of the other.
  if (!isOneClock) return undefined;
  return outer.at.at <= inner.at.at ? { by: 'client', at: outer.at } : { by: 'backend', at: inner.at };
};

const firstToLeave = (session: Session): { side: Side; at: Arrival } | undefined => {
  const [client, server] = [departure(session, 'client'), departure(session, 'server')];
  const at = earliest(client, server);
  return at === undefined ? undefined : { side: at === client ? 'client' : 'server', at };
};

const delayOf = (front: Session, back: Session): LegDelay | undefined => {
  const [waited, backend] = [waitedFor(front), waitedFor(back)];
  if (waited === undefined || backend === undefined) return undefined;
  const { syns, established } = back.tcp;
  const asked = front.upgrade?.request?.span.first;
  // A connection that is older than the request cost it nothing.
  const isNew = syns[0] !== undefined && asked !== undefined && (syns[0].at >= asked.at || isOtherFile(syns[0], asked));
  const connect = isNew && established !== undefined ? established.at - syns[0]!.at : 0;
  return { waited, backend, connect, proxy: Math.max(0, waited - backend - connect) };
};

const isOtherFile = (a: Arrival, b: Arrival): boolean => captureOf(a.packet) !== captureOf(b.packet);

const waitedFor = ({ upgrade }: Session): Nanos | undefined =>
  upgrade?.request === undefined || upgrade.response === undefined
    ? undefined
    : Math.max(0, upgrade.response.span.first.at - upgrade.request.span.last.at);
