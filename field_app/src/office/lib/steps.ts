/**
 * What may be done now: the legal steps of a state machine, and states and steps in words.
 *
 * Neighbours: `$generated/states` (the machines, declared once in schemas/states.py), the customers' and rentals' pages. Pure but for
 * the language. Invariant: a button is offered only for a step that is legal; for the others it is said when they will be.
 */
import { MACHINES, type MachineName } from '$generated/states';
import { locale, t } from '$i18n/office';
import type { Tone } from '$ui/tones';

/** The state a step leads to now; null while it is not legal. */
export function stepTo(machine: MachineName, state: string, step: string): string | null {
  const known = MACHINES[machine].steps.find((one) => one.id === step);
  if (!known?.sources.includes(state)) return null;
  return known.target === '' ? state : known.target;
}

export function isLegal(machine: MachineName, state: string, step: string): boolean {
  return stepTo(machine, state, step) !== null;
}

/** A state in the language of the screen; one this app does not know as it came. */
export function stateWord(machine: MachineName, state: string): string {
  return MACHINES[machine].states.find((one) => one.id === state)?.[locale.current] ?? state;
}

export function stepWord(machine: MachineName, step: string): string {
  return MACHINES[machine].steps.find((one) => one.id === step)?.[locale.current] ?? step;
}

/** Why a step cannot be taken now: in which states it can. */
export function notNow(machine: MachineName, step: string): string {
  const sources = MACHINES[machine].steps.find((one) => one.id === step)?.sources ?? [];
  return onlyIn(stepWord(machine, step), machine, sources);
}

function onlyIn(step: string, machine: MachineName, states: readonly string[]): string {
  const words = states.map((one) => stateWord(machine, one)).join(locale.current === 'zh' ? '、' : ', ');
  return t('step.only', { step, states: words });
}

/** The machine's steps a deposit's button stands for: which of them it is follows from the amounts. */
const DEPOSIT_STEPS: Readonly<Record<string, readonly string[]>> = {
  ask: ['ask', 'ask_part', 'ask_covered'],
  waive: ['waive', 'waive_rest'],
};

function depositSteps(step: string): readonly string[] {
  return DEPOSIT_STEPS[step] ?? [step];
}

export function depositIsLegal(state: string, step: string): boolean {
  return depositSteps(step).some((one) => isLegal('deposit', state, one));
}

/** Why a deposit's button cannot be used now: in which states it can. */
export function depositNotNow(step: string): string {
  const states = MACHINES.deposit.states.map((one) => one.id).filter((one) => depositIsLegal(one, step));
  return onlyIn(stepWord('deposit', step), 'deposit', states);
}

/** The steps the office's pages offer as buttons, in their order; each page takes those that are legal now. */
export const OFFERED = {
  rental: ['approve', 'ratify', 'edit_terms', 'edit', 'extend', 'close', 'cancel'],
  deposit: ['ask', 'receive', 'hold', 'offset', 'refund', 'waive'],
  insurance: ['require', 'take', 'waive', 'lapse'],
} as const satisfies Partial<Record<MachineName, readonly string[]>>;

export const RENTAL_TONE: Readonly<Record<string, Tone>> = {
  draft: 'info',
  approved: 'brand',
  out: 'warn',
  returned: 'ok',
  closed: 'info',
  cancelled: 'stop',
};

export const DEPOSIT_TONE: Readonly<Record<string, Tone>> = {
  not_required: 'info',
  asked: 'warn',
  part_received: 'warn',
  received: 'ok',
  held: 'ok',
  part_settled: 'info',
  offset: 'info',
  refunded: 'info',
};

export const INSURANCE_TONE: Readonly<Record<string, Tone>> = {
  not_required: 'info',
  required: 'warn',
  taken: 'ok',
};
