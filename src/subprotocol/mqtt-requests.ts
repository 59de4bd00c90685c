/**
 * What each packet identifier of an MQTT session stands for: the SUBSCRIBE, UNSUBSCRIBE or acknowledged PUBLISH that waits
 * for its answer (MQTT 2.2.1), so that a refusal can say which topic it is about. Both sides count for themselves.
 */
import { type Arrival, copyArrival } from '../stream/arrival.js';
import { type PerSide, perSide, type Side } from '../stream/side.js';

/** Of more that wait the oldest is forgotten: its refusal then names no topic. */
const PENDING_KEPT = 256;

export interface MqttRequest {
  arrival: Arrival;
  /** The topic, or the filters in the order of their codes. */
  topics: readonly string[];
}

export class MqttRequests {
  private readonly pending: PerSide<Map<string, MqttRequest>> = perSide(() => new Map());

  ask(from: Side, kind: string, id: number, arrival: Arrival, topics: readonly string[]): void {
    const pending = this.pending[from];
    const key = `${kind} ${id}`;
    pending.delete(key);
    if (pending.size >= PENDING_KEPT) {
      for (const oldest of pending.keys()) {
        pending.delete(oldest);
        break;
      }
    }
    pending.set(key, { arrival: copyArrival(arrival), topics });
  }

  /** What this side asked under the identifier, once. */
  answer(asker: Side, kind: string, id: number): MqttRequest | undefined {
    const key = `${kind} ${id}`;
    const request = this.pending[asker].get(key);
    this.pending[asker].delete(key);
    return request;
  }
}
