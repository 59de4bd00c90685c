/** Feeds a TLS layer that has a key log, and collects what comes out of it for the layer above. */
import type { Ending, Gap, StreamConsumer } from '../../src/stream/consumer.js';
import type { Side } from '../../src/stream/side.js';
import { KeyLog } from '../../src/tls/key-log.js';
import type { TlsFacts } from '../../src/tls/tls-facts.js';
import { TlsLayer } from '../../src/tls/tls-layer.js';
import { arrivalOf, EventLog } from './tls-streams.js';

export type Delivery =
  | { side: Side; kind: 'bytes'; bytes: Uint8Array; packet: number }
  | { side: Side; kind: 'gap'; bytes: Uint8Array; packet: number }
  | { side: Side; kind: 'fin' | 'rst'; packet: number };

export class Collected implements StreamConsumer {
  readonly text = { client: '', server: '' };
  /** The bytes as they came: a record each. */
  readonly pieces: Record<Side, string[]> = { client: [], server: [] };
  readonly packets: Record<Side, number[]> = { client: [], server: [] };
  readonly gaps: (Gap & { side: Side })[] = [];
  readonly ends: Record<Side, string[]> = { client: [], server: [] };
  midway = false;

  bytes(side: Side, chunk: Uint8Array, { packet }: { packet: number }): void {
    if (this.ends[side].length > 0) throw new Error(`bytes of the ${side} behind its end`);
    this.text[side] += Buffer.from(chunk).toString('latin1');
    this.pieces[side].push(Buffer.from(chunk).toString('latin1'));
    this.packets[side].push(packet);
  }

  /** A hole of n octets stands as `<n>` in the text. */
  gap(side: Side, gap: Gap): void {
    this.gaps.push({ side, ...gap });
    this.text[side] += `<${gap.length}>`;
  }

  end(side: Side, { kind }: Ending): void {
    this.ends[side].push(kind);
  }
}

export interface Decrypted {
  facts: TlsFacts;
  log: EventLog;
  above: Collected;
  keyLog: KeyLog;
}

export function decrypt(deliveries: readonly Delivery[], keys: string | KeyLog): Decrypted {
  const keyLog = typeof keys === 'string' ? new KeyLog() : keys;
  if (typeof keys === 'string') keyLog.add(keys);
  const log = new EventLog();
  const above = new Collected();
  const layer = new TlsLayer(log, {
    keyLog,
    above: (_stream, midway) => {
      above.midway = midway;
      return above;
    },
  });
  const ended = new Set<Side>();
  for (const delivery of deliveries) {
    const { side, packet } = delivery;
    const arrival = arrivalOf(packet);
    if (ended.has(side)) continue;
    if (delivery.kind === 'bytes') layer.bytes(side, delivery.bytes, arrival);
    else if (delivery.kind === 'gap') {
      layer.gap(side, { length: delivery.bytes.length, cause: 'not-captured', arrival });
    } else {
      ended.add(side);
      layer.end(side, { kind: delivery.kind, arrival });
    }
  }
  return { facts: layer.facts, log, above, keyLog };
}
