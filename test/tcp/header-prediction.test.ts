import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { type Conversation, conversation } from '../wire/conversation.js';

type Step = [action: string, isClient: boolean, size: number];

const step: fc.Arbitrary<Step> = fc.tuple(
  fc.constantFrom(
    ...['data', 'data', 'data', 'data', 'ack', 'ack', 'both', 'both'],
    ...['wait', 'lose', 'drop', 'again', 'copy', 'swap', 'snap', 'window', 'alive', 'fin', 'rst'],
  ),
  fc.boolean(),
  fc.integer({ min: 1, max: 40 }),
);

function play(steps: readonly Step[], options: { ipv6: boolean; noIds: boolean; timestamps: boolean }): Conversation {
  const talk = conversation(options).handshake().client('hello').server('hello').ack('client');
  for (const [action, isClient, size] of steps) {
    const party = isClient ? 'client' : 'server';
    const payload = 'x'.repeat(size);
    if (action === 'data') talk[party](payload);
    else if (action === 'ack') talk.ack(party);
    else if (action === 'both') talk.client(payload).server(payload);
    else if (action === 'wait') talk.after(size * 20);
    else if (action === 'lose') talk[party](payload).lose();
    else if (action === 'drop') talk[party](payload).drop();
    else if (action === 'again') talk.again(party);
    else if (action === 'copy') talk.copy();
    else if (action === 'swap') talk.client(payload).server(payload).swapLast();
    else if (action === 'snap') talk[party](payload).snap(14 + 40 + 32 + 1);
    else if (action === 'window') talk.window(party, size % 3).ack(party);
    else if (action === 'alive') talk.keepAlive(party);
    else if (action === 'fin') talk.fin(party);
    else talk.rst(party);
  }
  return talk;
}

describe('header prediction', () => {
  it('tells of any conversation what the long way tells', async () => {
    const { runTcp } = await import('../wire/tcp-run.js');
    vi.resetModules();
    const asked = vi.fn(() => false);
    vi.doMock('../../src/tcp/header-prediction.js', () => ({ passPredicted: asked }));
    const longWay = await import('../wire/tcp-run.js');
    const options = fc.record({ ipv6: fc.boolean(), noIds: fc.boolean(), timestamps: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), options, (steps, how) => {
        const talk = play(steps, how);
        const told = (run: typeof runTcp) =>
          run(talk).map(({ said, ends, events, arrivals, facts }) => ({ said, ends, events, arrivals, facts }));
        expect(told(runTcp)).toEqual(told(longWay.runTcp));
      }),
      { numRuns: 600 },
    );
    expect(asked).toHaveBeenCalled();
    vi.doUnmock('../../src/tcp/header-prediction.js');
  });
});
