/**
 * Do the first bytes of a client speak to a proxy? A PROXY preamble, or SOCKS; HTTP CONNECT is HTTP. A guess for
 * choosing a layer: a SOCKS greeting is short, so it must fill its first flight exactly.
 */
import { readPreamble } from './preamble.js';
import { CONNECT, readGreeting, readSocks4 } from './socks-messages.js';

export function looksLikeProxy(bytes: Uint8Array): 'preamble' | 'socks' | 'undecided' | undefined {
  const preamble = readPreamble(bytes);
  if (preamble !== undefined) return preamble === 'undecided' ? preamble : 'preamble';
  const greeting = readGreeting(bytes);
  if (greeting !== undefined) {
    if (greeting === 'more') return 'undecided';
    // A client in a hurry goes on with its login (0x01) or request (0x05) at once.
    const next = bytes[greeting.length];
    return next === undefined || next === CONNECT || next === 0x05 ? 'socks' : undefined;
  }
  const request = readSocks4(bytes);
  if (request === undefined) return undefined;
  return request === 'more' ? 'undecided' : 'socks';
}
