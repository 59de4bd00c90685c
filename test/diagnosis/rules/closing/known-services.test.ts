import { describe, expect, it } from 'vitest';
import { closeCode } from '../../../../src/diagnosis/rules/closing/close-code.js';
import { aSession } from '../../../wire/session-builder.js';
import { anError, speaking } from '../../../wire/subprotocol-facts.js';
import { arrivalAt, opened, UPGRADE } from '../../sessions.js';
import { findingOf, found } from '../../verdict.js';

const closing = (host: string, code: number, reason = '') =>
  aSession()
    .host(host)
    .handshake()
    .request('/', [...UPGRADE])
    .response(101)
    .wait(500)
    .close('server', code, reason)
    .fin('server')
    .build();

describe('close codes of known services', () => {
  it.each([
    { name: 'Discord by its host', session: closing('gateway.discord.gg', 4004), meaning: /token/ },
    { name: 'OpenAI by its host', session: closing('api.openai.com:443', 4004), meaning: /model/ },
    {
      name: 'OpenAI by its reason',
      session: closing('gateway.example.com', 3000, 'invalid_request_error.invalid_api_key'),
      meaning: /key/,
    },
    {
      name: 'Pusher by its path',
      session: speaking(closing('ws.example.com', 4001), 'pusher', { handshake: undefined }),
      meaning: /does not exist/,
    },
  ])('are read as $name', ({ session, meaning }) => {
    const finding = findingOf(closeCode, session);
    expect(finding).toMatchObject({ cause: 'ws-application-close', message: 'known-meaning' });
    expect(finding?.data?.meaning).toMatchObject({ text: expect.stringMatching(meaning) });
  });

  it.each([
    { name: 'another host', session: closing('gateway.example.com', 4004) },
    { name: 'a code the service does not have', session: closing('gateway.discord.gg', 4300) },
  ])('say nothing of $name', ({ session }) => {
    expect(found(closeCode, session)).toBe('ws-application-close error ws-application-close');
  });

  it('are not repeated where the subprotocol has said why', () => {
    const session = opened().message('client', 20).wait(2000).close('server', 1011).fin('server').build();
    expect(found(closeCode, session)).toBe('ws-internal-error error ws-internal-error');
    const errors = [anError('connection_error', 'server', arrivalAt(8, 1))];
    expect(found(closeCode, speaking(session, 'graphql-ws', { errors }))).toBe('nothing');
    const late = [anError('connection_error', 'server', arrivalAt(8, -10))];
    expect(found(closeCode, speaking(session, 'graphql-ws', { errors: late }))).toBe(
      'ws-internal-error error ws-internal-error',
    );
  });
});
