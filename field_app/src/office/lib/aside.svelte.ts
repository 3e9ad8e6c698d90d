/**
 * What lies aside of one device, as its page keeps it: read page by page, read anew when something was decided, some of it chosen.
 *
 * Neighbours: `api.ts` asks; Quarantine.svelte shows it. Invariants: an older answer never replaces a newer question's; only what waits
 * and can be admitted or dismissed is chosen; a failed question leaves what is shown standing.
 */
import { SvelteMap } from 'svelte/reactivity';
import type { Problem } from '$core/types';
import { QUARANTINE_DECIDED_MAX } from '$generated/limits';
import type { AsideEntry } from '$generated/types';
import { attempt } from './act';
import { type Fetch, readAside } from './api';

export const keyOf = (one: Pick<AsideEntry, 'epoch' | 'seq' | 'hash'>): string =>
  `${one.epoch}.${one.seq}.${one.hash}`;

export class AsideState {
  entries = $state.raw<readonly AsideEntry[] | null>(null);
  waiting = $state(0);
  next = $state<string | null>(null);
  problem = $state.raw<Problem | null>(null);
  busy = $state(false);
  readonly chosen = new SvelteMap<string, AsideEntry>();
  #stop: AbortController | null = null;

  /** From the beginning, as far as was shown before. */
  async load(device: string, ask: Fetch): Promise<void> {
    const least = this.entries?.length ?? 0;
    await this.#read(device, ask, [], null, least);
  }

  async more(device: string, ask: Fetch): Promise<void> {
    await this.#read(device, ask, this.entries ?? [], this.next, 0);
  }

  toggle(one: AsideEntry): void {
    const key = keyOf(one);
    if (!this.chosen.delete(key) && this.chosen.size < QUARANTINE_DECIDED_MAX) this.chosen.set(key, one);
  }

  /** All that is shown and waits, or none when all of it is chosen already. */
  toggleAll(): void {
    const all = this.open;
    const whole = all.every((one) => this.chosen.has(keyOf(one)));
    this.chosen.clear();
    if (whole) return;
    for (const one of all.slice(0, QUARANTINE_DECIDED_MAX)) this.chosen.set(keyOf(one), one);
  }

  /** What is shown and waits for a decision. */
  get open(): readonly AsideEntry[] {
    return (this.entries ?? []).filter((one) => one.state === 'waiting');
  }

  end(): void {
    this.#stop?.abort();
  }

  async #read(
    device: string,
    ask: Fetch,
    before: readonly AsideEntry[],
    after: string | null,
    least: number,
  ): Promise<void> {
    this.#stop?.abort();
    const stop = new AbortController();
    this.#stop = stop;
    this.busy = true;
    const problem = await attempt(async () => {
      let found = [...before];
      let from = after;
      do {
        const page = await readAside(device, from, ask, stop.signal);
        found = [...found, ...page.entries];
        from = page.next;
        if (stop.signal.aborted) return;
        this.waiting = page.waiting;
      } while (from !== null && found.length < least);
      this.entries = found;
      this.next = from;
      const still = new Set(this.open.map(keyOf));
      for (const key of [...this.chosen.keys()]) if (!still.has(key)) this.chosen.delete(key);
    });
    if (stop.signal.aborted) return;
    this.problem = problem;
    this.busy = false;
  }
}
