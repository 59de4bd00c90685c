/** Timers are set in whole seconds, and strike a little late: a silence of exactly that length was seldom made by people. */
import type { Nanos } from '../../capture/packet.js';

const SECOND: Nanos = 1e9;
/** How late a timer strikes, at most, and how early where the capture saw the last packet later than who set it. */
const OFF: Nanos = 50e6;
/** Replies and retries come in steps of one second too. */
const SHORTEST: Nanos = 2e9;

export const isWholeSeconds = (length: Nanos): boolean =>
  length >= SHORTEST - OFF && Math.abs(length - Math.round(length / SECOND) * SECOND) <= OFF;
