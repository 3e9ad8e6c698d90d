/** The gate before something leaves says the same here as in Python (tests/vectors/gate.json). */
import { describe, expect, it } from 'vitest';
import vectors from '../../../../tests/vectors/gate.json';
import { PATH_TESTS, SHIPPED_RULES } from '../../generated/gate';
import type { GateRule } from '../../generated/types';
import { type LeavingFacts, mayLeave, ruleId, rulesInForce } from '../leaving';

type Changed = Omit<GateRule, 'id'>;

describe('the gate before something leaves', () => {
  for (const { name, known, records, now, says } of vectors.cases) {
    it(`says the same: ${name}`, () => {
      const rules = rulesInForce(records as Changed[]);
      expect(mayLeave(known as LeavingFacts, rules, now)).toEqual(says);
    });
  }

  it('names rules alike', () => {
    for (const { organisation, code, id } of vectors.ids) expect(ruleId(organisation, code)).toBe(id);
  });

  it('every shipped rule is tried both ways, and compares what makes sense', () => {
    const fired = new Set(vectors.cases.flatMap((one) => one.says.reasons.map((reason) => reason.rule)));
    for (const rule of SHIPPED_RULES) {
      expect(fired).toContain(rule.code);
      for (const { path, test } of rule.when) expect(PATH_TESTS[path]).toContain(test);
    }
    expect(vectors.cases.find((one) => one.name === 'clean')?.says).toEqual({ verdict: 'go', reasons: [] });
  });

  it('an unreadable time is never past', () => {
    const asset = { state: 'available', inspection_due_at: 'soon' };
    const known = { asset, rental: null, customer: null, damages: [] };
    expect(mayLeave(known, rulesInForce([]), '2026-11-22T08:00:00Z').verdict).toBe('go');
  });
});
