/**
 * A gate rule of the organisation's own while it is written: what of it is missing, what it would be, how it is said. Pure.
 *
 * Neighbours: OwnRule.svelte (the form), `$generated/gate` (what may be read and compared), `$core/leaving` (which tries it),
 * `server/domain/gates.py` (which takes it). Invariants: a comparison is offered only where it makes sense · what has no figure or no
 * values in its comparisons says none · a code is made once and never typed.
 */
import { type Rule, ruleId } from '$core/leaving';
import type { ArgsOf } from '$core/types';
import { PATH_TESTS } from '$generated/gate';
import { GATE_FIGURE_MAX } from '$generated/limits';
import type { GateCondition, GatePath, GateTest } from '$generated/types';

export const PATHS = Object.keys(PATH_TESTS) as GatePath[];
export type Weight = 'off' | 'warn' | 'stop';
export type Fault = 'values' | 'figure' | 'zh' | 'en';

/** What may be one of the values of a comparison `in`. */
export const VALUES: Readonly<Partial<Record<GatePath, readonly string[]>>> = {
  'customer.tier': ['good', 'normal', 'watch'],
  'rental.state': ['draft', 'approved', 'out', 'returned', 'closed', 'cancelled'],
  'asset.state': ['available', 'out', 'returned', 'blocked', 'retired'],
};

export interface Draft {
  code: string;
  conditions: GateCondition[];
  weight: Weight;
  /** As typed. */
  figure: string;
  zh: string;
  en: string;
}

/** An empty rule. `uuid`: a fresh id, whose last part is random. */
export function freshRule(uuid: string): Draft {
  const code = `own_${uuid.slice(-12).toLowerCase()}`;
  return {
    code,
    conditions: [conditionOf('asset.battery_health_pct')],
    weight: 'warn',
    figure: '',
    zh: '',
    en: '',
  };
}

export function draftOf(rule: Rule): Draft {
  return {
    code: rule.code,
    conditions: rule.when.map((one) => ({ ...one, values: [...one.values] })),
    weight: rule.active ? rule.level : 'off',
    figure: rule.figure === null ? '' : String(rule.figure),
    zh: rule.zh,
    en: rule.en,
  };
}

/** A comparison of a path, by the first test that makes sense of it, or by `test` where it does. */
export function conditionOf(path: GatePath, test?: GateTest): GateCondition {
  const tests = PATH_TESTS[path];
  return { path, test: test && tests.includes(test) ? test : (tests[0] ?? 'any'), values: [] };
}

export const readsFigure = (draft: Pick<Draft, 'conditions'>): boolean =>
  draft.conditions.some((one) => ['below', 'above', 'past', 'reached'].includes(one.test));

export const readsDays = (draft: Pick<Draft, 'conditions'>): boolean =>
  draft.conditions.some((one) => one.test === 'past');

/** What is missing, or is no figure. */
export function faultsOf(draft: Draft): Fault[] {
  const faults: Fault[] = [];
  if (draft.conditions.some((one) => one.test === 'in' && one.values.length === 0)) faults.push('values');
  if (readsFigure(draft) && figureOf(draft) === null) faults.push('figure');
  if (draft.zh.trim() === '') faults.push('zh');
  if (draft.en.trim() === '') faults.push('en');
  return faults;
}

function figureOf(draft: Draft): number | null {
  const text = draft.figure.trim();
  const value = Number(text);
  return /^\d{1,8}$/.test(text) && value <= GATE_FIGURE_MAX ? value : null;
}

/** The rule as the gate would read it, to be tried before it is saved: also one that will be off. */
export function ruleOf(draft: Draft): Rule {
  return {
    code: draft.code,
    when: draft.conditions,
    level: draft.weight === 'stop' ? 'stop' : 'warn',
    active: true,
    figure: readsFigure(draft) ? figureOf(draft) : null,
    zh: draft.zh.trim(),
    en: draft.en.trim(),
    passable: false,
  };
}

/** The arguments that make it, or change of it what differs from `before`. */
export function argsOf(organisation: string, draft: Draft, before: Rule | null): ArgsOf<'gate_rule.edit'> {
  const { when, figure, zh, en } = ruleOf(draft);
  const off = draft.weight === 'off';
  const said = {
    when,
    active: !off,
    ...(off ? {} : { level: draft.weight }),
    zh,
    en,
    ...(figure === null ? {} : { figure }),
  };
  const known = before as unknown as Record<string, unknown> | null;
  const fresh = { level: 'warn', ...said };
  const changed = Object.entries(known === null ? fresh : said).filter(
    ([name, value]) => known === null || JSON.stringify(value) !== JSON.stringify(known[name]),
  );
  return {
    rule_id: ruleId(organisation, draft.code),
    code: draft.code,
    ...Object.fromEntries(changed),
  } as ArgsOf<'gate_rule.edit'>;
}
