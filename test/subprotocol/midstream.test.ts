import { describe, expect, it } from 'vitest';
import { SubprotocolDriver } from '../wire/subprotocol-driver.js';

describe('subprotocols met in mid-stream', () => {
  it.each([
    ['stomp', 'MESSAGE\ndestination:/topic/news\nmessage-id:1\n\nhello\0'],
    ['stomp', 'SEND\ndestination:/app/say\n\n{"text":"hello"}\0\n'],
    ['socket.io', '42["say","hello"]'],
    ['socket.io', '42/admin,17["say",{"text":"hello"}]'],
    ['graphql-transport-ws', '{"id":"1","type":"next","payload":{"data":{}}}'],
    ['phoenix', '[null,"7","phoenix","heartbeat",{}]'],
    ['json-rpc', '{"jsonrpc":"2.0","id":7,"result":true}'],
  ])('shows %s by %j', (name, text) => {
    const { facts } = new SubprotocolDriver({ midstream: true }).server('noise').server(text);
    expect(facts).toMatchObject({ name, recognised: 'resembles' });
  });

  it.each([
    'MESSAGE of the day: be kind',
    'SEND\nmore money\n\n\0',
    '42 is the answer',
    '42[1,2',
    '4200',
    '{"type":"next"}',
    '{"type":"subscribe","channel":"news"}',
    '{"topic":"a","event":"say"}',
    '["a","b","c","d","e"]',
  ])('is not shown by %j', (text) => {
    expect(new SubprotocolDriver({ midstream: true }).server(text).client(text).layer.facts).toBeUndefined();
  });

  it('tries eight messages of each side', () => {
    const driver = new SubprotocolDriver({ midstream: true });
    for (let count = 0; count < 7; count++) driver.server('noise');
    expect(driver.server('42["say"]').facts.name).toBe('socket.io');
  });
});
