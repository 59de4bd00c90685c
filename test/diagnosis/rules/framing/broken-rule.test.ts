import { describe, expect, it } from 'vitest';
import { brokenRule } from '../../../../src/diagnosis/rules/framing/broken-rule.js';
import type { ViolationRule } from '../../../../src/websocket/websocket-facts.js';
import { closed, opened } from '../../sessions.js';
import { findingOf, findingsOf, found, verdictOn } from '../../verdict.js';

const RULES_BROKEN: ViolationRule[] = [
  'client-frame-unmasked',
  'server-frame-masked',
  'reserved-opcode',
  'rsv-without-extension',
  'control-frame-fragmented',
  'control-frame-too-long',
  'continuation-without-start',
  'data-frame-inside-message',
  'length-not-minimal',
  'length-high-bit-set',
  'data-after-close',
];

describe('framing/broken-rule', () => {
  it.each(RULES_BROKEN)('words %s', (rule) => {
    const session = opened().violation(rule, 'client', '0x3').close('server', 1002).fin('server').build();
    expect(found(brokenRule, session)).toBe(`ws-protocol-error error ${rule}`);
    expect(verdictOn(session)).toBe('failed open ws-protocol-error');
  });

  it('is sure when the Close says 1002, and likely when the other side just left at once', () => {
    const said = opened().violation('reserved-opcode', 'client').close('server', 1002).fin('server').build();
    expect(findingOf(brokenRule, said)?.confidence).toBe('proven');
    const left = opened().violation('reserved-opcode', 'client').fin('server').build();
    expect(findingOf(brokenRule, left)?.confidence).toBe('likely');
    expect(verdictOn(left)).toBe('failed open ws-protocol-error');
  });

  it('warns where the other side did not leave over it', () => {
    const session = closed(opened().violation('length-not-minimal', 'server').message('client', 5));
    expect(found(brokenRule, session)).toBe('ws-protocol-error warning length-not-minimal');
    expect(verdictOn(session)).toBe('ok close');
    const late = opened().violation('length-not-minimal', 'server').wait(9000).fin('client').build();
    expect(verdictOn(late)).toBe('failed open ws-abnormal-closure');
  });

  it('does not blame the rule-breaker’s own departure on the broken rule', () => {
    const session = opened().violation('reserved-opcode', 'server').fin('server').build();
    expect(found(brokenRule, session)).toBe('ws-protocol-error warning reserved-opcode');
  });

  it('speaks once of a rule that one side breaks a hundred times', () => {
    const session = opened();
    for (let n = 0; n < 100; n++) session.violation('client-frame-unmasked', 'client');
    expect(findingsOf(brokenRule, session.build())).toHaveLength(1);
  });
});
