/** The gate's policy in the settings: what is asked for, what is wrong, what is recorded. */
import { describe, expect, it } from 'vitest';
import { differs, figureOf, policyArgs, wishOf, wrongIn } from './policy';

const STANDS = wishOf({ gate_policy: 'grace', grace_hours: 5, grace_entries: 60, files_hours: 24 });

describe('the policy', () => {
  it('stands at its defaults where a record does not say', () => {
    expect(wishOf({})).toEqual({
      gate: 'strict',
      figures: { grace_hours: '12', grace_entries: '200', files_hours: '24' },
    });
  });

  it.each(['0', '169', '-1', '1.5', '', ' ', 'abc', '1e1', '99999'])(
    'takes no figure out of bounds: %j',
    (typed) => {
      expect(figureOf('grace_hours', typed)).toBeNull();
    },
  );

  it('takes whole numbers within their bounds', () => {
    expect([
      figureOf('grace_hours', ' 168 '),
      figureOf('grace_entries', '2000'),
      figureOf('files_hours', '1'),
    ]).toEqual([168, 2000, 1]);
  });

  it('looks only at the figures the chosen policy goes by', () => {
    const wish = { gate: 'records' as const, figures: { ...STANDS.figures, grace_hours: 'x' } };
    expect(wrongIn(wish)).toEqual([]);
    expect(wrongIn({ ...wish, gate: 'grace' })).toEqual(['grace_hours']);
    expect(policyArgs(wish, STANDS)).toEqual({
      gate_policy: 'records',
      grace_hours: 5,
      grace_entries: 60,
      files_hours: 24,
    });
  });

  it('knows whether anything was changed', () => {
    expect(differs(STANDS, STANDS)).toBe(false);
    expect(differs({ ...STANDS, figures: { ...STANDS.figures, files_hours: '3' } }, STANDS)).toBe(false);
    expect(differs({ ...STANDS, figures: { ...STANDS.figures, grace_hours: '6' } }, STANDS)).toBe(true);
    expect(differs({ ...STANDS, gate: 'strict' }, STANDS)).toBe(true);
  });
});
