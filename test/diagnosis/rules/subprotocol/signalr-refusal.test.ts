import { describe, expect, it } from 'vitest';
import { signalrRefusal } from '../../../../src/diagnosis/rules/subprotocol/signalr-refusal.js';
import { aSession } from '../../../wire/session-builder.js';
import { UPGRADE } from '../../sessions.js';
import { findingOf, found, verdictOn } from '../../verdict.js';

const refused = (target: string, body: string, status = 404) =>
  aSession()
    .handshake()
    .request(target, [...UPGRADE])
    .response(status, undefined, [], body)
    .fin('client')
    .build();

const WORDS = 'No Connection with that ID';

describe('subprotocol/signalr-refusal', () => {
  it('does not take an id of another server for a path that is not there', () => {
    const session = refused('/hub?id=Xk3-9fQ0aPz_7LmN2bVc1w', WORDS);
    expect(verdictOn(session)).toBe('failed upgrade upgrade-not-found');
    expect(findingOf(signalrRefusal, session)).toMatchObject({
      message: 'unknown',
      confidence: 'likely',
      remedies: ['affinity', 'skip'],
    });
  });

  it.each([
    { name: 'a path that is not there', session: refused('/hub?id=abc', 'Not Found') },
    { name: 'a request without an id', session: refused('/hub', WORDS) },
    { name: 'another status', session: refused('/hub?id=abc', WORDS, 400) },
  ])('says nothing of $name', ({ session }) => {
    expect(found(signalrRefusal, session)).toBe('nothing');
  });
});
