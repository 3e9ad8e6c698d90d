/**
 * Entries without effect as the office's list keeps them: asked anew when something was decided, some of them chosen.
 *
 * Neighbours: `api.ts` asks; `chosen.svelte.ts` keeps the pages; Waiting.svelte shows it. Invariants: only what a manager's word settles
 * is chosen · what was decided here is not offered again while the word is on its way.
 */
import { SvelteSet } from 'svelte/reactivity';
import type { WaitingEntry } from '$generated/types';
import { type Fetch, readWaiting, type WaitingWhich } from './api';
import { ChosenPages } from './chosen.svelte';

/** What `entry.reject` takes; ratifying takes everything that is chosen. */
export const rejectable = (all: readonly WaitingEntry[]): boolean =>
  all.length > 0 && all.every((one) => one.may_reject);

export class WaitingState extends ChosenPages<WaitingEntry> {
  /** Decided here; their entries may still be on their way. */
  readonly decided = new SvelteSet<string>();

  override keyOf(one: WaitingEntry): string {
    return `${one.device}.${one.epoch}.${one.seq}`;
  }

  protected override mayChoose(one: WaitingEntry): boolean {
    return one.may_ratify && !this.decided.has(this.keyOf(one));
  }

  /** From the beginning, as far as was shown before; `settled`: nothing decided here is on its way any more. */
  load(which: WaitingWhich, ask: Fetch, settled: boolean): Promise<void> {
    const page = (after: string | null, stop: AbortSignal) => readWaiting(which, after, ask, stop);
    return this.read(false, page, () => {
      if (settled) this.decided.clear();
    });
  }

  more(which: WaitingWhich, ask: Fetch): Promise<void> {
    return this.read(true, (after, stop) => readWaiting(which, after, ask, stop));
  }

  /** The chosen ones have been decided by this browser. */
  settle(): void {
    for (const one of this.picked) this.decided.add(this.keyOf(one));
    this.chosen.clear();
  }
}
