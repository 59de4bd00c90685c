import { describe, expect, it } from 'vitest';
import { missingAddress } from '../../../../src/diagnosis/rules/dns/missing-address.js';
import { RECORD_TYPES } from '../../../../src/dns/dns-codes.js';
import { lookupFindingOf } from '../../verdict.js';
import { answer, failed, lookup, question } from './lookups.js';

describe('dns/missing-address', () => {
  it('says for which record types the name has none', () => {
    const questions = [RECORD_TYPES.A, RECORD_TYPES.AAAA].map((type) => ({
      ...question([0], type),
      answers: [answer(0.1)],
    }));
    const finding = lookupFindingOf(missingAddress, failed([lookup(questions)]));
    expect(finding).toMatchObject({ cause: 'dns-no-address', message: 'empty', confidence: 'proven' });
    expect(finding?.data?.types).toEqual({ type: 'list', texts: ['A', 'AAAA'] });
  });

  it('names the alias that has none', () => {
    const questions = [{ ...question([0]), answers: [answer(0.1, { aliases: ['edge.test'] })] }];
    const finding = lookupFindingOf(missingAddress, failed([lookup(questions)]));
    expect(finding?.message).toBe('alias');
    expect(finding?.data?.target).toEqual({ type: 'text', text: 'edge.test' });
  });

  it('is silent where only AAAA was asked for: the other family may be known', () => {
    const questions = [{ ...question([0], RECORD_TYPES.AAAA), answers: [answer(0.1)] }];
    expect(() => failed([lookup(questions)])).toThrow();
  });

  it('is silent where the name does not exist', () => {
    const questions = [{ ...question([0]), answers: [answer(0.1, { code: 3 })] }];
    expect(lookupFindingOf(missingAddress, failed([lookup(questions)]))).toBeUndefined();
  });
});
