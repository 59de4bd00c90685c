/**
 * Where the reader of a subprotocol writes down what it understood: facts for the rules, rows for the timeline. Every
 * subprotocol writes in the same words, so that what they have in common is told and judged alike. All lists are bounded.
 */
import type { Nanos } from '../capture/packet.js';
import { type Arrival, copyArrival } from '../stream/arrival.js';
import type { EventData, EventSink } from '../stream/event-sink.js';
import { opposite, type PerSide, perSide, type Side } from '../stream/side.js';
import { RoundTrips } from '../websocket/round-trips.js';
import { clip } from './content.js';
import { LatencySamples } from './latency-samples.js';
import type {
  Breach,
  Command,
  Goodbye,
  HeartbeatFacts,
  SubprotocolError,
  SubprotocolFacts,
} from './subprotocol-facts.js';

/** Errors of a session; the first fatal one is always among them. */
const ERRORS_KEPT = 16;
/** A peer that ends the connection over one has had no time for more. */
const BREACHES_KEPT = 16;
/** Kinds and subjects of commands that are counted; of more, each is taken for the first. */
const COMMANDS_COUNTED = 256;
/** Steps of a handshake: the longest, with a challenge, has five. */
const STEPS_KEPT = 12;
/** Rows of their own; a session that goes on like that has its requests folded like other messages. */
const ROWS_TOLD = 200;
const MS: Nanos = 1e6;
/** Longer than any timer that is meant: what a peer writes is a number without bounds. */
const LONGEST_TIMER_MS = 2 ** 31;

/** What a reader says of an error; the rest is known here. */
export interface ErrorReport {
  text: string;
  code?: string | number | undefined;
  subject?: string;
  inHandshake?: boolean;
  fatal?: boolean;
  leavesOthers?: boolean;
  asked?: Arrival | undefined;
}

export class SubprotocolLog {
  version: string | null;
  identity: string | undefined;
  unread = 0;
  readonly detail: Record<string, string | number | boolean> = {};
  private readonly roundTrips: PerSide<RoundTrips> = perSide(() => new RoundTrips());
  readonly heartbeats: PerSide<HeartbeatFacts> = {
    client: noHeartbeats(this.roundTrips.client),
    server: noHeartbeats(this.roundTrips.server),
  };
  readonly errors: SubprotocolError[] = [];
  private readonly breaches: Breach[] = [];
  goodbyeSaid: Goodbye | undefined;
  private errorCount = 0;
  private rows = 0;
  /** Heart-beats of a side that wait for an answer. */
  private readonly waiting: PerSide<number> = perSide(() => 0);
  /** The message before the one that is read now. */
  private readonly before: PerSide<Arrival | undefined> = { client: undefined, server: undefined };
  private readonly latency: PerSide<LatencySamples> = perSide(() => new LatencySamples());
  private readonly lastCommand: PerSide<(Command & { id: string }) | undefined> = {
    client: undefined,
    server: undefined,
  };
  private readonly commandCounts = new Map<string, number>();
  private readonly shake: NonNullable<SubprotocolFacts['handshake']>;

  constructor(
    readonly name: string,
    version: string | null,
    private readonly recognised: SubprotocolFacts['recognised'],
    private readonly hasHandshake: boolean,
    private readonly sink: EventSink,
  ) {
    this.version = version;
    this.shake = { steps: [], asked: undefined, answered: undefined, refused: undefined };
  }

  get facts(): SubprotocolFacts {
    return {
      name: this.name,
      version: this.version,
      recognised: this.recognised,
      identity: this.identity,
      handshake: this.hasHandshake ? this.shake : undefined,
      goodbye: this.goodbyeSaid,
      errors: this.errors,
      errorCount: this.errorCount,
      breaches: this.breaches,
      heartbeats: this.heartbeats,
      lastCommand: this.lastCommand,
      latency: { client: this.latency.client.facts(), server: this.latency.server.facts() },
      unread: this.unread,
      detail: this.detail,
    };
  }

  // ——— Rows of the timeline ———

  /** A row of its own. */
  event(event: string, from: Side, arrival: Arrival, data?: EventData): void {
    if (this.rows++ < ROWS_TOLD) this.sink.event(this.name, event, from, arrival.packet, arrival.at, data);
    else this.ordinary(event, from, arrival, 0);
  }

