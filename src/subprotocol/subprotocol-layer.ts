/**
 * The subprotocol layer: messages of a WebSocket session in; facts about the subprotocol and rows of the timeline out.
 * Recognises the subprotocol first; where none shows itself among the first messages it wants no more of them, so that a
 * session without one costs next to nothing.
 */
import type { Arrival } from '../stream/arrival.js';
import type { EventSink } from '../stream/event-sink.js';
import { type PerSide, perSide, type Side } from '../stream/side.js';
import type { Message, MessageConsumer } from '../websocket/message.js';
import { Content } from './content.js';
import { namedOnly } from './named-only.js';
import { byName, byResemblance } from './recognise.js';
import type { Subprotocol, SubprotocolReader, UpgradeWords } from './subprotocol.js';
import type { SubprotocolFacts } from './subprotocol-facts.js';
import { SubprotocolLog } from './subprotocol-log.js';

/** Messages of each side that are tried: every subprotocol that has a handshake begins with it. */
const TRIES = 2;
/** From the middle of a session, where any message may come first. */
const TRIES_MIDSTREAM = 8;
/** Messages of both sides together, where one says nothing. */
const TRIES_IN_ALL = 12;
/** Messages in a row that say nothing to the reader, and none did before: what was agreed on is not what is spoken. */
const UNREAD_AT_MOST = 64;

export interface SubprotocolLayerOptions extends UpgradeWords {
  sink: EventSink;
  midstream: boolean;
}

export class SubprotocolLayer implements MessageConsumer {
  /** Wants no more messages. */
  done = false;
  private log: SubprotocolLog | undefined;
  private reader: SubprotocolReader | undefined;
  private readonly tries: PerSide<number>;
  private messages = 0;

  constructor(private readonly options: SubprotocolLayerOptions) {
    this.tries = perSide(() => (options.midstream ? TRIES_MIDSTREAM : TRIES));
    const { token, target, sink } = options;
    const named = token === '' ? undefined : byName(token);
    if (named !== undefined) {
      this.follow(named.subprotocol, named.version, 'negotiated');
      return;
    }
    const known = namedOnly(token, target);
    if (known === undefined) return;
    this.log = new SubprotocolLog(known.name, known.version, token === '' ? 'resembles' : 'negotiated', false, sink);
    this.done = true;
  }

  /** Undefined while no subprotocol is known. */
  get facts(): SubprotocolFacts | undefined {
    return this.log?.facts;
  }

  message(side: Side, message: Message, arrival: Arrival): void {
    if (this.done) return;
    if (this.reader === undefined && !this.recognise(side, message)) return;
    const { log, reader } = this;
    if (log === undefined || reader === undefined) return;
    log.heard(side, arrival);
    // What is missing is nobody's fault; of a long message the beginning is there, and says what it is.
    if (!message.readable || (!message.whole && message.bytes.length === 0)) {
      log.unread++;
      return;
    }
    reader.message(side, new Content(message), arrival);
    if (++this.messages === UNREAD_AT_MOST && log.unread >= UNREAD_AT_MOST) this.done = true;
  }

  /** False while it is not known what this is. */
  private recognise(side: Side, message: Message): boolean {
    const { target } = this.options;
    const content = new Content(message);
    const found = message.readable && message.whole ? byResemblance(side, content, target) : undefined;
    if (found !== undefined) {
      this.follow(found, null, 'resembles');
      return true;
    }
    if (this.tries[side] > 0) this.tries[side]--;
    // One side may never say anything.
    this.done = (this.tries.client === 0 && this.tries.server === 0) || ++this.messages >= TRIES_IN_ALL;
    return false;
  }

  private follow(subprotocol: Subprotocol, version: string | null, recognised: SubprotocolFacts['recognised']): void {
    const { sink, token, target } = this.options;
    this.log = new SubprotocolLog(subprotocol.name, version, recognised, subprotocol.hasHandshake, sink);
    this.reader = subprotocol.read(this.log, { token, target });
    this.messages = 0;
  }
}
