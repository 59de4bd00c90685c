import { describe, expect, it } from 'vitest';
import { closeMeaning } from '../../src/subprotocol/recognise.js';
import { SubprotocolDriver } from '../wire/subprotocol-driver.js';

const init = { type: 'connection_init' };
const ack = { type: 'connection_ack' };

describe.each(['graphql-transport-ws', 'graphql-ws'])('%s', (token) => {
  const open = () => new SubprotocolDriver({ token }).client(init).server(ack);

  it('follows connection_init and its acknowledgement', () => {
    const { facts, told } = open();
    expect(facts).toMatchObject({ name: token, handshake: { asked: { packet: 1 }, answered: { packet: 2 } } });
    expect(told).toEqual(['client connection_init', 'server connection_ack']);
  });

  it('never repeats what connection_init carries', () => {
    const driver = new SubprotocolDriver({ token }).client({ ...init, payload: { token: 'SECRET' } });
    expect(JSON.stringify([driver.facts, driver.told, [...driver.data]])).not.toContain('SECRET');
  });

  it('does not take an operation before connection_init for an accepted handshake', () => {
    const { handshake } = new SubprotocolDriver({ token }).client({ id: '1', type: 'subscribe' }).facts;
    expect(handshake).toMatchObject({ asked: undefined, answered: undefined });
  });

  it('measures an operation up to its first result', () => {
    const driver = open()
      .client({ id: '1', type: token === 'graphql-ws' ? 'start' : 'subscribe' })
      .wait(6);
    driver.server({ id: '1', type: token === 'graphql-ws' ? 'data' : 'next' }, { id: '1', type: 'complete' });
    expect(driver.facts.latency.client).toMatchObject({ count: 1, max: 7e6 });
  });

  it('reads errors of operations, which end nothing', () => {
    const { errors } = open().server({ id: '1', type: 'error', payload: [{ message: 'no such field' }] }).facts;
    expect(errors).toMatchObject([{ text: 'no such field', subject: '1', fatal: false }]);
  });
});

describe('graphql-ws', () => {
  it('reads connection_error and connection_terminate', () => {
    const driver = new SubprotocolDriver({ token: 'graphql-ws' }).client(init);
    driver.server({ type: 'connection_error', payload: { message: 'token expired' } });
    expect(driver.facts.errors).toMatchObject([{ text: 'token expired', inHandshake: true, fatal: true }]);
    expect(driver.client({ type: 'connection_terminate' }).facts.goodbye).toMatchObject({ from: 'client' });
  });

  it('gives its codes no meaning: 4409 is one of the newer protocol', () => {
    expect(closeMeaning('graphql-ws', 4409)).toBeUndefined();
    expect(closeMeaning('graphql-transport-ws', 4409)?.text).toMatch(/already exists/);
  });
});
