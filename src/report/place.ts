/**
 * Where and when, for the report: nanoseconds and packet references in, milliseconds, ISO 8601 times and packet numbers
 * out. The capture's precision is kept and float noise is not: an integer of nanoseconds divided once by a million is
 * the double nearest to the decimal that is meant.
 */
import { captureOf, type Nanos, numberOf, type PacketRef } from '../capture/packet.js';
import type { Arrival } from '../stream/arrival.js';
import type { PacketPlace } from './report.js';

const NANOS_A_MS = 1e6;

/** A duration in milliseconds, to the nanosecond. */
export const toMs = (ns: Nanos): number => Math.round(ns) / NANOS_A_MS + 0;

export const packetPlace = (ref: PacketRef): PacketPlace => {
  const capture = captureOf(ref);
  return capture === 0 ? { packet: numberOf(ref) } : { packet: numberOf(ref), capture };
};

/** Turns times of the pipeline into times of the report, whose zero is the earliest packet of all files. */
export class Clock {
  /** `epoch`: nanoseconds since 1970 where pipeline time is 0; `start`: pipeline time of the earliest packet. */
  constructor(
    private readonly epoch: bigint,
    private readonly start: Nanos,
  ) {}

  atMs(at: Nanos): number {
    return toMs(at - this.start);
  }

  place(arrival: Arrival): { atMs: number } & PacketPlace {
    return { atMs: this.atMs(arrival.at), ...packetPlace(arrival.packet) };
  }

  time(at: Nanos): string {
    return isoNanos(this.epoch + BigInt(Math.round(at)));
  }
}

/** ISO 8601 UTC with 6 decimals, 9 where the capture has them. */
export const isoNanos = (nanosSince1970: bigint): string => {
  const second = 1_000_000_000n;
  const fraction = ((nanosSince1970 % second) + second) % second;
  const whole = isoMillis(Number((nanosSince1970 - fraction) / 1_000_000n));
  if (whole === null) return `${nanosSince1970} ns`;
  const digits = fraction.toString().padStart(9, '0');
  return whole.replace('.000Z', `.${digits.endsWith('000') ? digits.slice(0, 6) : digits}Z`);
};

/** ISO 8601 UTC with milliseconds; null outside of what a date can hold (a lying certificate). */
export const isoMillis = (msSince1970: number): string | null => {
  const date = new Date(msSince1970);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
};
