/**
 * How entries of one capture belong together (docs/json.md): an attempt and its retry, the
 * losers and the winner of a race between addresses (RFC 8305), a redirect and where it led, both legs of a proxy, one
 * session under two pairs of addresses, TLS resumption. Judges nothing; it is told how each entry came out.
 */
import type { Nanos } from '../capture/packet.js';
import { headerValue } from '../http/header-fields.js';
import { isTls13 } from '../tls/versions.js';
import { raceWinner } from './address-race.js';
import type { Ways } from './legs.js';
import { isSameProgram, isSamePurpose, nameOf, pathOf, purposeOf } from './purpose.js';
import { type Session, startOf } from './session.js';

export type Relation = 'retried-as' | 'redirected-to' | 'backend-leg' | 'client-leg' | 'seen-again' | 'resumes';

/** A session and how it came out. */
export interface Attempt {
  session: Session;
  outcome: 'ok' | 'failed' | 'open' | 'partial';
}

export interface Ties {
  related: { id: number; relation: Relation }[];
  /** It failed, and a later attempt for the same purpose succeeded. */
  recovered: boolean;
}

/** Programs that reconnect wait up to a minute or two; whoever comes later starts anew. */
const RETRIED_WITHIN: Nanos = 120e9;
/** A redirect is followed at once, or by a person. */
const REDIRECTED_WITHIN: Nanos = 30e9;
/** RFC 8305 5, 8: the next address is tried after 250 ms, 2 s at most. */
const RACE_WITHIN: Nanos = 3e9;
/** Later attempts looked at for one that may be the retry: a busy address shared by many clients is not searched through. */
const CANDIDATES_READ = 64;

/** Ties of the sessions that have any, by id. `attempts` in the order of their first packets. */
export function relate(attempts: readonly Attempt[], { legs, same }: Ways): Map<number, Ties> {
  const ties = new Map<number, Ties>();
  const tiesOf = ({ id }: Session): Ties => {
    let known = ties.get(id);
    if (known === undefined) {
      known = { related: [], recovered: false };
      ties.set(id, known);
    }
    return known;
  };
  const tie = (from: Session, relation: Relation, to: Session): void => {
    const { related } = tiesOf(from);
    if (!related.some((known) => known.id === to.id)) related.push({ id: to.id, relation });
  };

  for (const { front, back } of legs) {
    tie(front, 'backend-leg', back);
    tie(back, 'client-leg', front);
  }
  for (const { first, second } of same) {
    tie(first, 'seen-again', second);
    tie(second, 'seen-again', first);
  }
  const tried = new Map(legs.flatMap(({ back, next }) => (next === undefined ? [] : [[back, next] as const])));
  const bySession = new Map(tried.size === 0 ? [] : attempts.map((attempt) => [attempt.session, attempt]));
  const book = new AttemptBook(attempts);
  // From the last to the first: a retry that failed may have been retried itself.
  for (let at = attempts.length - 1; at >= 0; at--) {
    const attempt = attempts[at]!;
    const { session } = attempt;
    const resumed = book.resumedBy(at);
    if (resumed !== undefined) tie(session, 'resumes', resumed);
    if (hasOpened(session) || hasWorked(attempt)) continue;
    const redirected = book.redirectOf(at);
    const hasFailed = attempt.outcome === 'failed';
    const proxied = tried.get(session);
    const next =
      redirected ??
      (proxied === undefined ? undefined : bySession.get(proxied)) ??
      book.winnerOf(at) ??
      book.raceWinner(at) ??
      (hasFailed ? book.retryOf(at) : undefined);
    if (next === undefined) continue;
    tie(session, redirected === undefined ? 'retried-as' : 'redirected-to', next.session);
    const succeeded = hasWorked(next) || hasOpened(next.session) || tiesOf(next.session).recovered;
    if (hasFailed && succeeded) tiesOf(session).recovered = true;
  }
  for (const [id, { related }] of ties) if (related.length === 0) ties.delete(id);
  return ties;
}

