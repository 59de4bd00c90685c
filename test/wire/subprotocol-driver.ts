/**
 * Drives the subprotocol layer in tests with messages instead of frames: one packet a millisecond unless time passes, what it
 * tells the timeline written down as lines.
 */
import type { Side } from '../../src/stream/side.js';
import type { SubprotocolFacts } from '../../src/subprotocol/subprotocol-facts.js';
import { SubprotocolLayer } from '../../src/subprotocol/subprotocol-layer.js';
import type { Message } from '../../src/websocket/message.js';

export class SubprotocolDriver {
  /** "client CONNECT", and for what may be folded "client (heart-beat)". */
  readonly told: string[] = [];
  /** Data of the events that stand alone, by their line. */
  readonly data = new Map<string, Readonly<Record<string, unknown>>>();
  readonly layer: SubprotocolLayer;
  packet = 0;
  now = 0;

  constructor({ token = '', target = '/', midstream = false } = {}) {
    this.layer = new SubprotocolLayer({
      token,
      target,
      midstream,
      sink: {
        event: (_layer, event, from, _packet, _at, data) => {
          this.told.push(`${from} ${event}`);
          if (data !== undefined) this.data.set(`${from} ${event}`, data);
        },
        ordinary: (_layer, event, from) => void this.told.push(`${from} (${event})`),
      },
    });
  }

  wait(ms: number): this {
    this.now += ms * 1e6;
    return this;
  }

  client(...messages: (string | Uint8Array | object)[]): this {
    return this.say('client', messages);
  }

  server(...messages: (string | Uint8Array | object)[]): this {
    return this.say('server', messages);
  }

  /** A message of which the end is missing, or that could not be decompressed. */
  broken(side: Side, known: string | Uint8Array, how: Partial<Message> = { whole: false }): this {
    this.hand(side, { ...messageOf(known), length: 10_000, ...how });
    return this;
  }

  get facts(): SubprotocolFacts {
    const { facts } = this.layer;
    if (facts === undefined) throw new Error('no subprotocol was recognised');
    return facts;
  }

  private say(side: Side, messages: readonly (string | Uint8Array | object)[]): this {
    for (const message of messages) {
      const known = typeof message === 'string' || message instanceof Uint8Array;
      this.hand(side, messageOf(known ? message : JSON.stringify(message)));
    }
    return this;
  }

  private hand(side: Side, message: Message): void {
    this.packet++;
    this.now += 1e6;
    const arrival = { packet: this.packet, at: this.now, readyAt: this.now };
    this.layer.message(side, { ...message, span: { ...message.span, first: arrival, last: arrival } }, arrival);
  }
}

const messageOf = (content: string | Uint8Array): Message => {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  const nowhere = { packet: 0, at: 0, readyAt: 0 };
  return {
    opcode: typeof content === 'string' ? 1 : 2,
    bytes,
    whole: true,
    length: bytes.length,
    wireBytes: bytes.length,
    compressed: false,
    readable: true,
    span: { first: nowhere, last: nowhere, offset: 0, length: bytes.length },
  };
};
