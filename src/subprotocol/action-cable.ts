/**
 * Action Cable of Rails: JSON objects; the server's have a type (welcome, ping, confirm_subscription, reject_subscription,
 * disconnect), the client's a command. The server pings unasked, every three seconds unless configured. Follows pings,
 * subscriptions by their identifier, and the disconnect that says why a Close without a code follows.
 */
import type { Arrival } from '../stream/arrival.js';
import type { Side } from '../stream/side.js';
import { type Content, clip, member, toText } from './content.js';
import { NO_CLOSE_CODES, type Subprotocol, type SubprotocolReader } from './subprotocol.js';
import type { SubprotocolLog } from './subprotocol-log.js';

export const actionCable: Subprotocol = {
  name: 'actioncable',
  named: (token) => /^actioncable-(v\d+)-json$/.exec(token)?.[1],
  resembles: () => false,
  hasHandshake: false,
  read: (log) => new ActionCableReader(log),
  closeCodes: NO_CLOSE_CODES,
};

class ActionCableReader implements SubprotocolReader {
  constructor(private readonly log: SubprotocolLog) {}

  message(side: Side, { json, length }: Content, arrival: Arrival): void {
    const { log } = this;
    const identifier = toText(member(json, 'identifier'));
    const word = member(json, side === 'client' ? 'command' : 'type');
    switch (word) {
      case 'welcome':
        log.event(word, side, arrival);
        return;
      case 'ping':
        log.beat(side, arrival);
        log.ordinary(word, side, arrival, length);
        return;
      case 'subscribe':
        log.request(side, identifier, arrival);
        log.event(word, side, arrival, { detail: clip(identifier, 80) });
        return;
      case 'confirm_subscription':
        log.reply(side, identifier, arrival);
        log.recovers(identifier);
        log.event(word, side, arrival, { detail: clip(identifier, 80) });
        return;
      case 'reject_subscription':
        log.reply(side, identifier, arrival);
        log.fails(word, side, arrival, { text: identifier, subject: identifier, fatal: false });
        return;
      case 'disconnect':
        log.fails(word, side, arrival, { text: toText(member(json, 'reason')) });
        return;
      default:
        if (json === undefined) log.unread++;
        else log.ordinary('message', side, arrival, length);
    }
  }
}
