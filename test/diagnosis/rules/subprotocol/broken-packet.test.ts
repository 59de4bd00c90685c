import { describe, expect, it } from 'vitest';
import { brokenPacket } from '../../../../src/diagnosis/rules/subprotocol/broken-packet.js';
import type { Session } from '../../../../src/session/session.js';
import type { SubprotocolFacts } from '../../../../src/subprotocol/subprotocol-facts.js';
import type { SessionBuilder } from '../../../wire/session-builder.js';
import { aHandshake, anError, speaking } from '../../../wire/subprotocol-facts.js';
import { arrivalAt, opened } from '../../sessions.js';
import { findingOf, found, verdictOn } from '../../verdict.js';

/** The wildcard goes out 23 ms after the SYN. */
const broken = (
  goOn: (session: SessionBuilder) => SessionBuilder,
  facts: Partial<SubprotocolFacts> = {},
  rule = 'publish-wildcard',
): Session =>
  speaking(goOn(opened().message('client', 20)).build(), 'mqtt', {
    handshake: aHandshake({ answered: arrivalAt(5, 0.022) }),
    breaches: [{ rule, from: 'client', arrival: arrivalAt(6, 0.023), subject: 'a/#' }],
    ...facts,
  });

const ended = (session: SessionBuilder) => session.fin('server');

describe('subprotocol/broken-packet', () => {
  it('names the packet before a bare FIN as what the broker ended the connection over', () => {
    const session = broken(ended);
    expect(findingOf(brokenPacket, session)).toMatchObject({
      message: 'publish-wildcard',
      cause: 'ws-abnormal-closure',
      confidence: 'likely',
      data: { subject: { text: 'a/#' } },
      evidence: [
        { note: 'broken', arrival: { packet: 6 } },
        { note: 'end', arrival: { packet: 7 } },
      ],
      remedies: ['wildcard'],
    });
    expect(verdictOn(session)).toBe('failed open ws-abnormal-closure');
  });

  it.each(['filter-malformed', 'topic-null', 'topic-empty', 'second-connect', 'text-message', 'malformed-header'])(
    'has words for %s',
    (rule) => {
      expect(found(brokenPacket, broken(ended, {}, rule))).toBe(`ws-abnormal-closure error ${rule}`);
    },
  );

  it('stands beside a cause of its own that a Close, a RST or a DISCONNECT gives', () => {
    const close = broken((session) => session.close('server', 1002).fin('server'));
    expect(found(brokenPacket, close)).toBe('null warning publish-wildcard');
    expect(verdictOn(close)).toBe('failed open ws-protocol-error');
    expect(
      found(
        brokenPacket,
        broken((session) => session.rst('server')),
      ),
    ).toMatch(/^null warning/);
    const errors = [anError('DISCONNECT', 'server', arrivalAt(7, 0.024), { code: '0x90' })];
    const said = broken(ended, { errors });
    expect(found(brokenPacket, said)).toMatch(/^null warning/);
    expect(verdictOn(said)).toBe('failed open mqtt-disconnect');
  });

  it.each([
    { name: 'an end much later', session: broken((session) => session.wait(5000).fin('server')) },
    { name: 'an end by whoever sent it', session: broken((session) => session.fin('client').fin('server')) },
    { name: 'a session that goes on', session: broken((session) => session.wait(5000)) },
    { name: 'an end before it', session: broken(ended, { breaches: [] }) },
  ])('says nothing of $name', ({ session }) => {
    expect(found(brokenPacket, session)).toBe('nothing');
  });
});
