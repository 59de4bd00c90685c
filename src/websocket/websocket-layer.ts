/**
 * The WebSocket layer (RFC 6455, RFC 7692): two byte streams in; frames, messages, pings, Closes and broken rules out, as facts
 * and as events of the timeline. The opening handshake is over when it begins (opening-handshake.ts); what messages say is for
 * subprotocols; what the facts mean is for rules.
 */
import type { Arrival } from '../stream/arrival.js';
import type { BlockConsumer, Ending, Gap } from '../stream/consumer.js';
import type { EventSink } from '../stream/event-sink.js';
import { opposite, type PerSide, SIDES, type Side } from '../stream/side.js';
import { Conversation } from './conversation.js';
import { Direction } from './direction.js';
import type { MessageConsumer } from './message.js';
import { MessageInflater } from './message-inflater.js';
import type { DeflateParameters, WebSocketFacts } from './websocket-facts.js';

export interface WebSocketLayerOptions {
  sink: EventSink;
  /** permessage-deflate as agreed; undefined when it was not. */
  deflate: DeflateParameters | undefined;
  /** False when the response was not seen, or agreed on extensions other than permessage-deflate: RSV bits are not judged then. */
  extensionsKnown?: boolean | undefined;
  /** Gets every message; without one, payloads are not looked at more than the rules ask for. */
  messages?: MessageConsumer | undefined;
  /** The capture starts after the upgrade: the first bytes may stand inside a frame, and extensions are unknown. */
  midstream?: boolean | undefined;
}

export class WebSocketLayer implements BlockConsumer {
  private readonly conversation: Conversation;
  private readonly client: Direction;
  private readonly server: Direction;
  private readonly deflate: boolean;
  private readonly midstream: boolean;
  private heardBeforeClose: Arrival | undefined;
  private hasClosed = false;
  private lastBeforeEnd: PerSide<Arrival | undefined> | undefined;

  constructor({ sink, deflate, extensionsKnown = true, messages, midstream = false }: WebSocketLayerOptions) {
    this.deflate = deflate !== undefined;
    this.midstream = midstream;
    this.conversation = new Conversation(sink);
    const direction = (side: Side): Direction =>
      new Direction(side, this.conversation, {
        inflater: deflate === undefined ? undefined : new MessageInflater(deflate, side),
        extensionsKnown: extensionsKnown && !midstream,
        messages,
        midstream,
      });
    this.client = direction('client');
    this.server = direction('server');
  }

  bytes(side: Side, chunk: Uint8Array, arrival: Arrival): void {
    (side === 'client' ? this.client : this.server).bytes(chunk, arrival);
    this.noteClose();
  }

  range(side: Side, block: Uint8Array, view: DataView, start: number, end: number, arrival: Arrival): void {
    (side === 'client' ? this.client : this.server).range(block, view, start, end, arrival);
    this.noteClose();
  }

  gap(side: Side, gap: Gap): void {
    this[side].gap(gap);
  }

  end(side: Side, ending: Ending): void {
    this[side].end(ending);
    this.conversation.end(side);
    this.lastBeforeEnd ??= { client: this.client.tally.lastFrame(), server: this.server.tally.lastFrame() };
  }

  /** Nothing is read any more, not even facts. */
  release(): void {
    this.client.tally.release();
    this.server.tally.release();
  }

  private noteClose(): void {
    const { firstClose } = this.conversation;
    if (firstClose === undefined || this.hasClosed) return;
    this.hasClosed = true;
    this.heardBeforeClose = this[opposite(firstClose.from)].tally.lastData();
  }

  /** The facts as they stand now. Counting goes on in plain numbers, so this makes a new object each time it is asked. */
  get facts(): WebSocketFacts {
    const { conversation } = this;
    const both = <T>(of: (direction: Direction, side: Side) => T): PerSide<T> => ({
      client: of(this.client, 'client'),
      server: of(this.server, 'server'),
    });
    return {
      frames: both(({ tally }) => tally.frames()),
      messages: both(({ tally }) => tally.messages),
      brokenMessages: both(({ tally }) => tally.brokenMessages),
      messageSizes: both(({ tally }) => tally.sizes()),
      payloadBytes: both(({ tally }) => tally.payloadBytes),
      bursts: both(({ tally }) => tally.burstFacts()),
      compressed: this.deflate || SIDES.some((side) => this.midstream && this[side].tally.compressedSeen),
      pings: both((_, side) => conversation.pings[side].facts()),
      violations: conversation.violations,
      violationCount: conversation.violationCount,
      closes: conversation.closes,
      firstClose: conversation.firstClose,
      closedBehindEnd: conversation.closedBehindEnd,
      firstFrame: both(({ tally }) => tally.firstFrame),
      lastFrame: both(({ tally }) => tally.lastFrame()),
      lastFrameBeforeEnd: this.lastBeforeEnd,
      lastData: both(({ tally }) => tally.lastData()),
      heardBeforeClose: this.heardBeforeClose,
      unfinishedFrame: both(({ unfinishedFrame }) => unfinishedFrame),
      unfinishedMessage: both(({ unfinishedMessage }) => unfinishedMessage),
      outOfSync: both(({ outOfSync }) => outOfSync),
      unreadableBytes: both(({ unreadableBytes }) => unreadableBytes),
      corrupted: conversation.corrupted,
      corruptionCount: conversation.corruptionCount,
      contextLost: both(({ contextLost }) => contextLost),
      compression: both(({ compression }) => compression),
      midstream: this.midstream,
    };
  }
}
