import { describe, expect, it } from 'vitest';
import { errorAnswer } from '../../../../src/diagnosis/rules/dns/error-answer.js';
import { filled, lookupFindingOf } from '../../verdict.js';
import { answer, failed, lookup, question } from './lookups.js';

const answered = (...answers: ReturnType<typeof answer>[]) => ({ ...question([0]), answers });

describe('dns/error-answer', () => {
  it('says that the name does not exist', () => {
    const finding = lookupFindingOf(errorAnswer, failed([lookup([answered(answer(0.1, { code: 3 }))])]));
    expect(finding).toMatchObject({
      cause: 'dns-nxdomain',
      message: 'noSuchName',
      confidence: 'proven',
      struckAt: 1e8,
    });
    expect(finding?.evidence.map(({ note }) => note)).toEqual(['query', 'answer']);
  });

  it('names all that were tried under search suffixes', () => {
    const tries = ['chat.corp.test', 'chat.test'].map((name, n) =>
      lookup([{ ...question([n / 10]), answers: [answer(n / 10 + 0.05, { code: 3 })] }], name),
    );
    const finding = lookupFindingOf(errorAnswer, failed(tries));
    expect(finding?.message).toBe('noSuchNames');
    expect(finding?.data?.tried).toEqual({ type: 'list', texts: ['chat.corp.test', 'chat.test'] });
  });

  it('gives the code and why, where the resolver says', () => {
    const extendedError = { code: 6, text: 'no signature' };
    const finding = lookupFindingOf(errorAnswer, failed([lookup([answered(answer(0.1, { code: 2, extendedError }))])]));
    expect(finding).toMatchObject({ cause: 'dns-servfail', message: 'explained', confidence: 'proven' });
    expect(finding?.data?.code).toEqual({ type: 'text', text: 'SERVFAIL' });
    expect(filled(finding, 'reason')).toBe('DNSSEC bogus: no signature');
  });

  it('is sure of an error only when a retry would have been seen', () => {
    const facts = [lookup([answered(answer(0.1, { code: 5 }))])];
    expect(lookupFindingOf(errorAnswer, failed(facts, 0.1))?.confidence).toBe('likely');
    expect(lookupFindingOf(errorAnswer, failed(facts, 2))?.confidence).toBe('proven');
  });

  it('is silent on an empty answer', () => {
    expect(lookupFindingOf(errorAnswer, failed([lookup([answered(answer(0.1))])]))).toBeUndefined();
  });
});
