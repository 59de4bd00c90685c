import { describe, expect, it } from 'vitest';
import { diagnose, diagnoseCapture } from '../../src/diagnosis/diagnose.js';
import { defineCaptureRule, defineRule, type Rule, type RuleMeta } from '../../src/diagnosis/rule.js';
import { RULES } from '../../src/diagnosis/rules/index.js';
import { runRules } from '../../src/diagnosis/run-rules.js';
import { closed, opened } from './sessions.js';
import { judgedView, viewOf } from './verdict.js';

const meta = (id: string, needs: RuleMeta['needs'] = []): RuleMeta => ({
  id,
  title: id,
  severity: 'error',
  causes: ['ws-reset'],
  needs,
  reference: [],
  messages: { said: 'Said.' },
  notes: {},
  remedies: {},
});

const crashing = defineRule({
  meta: meta('test/crashing'),
  // biome-ignore lint/correctness/useYield: it throws before it could
  *check() {
    throw new Error('no such field');
  },
});
const endless: Rule = {
  meta: meta('test/endless'),
  *check() {
    for (;;) yield { message: 'said', cause: null, evidence: [], confidence: 'proven', remedies: [] };
  },
};

describe('running rules', () => {
  it('says of each rule what became of it', () => {
    const session = closed(opened().unseen('frames'));
    const silent = defineRule({ meta: meta('test/silent'), *check() {} });
    const blind = defineRule({ meta: meta('test/blind', ['frames', 'no-gaps']), *check() {} });
    const results = runRules([silent, blind, crashing, endless], session, viewOf([session]));
    expect(results.map(({ rule, outcome, because }) => [rule.id, outcome, because])).toEqual([
      ['test/silent', 'passed', undefined],
      ['test/blind', 'not-applicable', 'frames'],
      ['test/crashing', 'crashed', 'no such field'],
      ['test/endless', 'found', undefined],
    ]);
    expect(results[3]?.findings).toHaveLength(16);
  });

  it('lets the other rules speak when one crashes, and reports the crash', () => {
    const session = opened().message('client', 20).fin('server').build();
    const diagnosis = diagnose(session, viewOf([session]), [crashing, ...RULES]);
    expect(diagnosis.cause).toBe('ws-abnormal-closure');
    expect(diagnosis.crashed).toMatchObject([{ rule: { id: 'test/crashing' }, because: 'no such field' }]);
  });

  it('marks the stage that failed, and adds it where the packets showed none of it', () => {
    const session = opened().message('client', 20).fin('server').build();
    diagnose(session, viewOf([session]));
    expect(session.stages.map(({ stage, status }) => `${stage} ${status}`)).toEqual([
      'tcp ok',
      'upgrade ok',
      'open failed',
    ]);
    const bare = opened().message('client', 20).fin('server').build();
    bare.stages = bare.stages.filter(({ stage }) => stage === 'upgrade');
    diagnose(bare, viewOf([bare]));
    expect(bare.stages.map(({ stage }) => stage)).toEqual(['upgrade', 'open']);
  });

  it('collects the findings of rules over the whole capture, crashes apart', () => {
    const session = closed(opened());
    const about = defineCaptureRule({
      meta: meta('test/capture'),
      *check({ sessions }) {
        yield { message: 'said', cause: null, evidence: [], confidence: 'proven', remedies: [], sessions };
      },
    });
    const broken = defineCaptureRule({
      meta: meta('test/broken'),
      check() {
        throw new Error('oh');
      },
    });
    const { findings, crashed } = diagnoseCapture(judgedView([session]), [broken, about]);
    expect(findings).toMatchObject([{ rule: { id: 'test/capture' }, sessions: [session] }]);
    expect(crashed).toMatchObject([{ because: 'oh' }]);
  });
});