/** Frames may have flowed: what failed later failed as a session, not as an attempt. */
const hasOpened = ({ websocket, upgrade }: Session): boolean =>
  websocket !== undefined &&
  (upgrade === undefined || upgrade.response === undefined || upgrade.response.status === 101);

/** Encrypted, both sides spoke and nothing is wrong: as much as can be known of success. */
export const hasWorked = ({ session: { tls }, outcome }: Attempt): boolean =>
  outcome === 'ok' ||
  outcome === 'open' ||
  (outcome === 'partial' &&
    tls !== undefined &&
    tls.applicationData.client.records > 0 &&
    tls.applicationData.server.records > 0);

/** Attempts by where they went, in the order of their first packets. */
class AttemptBook {
  private readonly byTarget = new Map<string, number[]>();
  private sessions: readonly Session[] | undefined;
  /** Sessions that a redirect was found for: nobody comes from two. */
  private readonly redirected = new Set<Session>();

  constructor(private readonly attempts: readonly Attempt[]) {
    for (const [at, { session }] of attempts.entries()) {
      for (const target of targetsOf(session)) {
        const known = this.byTarget.get(target);
        if (known === undefined) this.byTarget.set(target, [at]);
        else known.push(at);
      }
    }
  }

  /** The next attempt of the same client for the same purpose, once this one was over. */
  retryOf(at: number): Attempt | undefined {
    const { session } = this.attempts[at]!;
    const over = failedAt(session);
    const purpose = purposeOf(session);
    return this.laterThan(
      at,
      (later) =>
        later.client.address === session.client.address &&
        startOf(later).at - over <= RETRIED_WITHIN &&
        beganAt(later) >= over &&
        isSamePurpose(purpose, purposeOf(later)),
    );
  }

  /** Another address of the same name that was tried beside this one or after it, and connected. */
  winnerOf(at: number): Attempt | undefined {
    const { session } = this.attempts[at]!;
    const { origin, tcp } = session;
    if (origin === undefined || tcp.established !== undefined) return undefined;
    return this.laterThan(
      at,
      (later) =>
        later.origin?.resolution === origin.resolution &&
        later.server.port === session.server.port &&
        later.server.address !== session.server.address &&
        later.tcp.established !== undefined &&
        beganAt(session) - beganAt(later) <= RACE_WITHIN &&
        beganAt(later) - beganAt(session) <= RETRIED_WITHIN,
      true,
    );
  }

  /** The address that was tried next and connected, where no lookup is in the capture. */
  raceWinner(at: number): Attempt | undefined {
    this.sessions ??= this.attempts.map(({ session }) => session);
    const winner = raceWinner(at, this.sessions);
    return winner && this.attempts[this.sessions.indexOf(winner)];
  }

  /** Where the client went after an answer that sent it elsewhere. Of several, asked from the last, the latest is the one followed. */
  redirectOf(at: number): Attempt | undefined {
    const { session } = this.attempts[at]!;
    const response = session.upgrade?.response;
    const location =
      response && response.status >= 300 && response.status < 400 && headerValue(response.headers, 'location');
    if (!response || !location || session.url === null) return undefined;
    const target = resolved(location, session.url);
    if (target === undefined) return undefined;
    const answered = response.span.last.at;
    const purpose = purposeOf(session);
    for (let next = at + 1; next < Math.min(this.attempts.length, at + CANDIDATES_READ); next++) {
      const candidate = this.attempts[next]!;
      const { client } = candidate.session;
      if (startOf(candidate.session).at - answered > REDIRECTED_WITHIN) return undefined;
      if (client.address !== session.client.address || beganAt(candidate.session) < answered) continue;
      if (this.redirected.has(candidate.session) || !goesTo(candidate.session, target)) continue;
      if (!isSameProgram(purpose, purposeOf(candidate.session))) continue;
      this.redirected.add(candidate.session);
      return candidate;
    }
    return undefined;
  }

