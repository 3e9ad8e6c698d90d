/** What became of one's own entries: told with its reason, once, and again when it changes. */
import { beforeEach, describe, expect, it } from 'vitest';
import { ERROR_MESSAGES } from '$generated/errors';
import { MACHINES, type MachineName } from '$generated/states';
import { locale } from '$i18n/office';
import type { Names } from './incidents';
import { keyOf, type Outcome, reasonOf, toTell } from './outcomes';
import { notNow } from './steps';

const NAMES: Names = {
  deviceName: (id) => id,
  person: new Map([['p1', { name: '叶枫', name_en: 'Ye Feng' }]]),
  zone: 'Asia/Shanghai',
};

function outcome(seq: number, over: Partial<Outcome> = {}): Outcome {
  return {
    id: `e${seq}`,
    device_id: 'dev1',
    epoch: 0,
    seq,
    action: 'incident.close',
    state: 'refused',
    code: 'state_illegal',
    detail: {},
    ...over,
  };
}

beforeEach(() => locale.set('zh'));

describe('own outcomes', () => {
  it('are told, the newest first, but for what took effect or only waits for its turn', () => {
    const all = [
      outcome(1),
      outcome(2, { state: 'applied', code: null }),
      outcome(3, { state: 'held', code: null }),
      outcome(4, { state: 'conflict', code: null, detail: { rule: 'decided_twice' } }),
      outcome(5, { state: 'applied', code: null, detail: { rule: 'found' } }),
    ];
    expect(toTell(all, new Set()).map((one) => one.seq)).toEqual([5, 4, 1]);
  });

  it('are told once, and again when they change', () => {
    const one = outcome(1);
    const away = new Set([keyOf(one)]);
    expect(toTell([one], away)).toEqual([]);
    expect(toTell([outcome(1, { state: 'conflict', detail: { rule: 'decided_twice' } })], away)).toHaveLength(
      1,
    );
  });

  it('say why in the language of the screen; an unknown code stands as it is', () => {
    expect(reasonOf(outcome(1), NAMES)).toBe(ERROR_MESSAGES.state_illegal.zh);
    locale.set('en');
    expect(reasonOf(outcome(1), NAMES)).toBe(ERROR_MESSAGES.state_illegal.en);
    expect(reasonOf(outcome(1, { code: 'of_tomorrow' }), NAMES)).toBe('of_tomorrow');
    expect(reasonOf(outcome(1, { code: null, detail: { rule: 'decided_twice' } }), NAMES)).not.toBe('');
  });

  it('name who had closed an incident before, and when; or that it ended by itself', () => {
    const detail = { closed_by: 'p1', closed_at: '2026-11-22T04:00:00Z' };
    const late = outcome(1, { code: 'incident_closed', detail });
    expect(reasonOf(late, NAMES)).toContain('叶枫 已于 2026-11-22 12:00');
    locale.set('en');
    expect(reasonOf(late, NAMES)).toContain('Ye Feng closed this incident');
    const itself = outcome(1, { code: 'incident_closed', detail: { ...detail, closed_by: null } });
    expect(reasonOf(itself, NAMES)).toContain('ended by itself');
    expect(reasonOf(itself, NAMES)).not.toContain('Ye Feng');
  });

  it('name the manager who left an entry refused, when and why; that is something new to be told', () => {
    const rejected = { by: 'p1', at: '2026-11-22T04:00:00Z', reason: '财务不做交接' };
    const one = outcome(1, { code: 'action_forbidden', detail: { rejected } });
    expect(reasonOf(one, NAMES)).toContain('叶枫 于 2026-11-22 12:00');
    expect(reasonOf(one, NAMES)).toContain('财务不做交接');
    expect(keyOf(one)).not.toBe(keyOf(outcome(1, { code: 'action_forbidden' })));
  });
});

describe('values that lost', () => {
  const loss = {
    kind: 'customer',
    id: 'c1',
    field: 'name',
    item: null,
    known: true,
    said: '甲',
    shown: true,
    stands: '乙',
  };
  const told = (at: string) => ({
    told: [{ ...loss, by: 'p1', at, decided: false }],
    lost: { 'customer/c1': ['name'] },
  });

  it('are something new to be told when another value comes to stand', () => {
    const first = outcome(1, { state: 'merged', code: null, detail: told('2026-11-22T04:00:00Z') });
    expect(toTell([first], new Set()).map((one) => one.id)).toEqual(['e1']);
    expect(toTell([first], new Set([keyOf(first)]))).toEqual([]);
    const second = outcome(1, { state: 'merged', code: null, detail: told('2026-11-22T05:00:00Z') });
    expect(toTell([second], new Set([keyOf(first)]))).toHaveLength(1);
  });
});

describe('a step out of order', () => {
  const ILLEGAL = (Object.keys(MACHINES) as MachineName[]).flatMap((machine) =>
    MACHINES[machine].states.flatMap((state) =>
      MACHINES[machine].steps
        .filter((step) => !step.isFact && !(step.sources as readonly string[]).includes(state.id))
        .map((step) => ({ machine, state, step })),
    ),
  );

  it.each(['zh', 'en'] as const)('is refused by name, in %s', (lang) => {
    locale.set(lang);
    expect(ILLEGAL.length).toBeGreaterThan(60);
    for (const { machine, state, step } of ILLEGAL) {
      const legal = MACHINES[machine].steps.filter(
        (one) => !one.isFact && (one.sources as readonly string[]).includes(state.id),
      );
      const detail = {
        machine,
        state: state.id,
        step: step.id,
        legal: legal.map((one) => one.id),
      };
      const said = reasonOf(outcome(1, { action: `${machine}.${step.id}`, detail }), NAMES);
      for (const word of [state[lang], step[lang], ...legal.map((one) => one[lang])])
        expect(said).toContain(word);
      expect(notNow(machine, step.id)).toContain(step[lang]);
    }
  });
});
