/**
 * Flow control of one connection (RFC 9113 5.2, 6.9): what a sender may still send, and the times it may not. Only
 * DATA counts. Without the beginning of the connection, or behind a hole, windows are not known and nothing is said.
 */
import { type Arrival, copyArrival } from '../stream/arrival.js';
import { opposite, type PerSide, type Side } from '../stream/side.js';
import { noStalls, type WindowStalls } from './h2-facts.js';

/** RFC 9113 6.9.2. */
const INITIAL_WINDOW = 65_535;

/** What one sender may send, on a stream or on the connection; bytes. */
class Window {
  constructor(
    public size: number,
    readonly stalls: WindowStalls,
  ) {}

  spend(bytes: number, arrival: Arrival): void {
    this.size -= bytes;
    if (this.size > 0 || this.stalls.since !== undefined || bytes === 0) return;
    this.stalls.count++;
    this.stalls.since = copyArrival(arrival);
  }

  grant(bytes: number, { at }: Arrival): void {
    this.size += bytes;
    const { since } = this.stalls;
    if (this.size <= 0 || since === undefined) return;
    if (at - since.at > this.stalls.longest) {
      this.stalls.longest = at - since.at;
      this.stalls.longestSince = since;
    }
    this.stalls.since = undefined;
  }
}

export class FlowWindows {
  readonly connectionStalls: PerSide<WindowStalls> = { client: noStalls(), server: noStalls() };
  private readonly connection: PerSide<Window> = {
    client: new Window(INITIAL_WINDOW, this.connectionStalls.client),
    server: new Window(INITIAL_WINDOW, this.connectionStalls.server),
  };
  /** By sender: what a new stream may send. */
  private readonly initial: PerSide<number> = { client: INITIAL_WINDOW, server: INITIAL_WINDOW };
  private readonly streams = new Map<number, PerSide<Window>>();

  constructor(private known: boolean) {}

  /** Frames are missing: from here on nothing is known, and nothing that was going on is said to last. */
  lose(): void {
    this.known = false;
    for (const stalls of Object.values(this.connectionStalls)) stalls.since = undefined;
    for (const windows of this.streams.values()) {
      windows.client.stalls.since = undefined;
      windows.server.stalls.since = undefined;
    }
    this.streams.clear();
  }

  /** Follows a stream; the others only use up the connection's window. */
  open(streamId: number, stalls: PerSide<WindowStalls>): void {
    if (!this.known) return;
    this.streams.set(streamId, {
      client: new Window(this.initial.client, stalls.client),
      server: new Window(this.initial.server, stalls.server),
    });
  }

  close(streamId: number): void {
    this.streams.delete(streamId);
  }

  data(sender: Side, streamId: number, bytes: number, arrival: Arrival): void {
    if (!this.known) return;
    this.connection[sender].spend(bytes, arrival);
    this.streams.get(streamId)?.[sender].spend(bytes, arrival);
  }

  /** A WINDOW_UPDATE of `receiver`. */
  update(receiver: Side, streamId: number, bytes: number, arrival: Arrival): void {
    const sender = opposite(receiver);
    if (!this.known) return;
    if (streamId === 0) this.connection[sender].grant(bytes, arrival);
    else this.streams.get(streamId)?.[sender].grant(bytes, arrival);
  }

  /** RFC 9113 6.9.2: SETTINGS_INITIAL_WINDOW_SIZE of `receiver` moves the windows of all its peer's streams. */
  resize(receiver: Side, size: number, arrival: Arrival): void {
    if (!this.known) return;
    const sender = opposite(receiver);
    const change = size - this.initial[sender];
    this.initial[sender] = size;
    for (const windows of this.streams.values()) windows[sender].grant(change, arrival);
  }
}
