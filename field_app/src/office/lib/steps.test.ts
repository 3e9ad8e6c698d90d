/** Every state of a machine the office works with is left by a button it offers, unless it is final or the field decides. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MACHINES, type MachineName } from '$generated/states';
import { isLegal, OFFERED, stepTo } from './steps';

describe('the buttons of the office', () => {
  it.each(Object.keys(OFFERED) as (keyof typeof OFFERED & MachineName)[])(
    'leave each state of %s',
    (name) => {
      const machine = MACHINES[name];
      const stuck = machine.states
        .map((state) => state.id)
        .filter((state) => !machine.final.includes(state) && !machine.leftByFact.includes(state))
        .filter(
          (state) =>
            !OFFERED[name].some((step) => {
              const to = stepTo(name, state, step);
              return to !== null && to !== state;
            }),
        );
      expect(stuck).toEqual([]);
    },
  );

  // What a dialog offers by a state of its own: from each of these states, the action of a button there.
  it.each([
    ['contact', 'customers/Contacts.svelte', { active: 'contact.end' }],
    [
      'price_plan',
      'settings/PricePlans.svelte',
      { active: 'price_plan.retire', retired: 'price_plan.retire' },
    ],
    [
      'task',
      'planning/TaskDialog.svelte',
      { proposed: 'task.cancel', open: 'task.cancel', started: 'task.cancel', cancelled: 'task.reopen' },
    ],
  ] as const)('leave each state of %s', (name, file, left) => {
    const machine = MACHINES[name];
    const page = readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
    expect(Object.keys(left)).toEqual(
      machine.states.map((state) => state.id).filter((state) => !machine.final.includes(state)),
    );
    for (const action of Object.values(left)) expect(page).toContain(`'${action}'`);
  });

  it('are all steps of their machines', () => {
    for (const [name, steps] of Object.entries(OFFERED)) {
      for (const step of steps) {
        expect(
          MACHINES[name as MachineName].states.some((state) => isLegal(name as MachineName, state.id, step)),
        ).toBe(true);
      }
    }
  });
});
