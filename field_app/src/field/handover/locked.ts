/**
 * Whether a customer holds the device: nothing but that handover may be shown then. Pure.
 *
 * Neighbours: `App.svelte` asks at every opening, so that this stands in the first download; `steps.ts` has everything else of the
 * state. Invariant: a state nobody can read locks nothing.
 */
import type { WizardState } from '$core/types';

/** In their order: `given` until the customer first touches the screen; `thanks` is also where the staff signs and unlocks. */
export const LOCKED_PHASES = ['given', 'read', 'sign', 'thanks'] as const;
/** What states stored by an earlier version may say: a screen of its own for the language, now on the first screen of the text. */
export const FORMER_PHASE = 'language';

/** True while a customer holds the device. */
export function isLocked(state: WizardState): boolean {
  const { phase } = (state.data.customer ?? {}) as { phase?: unknown };
  return state.step === 'customer' && [...LOCKED_PHASES, FORMER_PHASE].some((one) => one === phase);
}

/** The handover whose customer mode the app must return to after a reload; null when there is none. */
export function lockedHandover(states: readonly WizardState[]): string | null {
  return states.find(isLocked)?.handover ?? null;
}