  /** One of many: folded with its neighbours. `bytes` is the length of the message. */
  ordinary(event: string, from: Side, arrival: Arrival, bytes: number): void {
    this.sink.ordinary(this.name, event, from, arrival.packet, arrival.at, bytes);
  }

  // ——— Handshake ———

  get isOpen(): boolean {
    return this.shake.answered !== undefined;
  }

  get isAsked(): boolean {
    return this.shake.asked !== undefined;
  }

  asks(step: string, from: Side, arrival: Arrival, data?: EventData): void {
    this.shake.asked ??= copyArrival(arrival);
    this.step(step, from, arrival);
    this.event(step, from, arrival, data);
  }

  /** The handshake is accepted. Seen without its question, it still is. */
  accepts(step: string, from: Side, arrival: Arrival, data: EventData = {}): void {
    const { asked } = this.shake;
    const first = this.shake.answered === undefined;
    if (first) {
      this.shake.answered = copyArrival(arrival);
      this.shake.refused = undefined;
      this.step(step, from, arrival);
    }
    const took: EventData = first && asked !== undefined ? { latencyNs: Math.max(0, arrival.at - asked.at) } : {};
    this.event(step, from, arrival, { ...data, ...took });
  }

  /** A message that needs the handshake accepted: of the server it shows that it was, unseen; a client may just be hasty. */
  isUnderWay(from: Side, arrival: Arrival): void {
    if (from === 'server') this.shake.answered ??= copyArrival(arrival);
  }

  /** Any other message of the handshake. */
  step(step: string, from: Side, arrival: Arrival): void {
    if (this.shake.steps.length < STEPS_KEPT) this.shake.steps.push({ step, from, arrival: copyArrival(arrival) });
  }

  // ——— Errors and endings ———

  fails(event: string, from: Side, arrival: Arrival, report: ErrorReport): void {
    const { text, code, subject = '', inHandshake = false, fatal = true, leavesOthers = false, asked } = report;
    this.errorCount++;
    if (inHandshake && this.shake.answered === undefined) {
      this.shake.refused ??= copyArrival(arrival);
      this.step(event, from, arrival);
    }
    const error: SubprotocolError = {
      event,
      from,
      arrival: copyArrival(arrival),
      code: code === undefined ? null : clip(String(code)),
      text: clip(text),
      subject: clip(subject),
      inHandshake,
      fatal,
      leavesOthers,
      recovered: false,
      peerLast: this.heartbeats[opposite(from)].lastMessage,
      asked,
    };
    if (this.errors.length < ERRORS_KEPT) this.errors.push(error);
    else if (fatal && !this.errors.some((kept) => kept.fatal)) this.errors[ERRORS_KEPT - 1] = error;
    const shownCode: EventData = code === undefined ? {} : { code: error.code! };
    this.event(event, from, arrival, { ...shownCode, text: error.text, ...(subject === '' ? {} : { subject }) });
  }

  /** A rule is broken over which the receiver must end the connection, or does not take the message. */
  breaks(rule: string, from: Side, arrival: Arrival, subject = ''): void {
    if (this.breaches.length >= BREACHES_KEPT) this.breaches.shift();
    this.breaches.push({ rule, from, arrival: copyArrival(arrival), subject: clip(subject) });
  }

  /** What failed before works now; `event`: only what failed by that. */
  recovers(subject: string, event?: string): void {
    for (const error of this.errors) {
      if (error.subject === subject && (event === undefined || error.event === event)) error.recovered = true;
    }
  }

  goodbye(event: string, from: Side, arrival: Arrival, awaitsAnswer = false): void {
    this.goodbyeSaid ??= { event, from, arrival: copyArrival(arrival), confirmed: undefined, awaitsAnswer };
  }

  confirmGoodbye(arrival: Arrival): void {
    if (this.goodbyeSaid !== undefined) this.goodbyeSaid.confirmed ??= copyArrival(arrival);
  }

  // ——— Heart-beats ———

