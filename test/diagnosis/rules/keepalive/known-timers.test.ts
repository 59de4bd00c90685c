import { describe, expect, it } from 'vitest';
import { matchTimer } from '../../../../src/diagnosis/rules/keepalive/known-timers.js';

describe('known timers', () => {
  it('finds the nearest one and how far it is', () => {
    expect(matchTimer(350.4e9)).toMatchObject({ timer: 350e9, distance: expect.closeTo(0.4e9, -3) });
  });

  it('lets timers fire late rather than early', () => {
    expect(matchTimer(61.5e9)?.timer).toBe(60e9);
    expect(matchTimer(61.6e9)).toBeUndefined();
    expect(matchTimer(59.75e9)?.timer).toBe(60e9);
    expect(matchTimer(59.7e9)).toBeUndefined();
    expect(matchTimer(0)).toBeUndefined();
  });
});
