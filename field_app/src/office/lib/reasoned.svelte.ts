/**
 * Doing something that needs a reason: what was typed, whether it was asked for in vain, whether it is on its way, what went wrong.
 *
 * Neighbours: ReasonField.svelte shows it; dialogs and forms that decide hold one each. Invariants: nothing is done without a reason,
 * nor twice at once · what was typed stays when it fails.
 */
import type { Problem } from '$core/types';
import { attempt } from './act';

export class Reasoned {
  reason = $state('');
  asked = $state(false);
  busy = $state(false);
  problem = $state.raw<Problem | null>(null);

  get said(): string {
    return this.reason.trim();
  }

  /** It was asked for and is not there. */
  get missing(): boolean {
    return this.asked && this.said === '';
  }

  /** Does it with the reason; whether it is done. `ready`: nothing else is missing. */
  async go(act: (reason: string) => Promise<unknown>, ready = true): Promise<boolean> {
    this.asked = true;
    if (this.busy || !ready || this.said === '') return false;
    this.busy = true;
    this.problem = await attempt(() => act(this.said));
    this.busy = false;
    return this.problem === null;
  }

  clear(): void {
    this.reason = '';
    this.asked = false;
    this.problem = null;
  }
}
