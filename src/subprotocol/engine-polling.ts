/**
 * The other half of an Engine.IO session: plain HTTP requests in connections of their own, tied to the WebSocket by `sid`
 * (Engine.IO protocol 4). Turns their exchanges into what they tell of a session id: which answer gave it out, and which
 * server did not know it. What that means for the WebSocket is for the rules.
 */
import type { HttpExchange, HttpResponse } from '../http/http-facts.js';
import { type Arrival, copyArrival } from '../stream/arrival.js';
import { isEngineTarget } from './socket-io.js';

/** Session ids remembered; of more, the oldest is forgotten, and its WebSocket judged without it. */
const SESSION_IDS_KEPT = 16_384;
/** An id has 20 characters; what is longer is none. */
const LONGEST_ID = 64;
/** Both answers that are looked for say what they are at their beginning. */
const ANSWER_READ = 256;

export interface PolledSession {
  /** The answer that gave out the id. */
  opened: Arrival | undefined;
  /** The first answer that did not know it. */
  refused: Arrival | undefined;
  refusals: number;
}

export class EnginePolling {
  private readonly sessions = new Map<string, PolledSession>();

  /** The exchanges of one connection, once it is over. */
  note(exchanges: readonly HttpExchange[]): void {
    for (const { request, response } of exchanges) {
      if (request === undefined || response === undefined || !isEngineTarget(request.target)) continue;
      if (response.status === 200) this.open(response);
      else if (response.status === 400) this.refuse(engineSid(request.target), response);
    }
  }

  of(sid: string): PolledSession | undefined {
    return this.sessions.get(sid);
  }

  private open(response: HttpResponse): void {
    const sid = /^(?:\d{1,6}:)?0\{"sid":"([^"]{1,64})"/.exec(beginning(response))?.[1];
    if (sid !== undefined) this.session(sid).opened ??= copyArrival(response.span.last);
  }

  private refuse(sid: string | undefined, response: HttpResponse): void {
    if (sid === undefined || !saysUnknownSid(beginning(response))) return;
    const session = this.session(sid);
    const at = response.span.last;
    session.refusals++;
    // Connections are told of in the order of their ends.
    if (session.refused === undefined || at.at < session.refused.at) session.refused = copyArrival(at);
  }

  private session(sid: string): PolledSession {
    const known = this.sessions.get(sid);
    if (known !== undefined) return known;
    if (this.sessions.size >= SESSION_IDS_KEPT) {
      for (const oldest of this.sessions.keys()) {
        this.sessions.delete(oldest);
        break;
      }
    }
    const session: PolledSession = { opened: undefined, refused: undefined, refusals: 0 };
    this.sessions.set(sid, session);
    return session;
  }
}

/** The session id that a request names. */
export const engineSid = (target: string): string | undefined => {
  const sid = /[?&]sid=([^&#]*)/.exec(target)?.[1];
  return sid === undefined || sid === '' || sid.length > LONGEST_ID ? undefined : sid;
};

/** The words of Engine.IO's server: code 1 since revision 2, the text alone from other implementations. */
export const saysUnknownSid = (body: string): boolean => /^\s*(\{"code":1,|Session ID unknown)/.test(body);

const beginning = ({ body }: HttpResponse): string =>
  Buffer.from(body.preview.subarray(0, ANSWER_READ)).toString('latin1');
