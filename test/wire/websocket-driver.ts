/**
 * Drives the WebSocket layer in tests: both sides' octets go in, cut as asked, and everything it tells is written down.
 */
import type { Arrival } from '../../src/stream/arrival.js';
import type { GapCause } from '../../src/stream/consumer.js';
import type { EventData } from '../../src/stream/event-sink.js';
import type { Side } from '../../src/stream/side.js';
import type { Message } from '../../src/websocket/message.js';
import { WebSocketLayer, type WebSocketLayerOptions } from '../../src/websocket/websocket-layer.js';
import { concat } from './websocket-frames.js';

export interface Told {
  event: string;
  from: string;
  packet: number;
  data?: EventData | undefined;
  bytes?: number;
}

export interface KeptMessage extends Omit<Message, 'span'> {
  side: Side;
}

/** One packet every millisecond, numbered from 1. */
export class WebSocketDriver {
  readonly told: Told[] = [];
  readonly messages: KeptMessage[] = [];
  readonly layer: WebSocketLayer;
  packet = 0;
  /** What stands around the segments of `sendInBlock`: the octets of others. */
  around = 0x81;

  constructor(options: Partial<Omit<WebSocketLayerOptions, 'sink' | 'messages'>> & { consume?: boolean } = {}) {
    const { consume = true, deflate, ...rest } = options;
    this.layer = new WebSocketLayer({
      ...rest,
      deflate,
      sink: {
        event: (layer, event, from, packet, _at, data) => {
          if (layer !== 'ws') throw new Error(`layer ${layer}`);
          this.told.push({ event, from, packet, data });
        },
        ordinary: (_layer, event, from, packet, _at, bytes) => void this.told.push({ event, from, packet, bytes }),
      },
      ...(consume
        ? {
            messages: {
              message: (side: Side, { span: _, ...message }: Message) =>
                void this.messages.push({ ...message, bytes: message.bytes.slice(), side }),
            },
          }
        : {}),
    });
  }

  arrival(): Arrival {
    return { packet: this.packet, at: this.packet * 1e6, readyAt: this.packet * 1e6 };
  }

  send(side: Side, ...segments: Uint8Array[]): this {
    for (const segment of segments) {
      this.packet++;
      this.layer.bytes(side, segment, this.arrival());
    }
    return this;
  }

  /** As send, with each segment where it stands in a larger block. */
  sendInBlock(side: Side, ...segments: Uint8Array[]): this {
    for (const segment of segments) {
      this.packet++;
      const block = new Uint8Array(segment.length + 7).fill(this.around);
      block.set(segment, 3);
      const view = new DataView(block.buffer);
      this.layer.range(side, block, view, 3, 3 + segment.length, this.arrival());
    }
    return this;
  }

  /** Everything as one stream, cut before each of the offsets. */
  sendCut(side: Side, octets: Uint8Array, cuts: readonly number[]): this {
    const places = [0, ...cuts, octets.length];
    for (let index = 0; index + 1 < places.length; index++) {
      const piece = octets.subarray(places[index], places[index + 1]);
      if (piece.length > 0) this.send(side, piece);
    }
    return this;
  }

  lose(side: Side, length: number, cause: GapCause = 'not-captured'): this {
    this.packet++;
    this.layer.gap(side, { length, cause, arrival: this.arrival() });
    return this;
  }

  end(...sides: Side[]): this {
    this.packet++;
    for (const side of sides) this.layer.end(side, { kind: 'fin', arrival: this.arrival() });
    return this;
  }

  get facts(): WebSocketLayer['facts'] {
    return this.layer.facts;
  }

  rules(): string[] {
    return this.facts.violations.map(({ rule }) => rule);
  }

  texts(): string[] {
    return this.messages.map(({ bytes }) => Buffer.from(bytes).toString());
  }

  events(): string[] {
    return this.told.map(({ event }) => event);
  }
}

/** Ways to cut octets that every decoder must not mind: whole, one by one, in twos, at random from a seed. */
export function cutsOf(length: number, seed: number): { name: string; cuts: number[] }[] {
  const every = (step: number): number[] => Array.from({ length: Math.ceil(length / step) }, (_, at) => at * step);
  let state = seed;
  const random = (): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return state / 2 ** 32;
  };
  const some = Array.from({ length }, (_, at) => at).filter(() => random() < 0.2);
  return [
    { name: 'whole', cuts: [] },
    { name: 'octet by octet', cuts: every(1) },
    { name: 'in twos', cuts: every(2) },
    { name: `at random, seed ${seed}`, cuts: some },
  ];
}

export { concat };
