/**
 * What Centrifugo's close codes mean, as its library names them. From 3500 on, and again from 4500 on, clients must not
 * reconnect; 4000 to 4999 are for applications.
 */
import type { CloseMeaning } from './subprotocol.js';

export const CENTRIFUGO_CLOSE_CODES: ReadonlyMap<number, CloseMeaning> = new Map([
  [3000, { text: 'connection closed', isGoodbye: true }],
  [3001, { text: 'shutdown: the server is going down, clients reconnect' }],
  [3004, { text: 'internal server error' }],
  [3005, { text: 'connection expired: the connection token was not refreshed in time' }],
  [3006, { text: 'subscription expired: a subscription token was not refreshed in time' }],
  [3008, { text: 'slow: the client does not read as fast as messages come' }],
  [3009, { text: 'write error: the server could not write to the client' }],
  [3010, { text: 'insufficient state: the client is at a wrong position of a stream and must recover' }],
  [3011, { text: 'force reconnect: the server asks the client to connect again' }],
  [3012, { text: 'no pong: the client did not answer a ping of the application' }],
  [3013, { text: 'too many requests' }],
  [3014, { text: 'state invalidated' }],
  [3500, { text: 'invalid token' }],
  [3501, { text: 'bad request: malformed commands or commands in the wrong order' }],
  [3502, { text: 'stale: no connect command in the time for it' }],
  [3503, { text: 'force disconnect: the server asks the client not to come back' }],
  [3504, { text: 'connection limit reached' }],
  [3505, { text: 'channel limit reached' }],
  [3506, { text: 'inappropriate protocol' }],
  [3507, { text: 'permission denied' }],
  [3508, { text: 'not available' }],
  [3509, { text: 'too many errors' }],
]);
