/**
 * Reason texts of Close frames whose wording gives their program away, and what that program means by them. Exact
 * phrases only: a code alone means different things to different programs.
 */

export interface KnownReason {
  /** Undefined: whatever the code. */
  code?: number;
  phrase: RegExp;
  hint: string;
}

/** What the program that writes this reason means by it; undefined for wording that nobody is known for. */
export const knownReason = (code: number, reason: string): string | undefined =>
  KNOWN_REASONS.find((known) => (known.code === undefined || known.code === code) && known.phrase.test(reason))?.hint;

export const KNOWN_REASONS: readonly KnownReason[] = [
  {
    code: 1011,
    phrase: /^keepalive ping timeout$/,
    hint: 'This is the wording of python websockets: no pong came within ping_timeout (20 s unless set). What kept the peer from answering is the cause; serve(…, ping_timeout=60) only gives it longer.',
  },
  {
    code: 1009,
    phrase: /^Max frame length of \d+ has been exceeded/,
    hint: 'This is the wording of Netty (also inside Spring Cloud Gateway and Vert.x): raise maxFramePayloadLength there, for Spring Cloud Gateway spring.cloud.gateway.httpclient.websocket.max-frame-payload-length.',
  },
  {
    code: 1009,
    phrase: /exceeds? limit of \d+ bytes|over size limit \(|frame exceeds|message too big/i,
    hint: 'python websockets words it like this: raise max_size (1 MiB unless set), for example serve(…, max_size=8 * 2**20).',
  },
  {
    code: 1002,
    phrase: /^An unrecoverable IOException occurred so the connection was closed/,
    hint: 'Tomcat words it like this when its own program failed while it handled a message; the other side broke no rule. The log of Tomcat has the exception.',
  },
  {
    code: 1001,
    phrase: /Idle Timeout/i,
    hint: 'Jetty words its idle timeout like this: send pings more often than its idleTimeout (30 s unless set).',
  },
  {
    code: 1002,
    phrase: /^Session closed\.?$/,
    hint: 'Spring words it like this after a STOMP ERROR frame: look at the ERROR frame before the Close, often a heart-beat that was promised in CONNECT and never sent.',
  },
  {
    code: 1003,
    phrase: /^Binary messages not supported/i,
    hint: 'Spring’s TextWebSocketHandler words it like this: send text messages, or extend BinaryWebSocketHandler.',
  },
];
