/** A gate rule of one's own: whole before it is saved, tried as it will be read, and of a known one only what differs is said. */
import { describe, expect, it } from 'vitest';
import { mayLeave, type Rule, rulesInForce } from '$core/leaving';
import { PATH_TESTS } from '$generated/gate';
import {
  argsOf,
  conditionOf,
  type Draft,
  draftOf,
  faultsOf,
  freshRule,
  PATHS,
  ruleOf,
  VALUES,
} from './ownrule';

const UUID = '0197f3a0-0000-7000-8000-0000000000ab';
const whole: Draft = {
  ...freshRule(UUID),
  figure: '90',
  zh: '电池低于 {figure}%',
  en: 'Battery below {figure}%',
};

describe('a gate rule of one’s own', () => {
  it('says what is missing', () => {
    expect(faultsOf(freshRule(UUID))).toEqual(['figure', 'zh', 'en']);
    expect(faultsOf({ ...whole, conditions: [conditionOf('customer.tier')] })).toEqual(['values']);
    expect(faultsOf({ ...whole, figure: '1e9' })).toEqual(['figure']);
    expect(faultsOf(whole)).toEqual([]);
  });

  it('compares only what makes sense, and has values to choose where it needs some', () => {
    for (const path of PATHS) {
      expect(PATH_TESTS[path]).toContain(conditionOf(path).test);
      expect(PATH_TESTS[path]).toContain(conditionOf(path, 'below').test);
      if (PATH_TESTS[path].includes('in')) expect(VALUES[path]?.length).toBeGreaterThan(1);
    }
  });

  it('is tried as the phone will read it', () => {
    const known = { rental: null, customer: null, damages: [] };
    const at = (health: number) =>
      mayLeave(
        { ...known, asset: { battery_health_pct: health } },
        [ruleOf({ ...whole, weight: 'stop' })],
        '2026-11-22T08:00:00Z',
      );
    expect(at(89).verdict).toBe('stop');
    expect(at(90).verdict).toBe('go');
  });

  it('is recorded whole at first, then by what differs', () => {
    const first = argsOf('0197f3a0-0000-7000-8000-000000000000', whole, null);
    expect(first).toMatchObject({ code: 'own_0000000000ab', level: 'warn', active: true, figure: 90 });
    const [rule] = rulesInForce([{ ...first, active: null } as never]).filter(
      (one) => one.code === whole.code,
    );
    const changed = argsOf(
      '0197f3a0-0000-7000-8000-000000000000',
      { ...draftOf(rule as Rule), weight: 'off' },
      rule as Rule,
    );
    expect(Object.keys(changed).sort()).toEqual(['active', 'code', 'rule_id']);
  });
});
