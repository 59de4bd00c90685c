/**
 * Opens the records of one direction in order: keeps the epoch and the sequence number (RFC 8446 5.3, RFC 5246 6.1).
 *
 *     |== 41 ==|== 42 ==| hole |== ? ==|
 *
 * Behind lost records the number is one of those that the lost octets leave possible, and a KeyUpdate or a Finished may
 * have been among them: authentication tells which number is right. No number, no text.
 */
import type { Epoch } from './epoch.js';
import { HEADER_LENGTH, MAX_RECORD_LENGTH } from './record.js';
import type { OpenedRecord, RecordProtection, SealedRecord } from './record-protection.js';

/** Numbers tried for one record: 1024 records of 16 KiB are more than a hole has, and a failure costs 10 to 30 µs. */
const TRIES_A_RECORD = 1024;
/** Numbers tried for one direction, so that a capture full of holes costs a second at most. */
const MAX_TRIES = 32_768;
/** Behind a ChangeCipherSpec that was not captured: its Finished, and a few records more. */
const FIRST_NUMBERS = 16;

/** With the wrong keys nothing opens: behind so many records nobody looks for the keys of the next epoch. */
const PATIENCE = 64;

/** The numbers that the next record may have, counted from the one expected. */
interface Window {
  from: number;
  to: number;
}

export class RecordOpener {
  /** Records that turned out to be lost before the last one that was opened. */
  skipped = 0;
  private epoch: Epoch | undefined;
  private known: RecordProtection | undefined;
  private started = false;
  private sequence = 0;
  /** The epoch's first record was found: from here on every record counts. */
  private settled = false;
  private window: Window | undefined;
  private tries = 0;
  /** Records in a row that did not open. */
  private failures = 0;

  /** `first` gives the epoch to start with, when a protected record is there. */
  constructor(private readonly first: () => Epoch | undefined) {}

  /** Octets that protection adds to a record; undefined while there are no keys. */
  get overhead(): number | undefined {
    return (this.known ?? this.epoch?.protections[0])?.overhead;
  }

  /** Where this direction stands is known: a ChangeCipherSpec was seen. Undefined: without keys for what follows. */
  switchTo(epoch: Epoch | undefined): void {
    this.started = true;
    this.enter(epoch, 0, epoch?.protections[0]);
    this.known = undefined;
    this.window = undefined;
  }

  /** Goes on to the epoch behind this one: a Finished, a KeyUpdate or an EndOfEarlyData was read. */
  advance(): void {
    this.switchTo(this.epoch?.next(this.known));
  }

  /** `octets` of records are missing before the next one; undefined where nobody knows how many. */
  lose(octets: number | undefined): void {
    this.interrupt();
    const shortest = HEADER_LENGTH + (this.overhead ?? 0);
    const from = octets === undefined ? 0 : Math.floor(octets / (HEADER_LENGTH + MAX_RECORD_LENGTH));
    const to = octets === undefined ? TRIES_A_RECORD : Math.floor(octets / shortest);
    this.window = { from: (this.window?.from ?? 0) + from, to: (this.window?.to ?? 0) + to };
  }

  /** A record of which octets are missing: nothing but its number is used up. */
  pass(): void {
    this.interrupt();
    if (this.settled) this.sequence++;
    // It may have held the message that ends its epoch.
    this.window ??= { from: 0, to: 0 };
  }

  /** Undefined: not opened, for want of keys or because it does not authenticate. */
  open(record: SealedRecord): OpenedRecord | undefined {
    this.skipped = 0;
    if (!this.started) this.start();
    if (this.epoch === undefined) return undefined;
    const opened = this.tryAll(record);
    for (const protection of this.epoch.protections) protection.follow?.(record.body);
    if (opened === undefined && this.settled) this.sequence++;
    return opened;
  }

  private interrupt(): void {
    for (const protection of this.epoch?.protections ?? []) protection.interrupt?.();
  }

  private start(): void {
    this.epoch = this.first();
    if (this.epoch === undefined) return;
    this.started = true;
    if (this.epoch.next(undefined) !== undefined) return;
    this.window ??= { from: 0, to: FIRST_NUMBERS };
    // What stood between is not here: no IV can be taken from it.
    this.interrupt();
  }

  private tryAll(record: SealedRecord): OpenedRecord | undefined {
    const { epoch, window } = this;
    const usual = this.attempt(epoch!, record, this.sequence);
    if (usual !== undefined) return usual;
    if (window !== undefined && this.tries < MAX_TRIES) {
      const to = Math.min(window.to, window.from + TRIES_A_RECORD);
      for (let ahead = Math.max(1, window.from); ahead <= to; ahead++) {
        const opened = this.attempt(epoch!, record, this.sequence + ahead);
        if (opened === undefined) continue;
        this.skipped = ahead;
        return opened;
      }
    }
    return this.tryNext(record);
  }

  /** The end of this epoch was not captured, or could not be read, or early data was refused (RFC 8446 4.2.10). */
  private tryNext(record: SealedRecord): OpenedRecord | undefined {
    const { window } = this;
    if (window === undefined && ++this.failures > PATIENCE) return undefined;
    const next = this.epoch?.next(this.known);
    const to = window === undefined || this.tries >= MAX_TRIES ? 0 : Math.min(window.to, TRIES_A_RECORD);
    for (let number = 0; next !== undefined && number <= to; number++) {
      const opened = this.attempt(next, record, number);
      if (opened === undefined) continue;
      this.skipped = number;
      return opened;
    }
    if (window !== undefined) {
      // This record may be a damaged one: the next is tried with the numbers that are left, then with all again.
      const from = window.from + TRIES_A_RECORD;
      this.window = { from: from <= window.to ? from : 0, to: window.to };
    }
    return undefined;
  }

  private attempt(epoch: Epoch, record: SealedRecord, number: number): OpenedRecord | undefined {
    const candidates = epoch === this.epoch && this.known !== undefined ? [this.known] : epoch.protections;
    for (const protection of candidates) {
      this.tries++;
      const opened = protection.open(record, number);
      if (opened === undefined) continue;
      this.tries = Math.max(0, this.tries - 1);
      this.enter(epoch, number + 1, protection);
      this.window = undefined;
      this.failures = 0;
      return opened;
    }
    return undefined;
  }

  private enter(epoch: Epoch | undefined, sequence: number, protection: RecordProtection | undefined): void {
    this.epoch = epoch;
    this.sequence = sequence;
    this.known = protection;
    this.settled = true;
  }
}