  /** The handshake that a resumed one goes back to: the last full one of this client with this server that it can be. */
  resumedBy(at: number): Session | undefined {
    const { session } = this.attempts[at]!;
    if (session.tls?.serverHello?.resumed !== true) return undefined;
    const earlier = this.byTarget.get(serverTarget(session)) ?? [];
    for (let index = earlier.length - 1, tries = 0; index >= 0 && tries < CANDIDATES_READ; index--) {
      if (earlier[index]! >= at) continue;
      tries++;
      const { session: before } = this.attempts[earlier[index]!]!;
      const hello = before.tls?.serverHello;
      if (before.client.address !== session.client.address || hello === undefined || hello.resumed) continue;
      if (hello.version !== session.tls.serverHello.version) continue;
      if (before.tls?.clientHello?.sni !== session.tls.clientHello?.sni) continue;
      if (isResumable(before, (session.tls.clientHello ?? session.tls.serverHello).span.first.at)) return before;
    }
    return undefined;
  }

  /** The first other attempt of the same targets that fits; `earlierToo` looks a little back as well. */
  private laterThan(at: number, fits: (later: Session) => boolean, earlierToo = false): Attempt | undefined {
    let found: number | undefined;
    for (const target of targetsOf(this.attempts[at]!.session)) {
      const known = this.byTarget.get(target) ?? [];
      const here = positionOf(known, at);
      for (
        let index = earlierToo ? Math.max(0, here - CANDIDATES_READ) : here;
        index < here + CANDIDATES_READ;
        index++
      ) {
        const candidate = known[index];
        if (candidate === undefined) break;
        if (candidate === at || (found !== undefined && candidate >= found)) continue;
        if (fits(this.attempts[candidate]!.session)) {
          found = candidate;
          break;
        }
      }
    }
    return found === undefined ? undefined : this.attempts[found];
  }
}

/**
 * Its client had something to resume it by at that time. Tickets of TLS 1.3 come after Finished (RFC 8446 4.6.1): in
 * records that may be any, without keys.
 */
function isResumable({ tls, tcp }: Session, at: Nanos): boolean {
  const { client, server } = tls?.finished ?? {};
  if (tls?.serverHello === undefined || client === undefined || server === undefined) return false;
  if (Math.max(client.at, server.at) > at) return false;
  const hasHoles = tcp.gaps.length > 0;
  if (!isTls13(tls.serverHello.version) || tls.sessionTickets.length > 0 || hasHoles) return true;
  const { first } = tls.applicationData.server;
  return tls.decrypted !== true && first !== undefined && first.at <= at;
}

/** When its connection began, whatever lookup came before. */
const beganAt = ({ tcp }: Session): Nanos => tcp.first.at;

/** When its client knew: a connection that is kept alive outlasts the answer that failed it. */
const failedAt = ({ upgrade, tcp }: Session): Nanos =>
  upgrade?.response?.span.last.at ?? tcp.refused?.at ?? tcp.endPacket?.at ?? tcp.last.at;

const serverTarget = ({ server }: Session): string => server.text;

/** What an attempt was for: an endpoint, and a name at a port where one is known. */
function targetsOf(session: Session): string[] {
  const name = nameOf(session);
  const endpoint = serverTarget(session);
  return name === undefined ? [endpoint] : [endpoint, `${name}|${session.server.port}`];
}

/** RFC 9110 10.2.2: Location may be relative. Undefined for what is no URL. */
function resolved(location: string, base: string): URL | undefined {
  try {
    return new URL(location, base.replace(/^ws/i, 'http'));
  } catch {
    return undefined;
  }
}

function goesTo(session: Session, target: URL): boolean {
  if (nameOf(session) !== target.hostname.toLowerCase()) return false;
  const isSecure = /^(https|wss):$/.test(target.protocol);
  if (session.server.port !== Number(target.port || (isSecure ? 443 : 80))) return false;
  const path = pathOf(session);
  return path === undefined || path === target.pathname;
}

/** The index of `value`, or of the first greater one, in ascending numbers. */
function positionOf(ascending: readonly number[], value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
