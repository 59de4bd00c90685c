import { describe, expect, it } from 'vitest';
import { refusedTopic } from '../../../../src/diagnosis/rules/subprotocol/refused-topic.js';
import { requestError } from '../../../../src/diagnosis/rules/subprotocol/request-error.js';
import type { SubprotocolError } from '../../../../src/subprotocol/subprotocol-facts.js';
import { aHandshake, anError, speaking } from '../../../wire/subprotocol-facts.js';
import { arrivalAt, opened } from '../../sessions.js';
import { filled, findingOf, findingsOf, found, verdictOn } from '../../verdict.js';

const refused = (...refusals: (Partial<SubprotocolError> & { event?: string })[]) =>
  speaking(opened().message('client', 20).close('client', 1000).fin('client').build(), 'mqtt', {
    handshake: aHandshake({ answered: arrivalAt(7, 0.1) }),
    errors: refusals.map(({ event = 'SUBACK', ...more }, index) =>
      anError(event, 'server', arrivalAt(11 + 2 * index, 1 + index), {
        code: '0x87',
        text: 'not authorized',
        subject: 'secret/x',
        fatal: false,
        asked: arrivalAt(10 + 2 * index, 0.9 + index),
        ...more,
      }),
    ),
  });

describe('subprotocol/refused-topic', () => {
  it('warns of a subscription that was refused, with its topic, and leaves the session healthy', () => {
    const session = refused({});
    const finding = findingOf(refusedTopic, session);
    expect(finding).toMatchObject({
      message: 'subscription',
      cause: null,
      data: { subject: { text: 'secret/x' }, code: { text: '0x87' } },
      evidence: [
        { note: 'asked', arrival: { packet: 10 } },
        { note: 'refused', arrival: { packet: 11 } },
      ],
      remedies: ['acl', 'callback'],
    });
    expect(filled(finding, 'quoted')).toBe(': “not authorized”');
    expect(verdictOn(session)).toBe('ok close');
    expect(found(requestError, session)).toBe('nothing');
  });

  it('tells subscriptions from published messages, and counts both', () => {
    const session = refused({}, {}, { event: 'PUBACK' }, { event: 'PUBREC' });
    expect(findingsOf(refusedTopic, session).map(({ message }) => message)).toEqual(['subscriptions', 'messages']);
    expect(found(refusedTopic, refused({ event: 'PUBREC' }))).toBe('null warning message');
  });

  it('speaks of rights only where they may be the reason', () => {
    expect(findingOf(refusedTopic, refused({ code: '0x9e' }))?.remedies).toEqual(['feature', 'callback']);
    expect(findingOf(refusedTopic, refused({ code: '0x97' }))?.remedies).toEqual(['quota', 'callback']);
  });

  it('says so where the topic was not seen', () => {
    const finding = findingOf(refusedTopic, refused({ subject: '', asked: undefined }));
    expect(filled(finding, 'subject')).toBe('a topic that was not seen');
    expect(finding?.evidence).toHaveLength(1);
  });

  it('says nothing of what was granted later, or ended the session', () => {
    expect(found(refusedTopic, refused({ recovered: true }))).toBe('nothing');
    expect(found(refusedTopic, refused({ fatal: true }))).toBe('nothing');
    expect(found(refusedTopic, refused())).toBe('nothing');
  });
});
