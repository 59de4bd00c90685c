import { describe, expect, it } from 'vitest';
import { SubprotocolDriver } from '../wire/subprotocol-driver.js';

const CHANNEL = '{"channel":"ChatChannel"}';
const cable = () =>
  new SubprotocolDriver({ token: 'actioncable-v1-json', target: '/cable' }).server({ type: 'welcome' });

describe('Action Cable', () => {
  it('is known by its name, and counts the pings of the server', () => {
    const driver = cable().server({ type: 'ping', message: 1 }).wait(2999).server({ type: 'ping', message: 4 });
    expect(driver.facts).toMatchObject({ name: 'actioncable', version: 'v1', recognised: 'negotiated' });
    expect(driver.facts.heartbeats.server).toMatchObject({ count: 2, shortestPeriod: 3e9, unanswered: undefined });
  });

  it('measures subscriptions, and tells those that are rejected', () => {
    const driver = cable().client({ command: 'subscribe', identifier: CHANNEL }).wait(4);
    driver.server({ type: 'confirm_subscription', identifier: CHANNEL });
    expect(driver.facts.latency.client).toMatchObject({ count: 1, max: 5e6 });
    driver.server({ type: 'reject_subscription', identifier: '{"channel":"Nope"}' });
    expect(driver.facts.errors).toMatchObject([{ event: 'reject_subscription', fatal: false }]);
  });

  it('tells why the server ends the session', () => {
    const { facts } = cable().server({ type: 'disconnect', reason: 'unauthorized', reconnect: false });
    expect(facts.errors).toMatchObject([{ event: 'disconnect', text: 'unauthorized', fatal: true }]);
  });

  it('lets messages of channels pass, and counts what is no JSON', () => {
    const { facts, told } = cable().server({ identifier: CHANNEL, message: {} }, 'hello');
    expect(told).toEqual(['server welcome', 'server (message)']);
    expect(facts.unread).toBe(1);
  });
});
