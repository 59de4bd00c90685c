/**
 * TCP sequence numbers as signed 32-bit integers (RFC 9293 3.4): differences wrap by themselves, and the numbers stay
 * small integers for the engine.
 */

/** How far `a` is ahead of `b`; negative when behind. Right for distances under 2 GiB. */
export const ahead = (a: number, b: number): number => (a - b) | 0;

/** The sequence number `length` bytes after `sequence`. */
export const advance = (sequence: number, length: number): number => (sequence + length) | 0;
