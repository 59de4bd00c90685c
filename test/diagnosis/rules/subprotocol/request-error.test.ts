import { describe, expect, it } from 'vitest';
import { requestError } from '../../../../src/diagnosis/rules/subprotocol/request-error.js';
import { anError, speaking } from '../../../wire/subprotocol-facts.js';
import { arrivalAt, opened } from '../../sessions.js';
import { findingOf, found, verdictOn } from '../../verdict.js';

const failing = (count: number, more = {}) =>
  speaking(opened().message('client', 20).close('client', 1000).fin('client').build(), 'json-rpc', {
    handshake: undefined,
    errors: Array.from({ length: count }, (_, index) =>
      anError('error', 'server', arrivalAt(10 + index, 1 + index), { code: '-32601', fatal: false, ...more }),
    ),
  });

describe('subprotocol/request-error', () => {
  it('notes a request that was answered with an error, and leaves the session healthy', () => {
    expect(found(requestError, failing(1))).toBe('null note one');
    expect(verdictOn(failing(1))).toBe('ok close');
  });

  it('does not say that the session went on where somebody left right after it', () => {
    const session = speaking(
      opened().message('client', 20).wait(50).close('client', 1000).fin('client').build(),
      'json-rpc',
      {
        errors: [anError('error', 'server', arrivalAt(10, 0.05), { fatal: false })],
      },
    );
    expect(findingOf(requestError, session)).toMatchObject({ message: 'one-left', data: { who: { side: 'client' } } });
  });

  it('shows the first few of many', () => {
    expect(findingOf(requestError, failing(9))).toMatchObject({
      message: 'several',
      data: { count: { n: 9 }, event: { text: 'error -32601' } },
      evidence: { length: 5 },
    });
  });

  it('says nothing of errors that ended the session', () => {
    expect(found(requestError, failing(1, { fatal: true }))).toBe('nothing');
    expect(found(requestError, failing(0))).toBe('nothing');
  });

  it('notes a refusal that was made good', () => {
    expect(found(requestError, failing(1, { fatal: true, recovered: true }))).toBe('null note one');
  });
});
