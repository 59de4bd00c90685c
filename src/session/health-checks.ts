/**
 * Finds the health checks of proxies and load balancers among connections in which not a byte was said, or nothing but an
 * opening handshake with always the same key: from one address to one port at a steady period, ended by their client as
 * soon as they were accepted. Those that fail later, in step with them, are checks too, and no clients that were turned
 * away: nobody waited for them.
 */
import type { Nanos } from '../capture/packet.js';
import type { Arrival } from '../stream/arrival.js';
import type { TcpFacts } from '../tcp/tcp-facts.js';
import type { SessionLog } from './session-log.js';

export interface HealthChecks {
  /** Address of whoever checks. */
  client: string;
  /** Address and port that are checked. */
  server: string;
  serverAddress: string;
  period: Nanos;
  checks: readonly HealthCheck[];
}

export interface HealthCheck {
  /** The SYN. */
  first: Arrival;
  /** The SYN-ACK, or the RST instead; undefined where nothing came. */
  answer: Arrival | undefined;
  passed: boolean;
  /** Sec-WebSocket-Key of one that asks for an upgrade; a 101 is then what passes. */
  key?: string;
}

/** Four may be chance. */
const CHECKS_NEEDED = 5;
/** A check that only wants to know whether the port is open is over as soon as it knows. */
const AT_ONCE: Nanos = 1e9;
/** Timers of checkers are late by a little, and some spread their checks. */
const JITTER = 0.15;
/** Share of the intervals that have to be alike: some bare connections may be something else. */
const STEADY_SHARE = 0.8;
/** Programs at one address that check one port beside each other: proxies that have a server in several backends. */
const CHECKERS = 4;
/** Bare connections remembered, a day of checks of ten servers every ten seconds; those beyond are what they look like. */
const BARE_KEPT = 100_000;

interface Bare {
  client: string;
  server: string;
  serverAddress: string;
  checks: HealthCheck[];
}

export class BareConnections {
  private readonly byPair = new Map<string, Bare>();
  private kept = 0;

  note(log: SessionLog): void {
    const { client, server, tcp } = log;
    const check = log.streams.length > 0 ? undefined : (checkOf(tcp) ?? handshakeCheckOf(log));
    if (check === undefined || this.kept++ >= BARE_KEPT) return;
    const pair = `${client.address} ${server.text}`;
    const known = this.byPair.get(pair);
    if (known !== undefined) known.checks.push(check);
    else {
      const [from, to] = [client.address, server.text];
      this.byPair.set(pair, { client: from, server: to, serverAddress: server.address, checks: [check] });
    }
  }

  /** The series of checks among them, in the order in which they were met. */
  series(): HealthChecks[] {
    return [...this.byPair.values()].flatMap(({ checks, ...pair }) =>
      seriesOf(checks).map((series) => ({ ...pair, ...series })),
    );
  }
}

/** Undefined of a connection that said something, or that its client kept. */
const checkOf = ({ flows, syns, synAcks, refused, endedBy, endPacket }: TcpFacts): HealthCheck | undefined => {
  const first = syns[0];
  if (first === undefined || flows.client.bytes + flows.server.bytes > 0) return undefined;
  const answer = synAcks[0];
  if (answer === undefined) return { first, answer: refused, passed: false };
  const isOver = endedBy === 'client' && endPacket !== undefined && endPacket.at - answer.at <= AT_ONCE;
  return isOver ? { first, answer, passed: true } : undefined;
};

/** `http-check expect status 101` of haproxy and its like: an answer that nobody can object to, and no frame of the client. */
const handshakeCheckOf = ({ tcp, tls, http, handshake, websocket }: SessionLog): HealthCheck | undefined => {
  const [first, key, response] = [tcp.syns[0], handshake?.key, http?.facts.upgrade?.response];
  if (first === undefined || key === undefined || response === undefined || tls !== undefined) return undefined;
  if (http!.facts.exchangeCount > 1 || websocket?.facts.firstFrame.client !== undefined) return undefined;
  const { endedBy, endPacket } = tcp;
  const answered = response.span.last;
  const passed = response.status === 101;
  if (passed && handshake!.problems.length > 0) return undefined;
  if (passed && (endedBy !== 'client' || endPacket === undefined || endPacket.at - answered.at > AT_ONCE))
    return undefined;
  return { first, answer: answered, passed, key };
};

/** Programs draw a key for every session (RFC 6455 4.1): one that came once is no check's. */
const withoutSingleKeys = (checks: readonly HealthCheck[]): HealthCheck[] => {
  const uses = new Map<string, number>();
  for (const { key } of checks) if (key !== undefined) uses.set(key, (uses.get(key) ?? 0) + 1);
  return checks.filter(({ key }) => key === undefined || uses.get(key)! > 1);
};

const isOneKind = (chain: readonly HealthCheck[]): boolean =>
  new Set(chain.filter(({ key, passed }) => passed || key !== undefined).map(({ key }) => key)).size === 1;

const seriesOf = (all: readonly HealthCheck[]): Pick<HealthChecks, 'period' | 'checks'>[] => {
  const unordered = withoutSingleKeys(all);
  if (unordered.length < CHECKS_NEEDED || !unordered.some(({ passed }) => passed)) return [];
  const checks = [...unordered].sort((a, b) => a.first.at - b.first.at);
  const period = periodOf(checks.map(({ first }) => first.at));
  if (period === undefined) return [];
  return chainsOf(checks, period)
    .filter((chain) => chain.length >= CHECKS_NEEDED && chain.some(({ passed }) => passed) && isOneKind(chain))
    .map((chain) => ({ period, checks: chain }));
};

/** |-- a --|-- b --|-- a --|-- b --|: with two checkers, every second one is a period later. */
const periodOf = (starts: readonly Nanos[]): Nanos | undefined => {
  for (let checkers = 1; checkers <= CHECKERS; checkers++) {
    const intervals = starts.slice(checkers).map((at, index) => at - starts[index]!);
    const middle = [...intervals].sort((a, b) => a - b)[intervals.length >> 1];
    if (middle === undefined || middle === 0) continue;
    const steady = intervals.filter((interval) => Math.abs(interval - middle) <= JITTER * middle).length;
    if (steady >= STEADY_SHARE * intervals.length) return middle;
  }
  return undefined;
};

/** From each check to the one that comes nearest to a period later: what is out of step is left out. */
const chainsOf = (checks: readonly HealthCheck[], period: Nanos): HealthCheck[][] => {
  const chains: HealthCheck[][] = [];
  const taken = new Set<HealthCheck>();
  for (const [begin, check] of checks.entries()) {
    if (taken.has(check)) continue;
    const chain: HealthCheck[] = [];
    for (let at: number | undefined = begin; at !== undefined; at = nextOf(checks, at, period, taken)) {
      chain.push(checks[at]!);
      taken.add(checks[at]!);
    }
    chains.push(chain);
  }
  return chains;
};

const nextOf = (
  checks: readonly HealthCheck[],
  from: number,
  period: Nanos,
  taken: ReadonlySet<HealthCheck>,
): number | undefined => {
  const due = checks[from]!.first.at + period;
  let best: number | undefined;
  let nearest = JITTER * period;
  for (let at = from + 1; at < checks.length && checks[at]!.first.at <= due + nearest; at++) {
    const off = Math.abs(checks[at]!.first.at - due);
    if (off > nearest || taken.has(checks[at]!)) continue;
    best = at;
    nearest = off;
  }
  return best;
};
