/**
 * NewSessionTicket (RFC 8446 4.6.1, RFC 5077 3.3): for how long the server would resume the session. TLS 1.2 and 1.3 both
 * begin with that number; the ticket itself is the server's affair.
 */
import { Cursor } from '../bytes/cursor.js';

/** The lifetime in seconds; undefined where the message ends before it does. */
export function readSessionTicket(body: Uint8Array): number | undefined {
  const cursor = new Cursor(body);
  const lifetime = cursor.u32();
  return cursor.ok ? lifetime : undefined;
}
