import { describe, expect, it } from 'vitest';
import { subprotocolCloseCode } from '../../../../src/diagnosis/rules/subprotocol/close-code.js';
import { aSession } from '../../../wire/session-builder.js';
import { aHandshake, speaking } from '../../../wire/subprotocol-facts.js';
import { arrivalAt, having, judged, opened, SWITCHING, UPGRADE } from '../../sessions.js';
import { findingOf, found, verdictOn } from '../../verdict.js';

const closing = (code: number, reason = '', target = '/live') =>
  aSession()
    .handshake()
    .request(target, [...UPGRADE])
    .response(101, 'Switching Protocols', [...SWITCHING])
    .wait(3000)
    .close('server', code, reason)
    .close('client', code)
    .fin('server')
    .build();

const accepted = { handshake: aHandshake({ asked: arrivalAt(8, 1), answered: arrivalAt(9, 1) }) };

describe('subprotocol/close-code', () => {
  it.each([
    [4400, 'graphql-protocol-misuse'],
    [4401, 'graphql-unauthorized'],
    [4403, 'graphql-unauthorized'],
    [4408, 'graphql-init-timeout'],
    [4409, 'graphql-protocol-misuse'],
    [4429, 'graphql-protocol-misuse'],
  ])('takes %i of graphql-transport-ws for %s', (code, cause) => {
    expect(verdictOn(speaking(closing(code), 'graphql-transport-ws'))).toBe(`failed subprotocol ${cause}`);
    expect(verdictOn(speaking(closing(code), 'graphql-transport-ws', accepted))).toBe(`failed open ${cause}`);
  });

  it.each([
    [3000, 'ok close'],
    [3005, 'failed open centrifugo-disconnect'],
    [3012, 'failed open centrifugo-disconnect'],
    [3501, 'failed open centrifugo-bad-request'],
    [3504, 'failed open centrifugo-disconnect'],
    [4100, 'failed open centrifugo-disconnect'],
  ])('takes %i of Centrifugo as its table says', (code, verdict) => {
    expect(verdictOn(speaking(closing(code), 'centrifugo', accepted))).toBe(verdict);
  });

  it('blames the first command where it was none of connect, whatever the terminal code', () => {
    const session = speaking(closing(3502, 'stale'), 'centrifugo', { detail: { firstCommand: 'subscribe' } });
    expect(findingOf(subprotocolCloseCode, session)).toMatchObject({
      cause: 'centrifugo-bad-request',
      stage: 'subprotocol',
      message: 'centrifugo-bad-request',
      data: { command: { text: 'subscribe' } },
    });
  });

  it('says how long no connection_init came', () => {
    const finding = findingOf(subprotocolCloseCode, speaking(closing(4408), 'graphql-transport-ws'));
    expect(finding?.data?.waited).toEqual({ type: 'duration', ns: 3001e6 });
  });

  it.each([
    { name: 'code and reason together', session: closing(3501, 'bad request') },
    { name: 'the reason of protocol 1', session: closing(3501, '{"reason":"bad request","reconnect":false}') },
  ])('knows Centrifugo, likely, by $name', ({ session }) => {
    expect(findingOf(subprotocolCloseCode, session)).toMatchObject({
      cause: 'centrifugo-bad-request',
      confidence: 'likely',
    });
  });

  it('takes path and code for no more than a possibility, and for none where the reason is in other words', () => {
    const path = '/connection/websocket';
    expect(findingOf(subprotocolCloseCode, closing(3501, '', path))?.confidence).toBe('possible');
    expect(found(subprotocolCloseCode, closing(3501, 'kicked', path))).toBe('nothing');
  });

  it('knows access that ended in the open session from a connection_init that was refused', () => {
    const expired = speaking(closing(4403, 'token expired'), 'graphql-transport-ws', accepted);
    expect(findingOf(subprotocolCloseCode, expired)).toMatchObject({
      message: 'graphql-withdrawn',
      remedies: ['fresh', 'server'],
    });
    const refused = speaking(closing(4403), 'graphql-transport-ws');
    expect(findingOf(subprotocolCloseCode, refused)).toMatchObject({
      message: 'graphql-unauthorized',
      remedies: ['token'],
    });
  });

  it('takes 4500 before the acknowledgement for a failure of the handshake', () => {
    const session = speaking(closing(4500, 'jwt expired'), 'graphql-transport-ws');
    expect(verdictOn(session)).toBe('failed subprotocol ws-application-close');
    expect(findingOf(subprotocolCloseCode, session)?.remedies).toEqual(['onConnect', 'server']);
  });

  it('sees a client of the older protocol sent away with 4406, and not that it left for want of a subprotocol', () => {
    const offering = (offered: string) => {
      const request = having(UPGRADE, { 'Sec-WebSocket-Protocol': offered });
      const session = aSession()
        .handshake()
        .request('/graphql', request)
        .response(101, undefined, [...SWITCHING]);
      return judged(session.close('server', 4406, 'Subprotocol not acceptable').rst('client').build());
    };
    expect(verdictOn(offering('graphql-ws'))).toBe('failed open graphql-protocol-misuse');
    expect(verdictOn(offering('chat'))).toBe('failed open ws-application-close');
  });

  it.each([
    [4001, 'pusherSettings'],
    [4004, 'pusherLimit'],
    [4100, 'pusherWait'],
    [4200, 'pusherReturn'],
    [4201, 'pusherPong'],
  ])('says what to do about %i of Pusher', (code, remedy) => {
    const session = speaking(closing(code), 'pusher', { handshake: undefined });
    expect(verdictOn(session)).toBe('failed open ws-application-close');
    expect(findingOf(subprotocolCloseCode, session)?.remedies).toEqual([remedy]);
  });

  it('does not take the number alone for proof: 3000 and 3501 mean other things elsewhere', () => {
    expect(verdictOn(closing(3000))).toBe('failed open ws-application-close');
    expect(verdictOn(closing(3501, 'invalid key'))).toBe('failed open ws-application-close');
    expect(verdictOn(speaking(closing(3000), 'wamp', accepted))).toBe('failed open ws-application-close');
    expect(found(subprotocolCloseCode, speaking(closing(4409), 'graphql-ws'))).toBe('nothing');
  });

  it('leaves ordinary codes alone', () => {
    expect(found(subprotocolCloseCode, speaking(closing(1000), 'centrifugo', accepted))).toBe('nothing');
    expect(verdictOn(opened().close('client', 1000).close('server', 1000).fin('server').build())).toBe('ok close');
  });
});
