import { describe, expect, it } from 'vitest';
import { announcedLimit } from '../../../../src/diagnosis/rules/subprotocol/announced-limit.js';
import type { Session } from '../../../../src/session/session.js';
import { aHandshake, speaking } from '../../../wire/subprotocol-facts.js';
import { arrivalAt, opened } from '../../sessions.js';
import { findingOf, found, verdictOn } from '../../verdict.js';

const OPEN = { step: 'open', from: 'server' as const, arrival: arrivalAt(6, 0.023) };

const sent = (octets: number, { code = 1009, limit = 2000 as number | null } = {}): Session => {
  const session = opened().message('server', 102).message('client', octets).close('server', code).fin('server').build();
  if (session.websocket !== undefined) {
    session.websocket.messageSizes.client = { largestBytes: octets, largest: arrivalAt(7, 0.024) };
  }
  return speaking(session, 'socket.io', {
    handshake: aHandshake({ steps: [OPEN], asked: OPEN.arrival, answered: arrivalAt(6, 0.0235) }),
    detail: limit === null ? {} : { maxPayloadBytes: limit },
  });
};

describe('subprotocol/announced-limit', () => {
  it('proves which limit a message was above, from the packet that announced it', () => {
    expect(findingOf(announcedLimit, sent(5000))).toMatchObject({
      cause: 'ws-message-too-big',
      data: { size: { bytes: 5000 }, limit: { bytes: 2000 } },
      evidence: [
        { note: 'announced', arrival: { packet: 6 } },
        { note: 'largest', arrival: { packet: 7 } },
        { note: 'close' },
      ],
      remedies: ['raise', 'smaller'],
    });
    expect(verdictOn(sent(5000))).toBe('failed open ws-message-too-big');
  });

  it.each([
    { name: 'a message below the limit: it may have been larger before it was compressed', session: sent(1500) },
    { name: 'another close code', session: sent(5000, { code: 1011 }) },
    { name: 'a server that announced no limit', session: sent(5000, { limit: null }) },
  ])('says nothing of $name', ({ session }) => {
    expect(found(announcedLimit, session)).toBe('nothing');
  });
});