  /** What a side promised, or was told, in milliseconds; `patienceMs`: the silence the other side allows it. */
  promise(side: Side, arrival: Arrival, intervalMs: number, patienceMs = 0): void {
    const beats = this.heartbeats[side];
    beats.interval = toNanos(intervalMs);
    beats.patience = toNanos(patienceMs);
    beats.promised = copyArrival(arrival);
    beats.longestSilence = 0;
    beats.latest = undefined;
  }

  beat(side: Side, arrival: Arrival): void {
    const beats = this.heartbeats[side];
    if (beats.last !== undefined) {
      const period = Math.max(0, arrival.at - beats.last.at);
      beats.shortestPeriod = beats.count === 1 ? period : Math.min(beats.shortestPeriod, period);
    }
    beats.count++;
    beats.last = copyArrival(arrival);
  }

  /** A heart-beat that asks for one in return. */
  ping(side: Side, arrival: Arrival): void {
    this.waits(side, arrival);
    this.beat(side, arrival);
    this.heartbeats[side].unanswered ??= copyArrival(arrival);
    this.waiting[side]++;
  }

  /** A timer begins anew with the side's own message and with the answer to its last heart-beat. */
  private waits(side: Side, beat: Arrival): void {
    const beats = this.heartbeats[side];
    const own = this.before[side];
    const answer = this.heartbeats[opposite(side)].last;
    const since = own === undefined || (answer !== undefined && answer.at > own.at) ? answer : own;
    const { latest } = beats;
    if (since === undefined || (latest !== undefined && beat.at - since.at <= latest.beat.at - latest.since.at)) return;
    beats.latest = { since: copyArrival(since), beat: copyArrival(beat) };
  }

  /** The answer to a heart-beat of the other side. */
  pong(side: Side, arrival: Arrival): void {
    this.beat(side, arrival);
    const pinger = opposite(side);
    const { unanswered } = this.heartbeats[pinger];
    // Heart-beats carry nothing that tells one from the next.
    if (unanswered !== undefined && this.waiting[pinger] === 1) {
      this.roundTrips[pinger].add(arrival.at, Math.max(0, arrival.at - unanswered.at));
    }
    this.waiting[pinger] = 0;
    this.heartbeats[pinger].unanswered = undefined;
  }

  /** Called for each message, before it is read. */
  heard(side: Side, arrival: Arrival): void {
    const beats = this.heartbeats[side];
    if (beats.lastMessage !== undefined) {
      beats.longestSilence = Math.max(beats.longestSilence, arrival.at - beats.lastMessage.at);
    }
    this.before[side] = beats.lastMessage;
    beats.lastMessage = copyArrival(arrival);
  }

  // ——— Requests ———

  /** What may be refused without a word; `id` as in `reply`, empty where no answer is asked for. */
  commands(from: Side, event: string, subject: string, arrival: Arrival, id = ''): void {
    const shown = clip(subject, 120);
    const key = `${from} ${event} ${shown}`;
    const before = this.commandCounts.get(key) ?? 0;
    if (before > 0 || this.commandCounts.size < COMMANDS_COUNTED) this.commandCounts.set(key, before + 1);
    this.lastCommand[from] = { event, subject: shown, arrival: copyArrival(arrival), isAnswered: false, before, id };
  }

  request(from: Side, id: string, arrival: Arrival): void {
    this.latency[from].ask(id, arrival.at);
  }

  /** `from` answers what the other side asked under this id. Undefined when that was not seen, or was answered before. */
  reply(from: Side, id: string, arrival: Arrival): Nanos | undefined {
    const asked = this.lastCommand[opposite(from)];
    if (asked !== undefined && id !== '' && asked.id === id) asked.isAnswered = true;
    return this.latency[opposite(from)].answer(id, arrival.at);
  }
}

const noHeartbeats = ({ points }: RoundTrips): HeartbeatFacts => ({
  interval: 0,
  patience: 0,
  promised: undefined,
  count: 0,
  last: undefined,
  unanswered: undefined,
  roundTrips: points,
  latest: undefined,
  lastMessage: undefined,
  longestSilence: 0,
  shortestPeriod: 0,
});

const toNanos = (ms: number): Nanos => (ms > 0 && ms <= LONGEST_TIMER_MS ? ms * MS : 0);
