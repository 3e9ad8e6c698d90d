/**
 * What lies aside of one device, as its page keeps it: read anew when something was decided, some of it chosen.
 *
 * Neighbours: `api.ts` asks; `chosen.svelte.ts` keeps the pages; Quarantine.svelte shows it. Invariant: only what waits and can be
 * admitted or dismissed is chosen.
 */
import { QUARANTINE_DECIDED_MAX } from '$generated/limits';
import type { AsideEntry } from '$generated/types';
import { type Fetch, readAside } from './api';
import { ChosenPages } from './chosen.svelte';

export class AsideState extends ChosenPages<AsideEntry> {
  waiting = $state(0);
  protected override readonly chosenMax = QUARANTINE_DECIDED_MAX;

  override keyOf(one: AsideEntry): string {
    return `${one.epoch}.${one.seq}.${one.hash}`;
  }

  protected override mayChoose(one: AsideEntry): boolean {
    return one.state === 'waiting';
  }

  /** From the beginning, as far as was shown before. */
  load(device: string, ask: Fetch): Promise<void> {
    return this.#read(false, device, ask);
  }

  more(device: string, ask: Fetch): Promise<void> {
    return this.#read(true, device, ask);
  }

  #read(on: boolean, device: string, ask: Fetch): Promise<void> {
    return this.read(on, async (after, stop) => {
      const page = await readAside(device, after, ask, stop);
      if (!stop.aborted) this.waiting = page.waiting;
      return page;
    });
  }
}
