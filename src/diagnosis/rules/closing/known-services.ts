/**
 * Services whose close codes have a meaning of their own and that no subprotocol names: told by host, or by a reason that
 * only they write. The number alone is never enough, since everybody may use 3000 to 4999.
 */
import type { Session } from '../../../session/session.js';
import type { CloseFrame } from '../../../websocket/websocket-facts.js';

export interface Service {
  name: string;
  host: RegExp;
  /** A reason that gives the service away, whatever the host: it may be reached through a gateway. */
  reason?: RegExp;
  codes: ReadonlyMap<number, string>;
}

/** Name of the service and what the code means there; undefined for services and codes that are not known. */
export const serviceMeaning = (
  { host }: Session,
  { code, reason }: CloseFrame,
): { name: string; meaning: string } | undefined => {
  const name = (host ?? '').replace(/:\d+$/, '').toLowerCase();
  const service = SERVICES.find((one) => one.host.test(name)) ?? SERVICES.find((one) => one.reason?.test(reason));
  const meaning = service?.codes.get(code);
  return service === undefined || meaning === undefined ? undefined : { name: service.name, meaning };
};

export const SERVICES: readonly Service[] = [
  {
    name: 'the Discord gateway',
    host: /^gateway(?:-[a-z0-9-]+)?\.discord\.gg$/,
    codes: new Map([
      [4000, 'unknown error, reconnect'],
      [4001, 'an opcode or payload that does not exist'],
      [4002, 'a payload that could not be decoded'],
      [4003, 'a payload before identifying'],
      [4004, 'authentication failed: the token is not valid'],
      [4005, 'identified more than once'],
      [4007, 'an invalid sequence when resuming'],
      [4008, 'rate limited: payloads came too fast'],
      [4009, 'the session timed out, start a new one'],
      [4010, 'an invalid shard'],
      [4011, 'sharding is required'],
      [4012, 'an invalid API version'],
      [4013, 'invalid intents'],
      [4014, 'intents that this bot is not allowed'],
    ]),
  },
  {
    name: 'the OpenAI Realtime API',
    host: /^api\.openai\.com$/,
    reason: /^invalid_request_error\./,
    codes: new Map([
      [3000, 'the request was refused, usually for its API key'],
      [4000, 'the request was refused for its shape'],
      [4004, 'the model does not exist'],
    ]),
  },
];
