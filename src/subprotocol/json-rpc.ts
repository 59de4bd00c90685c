/**
 * JSON-RPC 2.0: requests, notifications and responses as objects with "jsonrpc": "2.0", single or in batches. No handshake and
 * no goodbye. Follows requests by their id, in either direction, and errors, which end a request and never the session.
 */
import type { Arrival } from '../stream/arrival.js';
import type { Side } from '../stream/side.js';
import { type Content, clip, member, toText } from './content.js';
import { NO_CLOSE_CODES, type Subprotocol, type SubprotocolReader } from './subprotocol.js';
import type { SubprotocolLog } from './subprotocol-log.js';

export const jsonRpc: Subprotocol = {
  name: 'json-rpc',
  named: (token) => (/^json-?rpc(?:[-.]?2(?:\.0)?)?$/i.test(token) ? '2.0' : undefined),
  resembles: (_side, { json }) => member(Array.isArray(json) ? json[0] : json, 'jsonrpc') === '2.0',
  hasHandshake: false,
  read: (log) => new JsonRpcReader(log),
  closeCodes: NO_CLOSE_CODES,
};

/** Calls of one batch that are looked at. */
const CALLS_READ = 256;

class JsonRpcReader implements SubprotocolReader {
  constructor(private readonly log: SubprotocolLog) {
    log.version = '2.0';
  }

  message(side: Side, content: Content, arrival: Arrival): void {
    const { json } = content;
    const calls: unknown[] = Array.isArray(json) ? json.slice(0, CALLS_READ) : [json];
    for (const call of calls) this.call(side, call, arrival, content.length);
  }

  private call(side: Side, call: unknown, arrival: Arrival, bytes: number): void {
    const { log } = this;
    const method = member(call, 'method');
    const id = toText(member(call, 'id'));
    const error = member(call, 'error');
    if (typeof method === 'string') {
      if (id === '') {
        log.ordinary('notification', side, arrival, bytes);
        return;
      }
      log.request(side, id, arrival);
      log.ordinary('request', side, arrival, bytes);
      return;
    }
    if (id === '' && error === undefined) {
      log.unread++;
      return;
    }
    log.reply(side, id, arrival);
    if (error === undefined || error === null) {
      log.ordinary('response', side, arrival, bytes);
      return;
    }
    const text = clip(toText(member(error, 'message')));
    log.fails('error', side, arrival, { code: toText(member(error, 'code')), text, subject: id, fatal: false });
  }
}
