/**
 * Entries without effect as the office's list keeps them: asked page by page, asked anew when something was decided, some of them chosen.
 *
 * Neighbours: `api.ts` asks; Waiting.svelte shows it. Invariants: an older answer never replaces a newer question's · only what a manager's
 * word settles is chosen · what was decided here is not offered again while the word is on its way · a failed question leaves what is
 * shown standing.
 */
import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import type { Problem } from '$core/types';
import type { WaitingEntry } from '$generated/types';
import { attempt } from './act';
import { type Fetch, readWaiting, type WaitingWhich } from './api';

export const keyOf = (one: Pick<WaitingEntry, 'device' | 'epoch' | 'seq'>): string =>
  `${one.device}.${one.epoch}.${one.seq}`;

/** Pages asked one after the other before a person is asked whether to go on: a page may hold nothing. */
const EMPTY_PAGES_MAX = 5;

/** What `entry.reject` takes; ratifying takes everything that is chosen. */
export const rejectable = (all: readonly WaitingEntry[]): boolean =>
  all.length > 0 && all.every((one) => one.may_reject);

export class WaitingState {
  entries = $state.raw<readonly WaitingEntry[] | null>(null);
  next = $state<string | null>(null);
  problem = $state.raw<Problem | null>(null);
  busy = $state(false);
  readonly chosen = new SvelteMap<string, WaitingEntry>();
  /** Decided here; their entries may still be on their way. */
  readonly decided = new SvelteSet<string>();
  #stop: AbortController | null = null;

  /** From the beginning, as far as was shown before; `settled`: nothing decided here is on its way any more. */
  async load(which: WaitingWhich, ask: Fetch, settled: boolean): Promise<void> {
    await this.#read(which, ask, [], null, this.entries?.length ?? 0, settled);
  }

  async more(which: WaitingWhich, ask: Fetch): Promise<void> {
    await this.#read(which, ask, this.entries ?? [], this.next, (this.entries?.length ?? 0) + 1, false);
  }

  /** What may be chosen. */
  get open(): readonly WaitingEntry[] {
    return (this.entries ?? []).filter((one) => one.may_ratify && !this.decided.has(keyOf(one)));
  }

  toggle(one: WaitingEntry): void {
    const key = keyOf(one);
    if (!this.chosen.delete(key)) this.chosen.set(key, one);
  }

  /** All that is shown and can be decided, or none when all of it is chosen already. */
  toggleAll(): void {
    const all = this.open;
    const whole = all.every((one) => this.chosen.has(keyOf(one)));
    this.chosen.clear();
    if (whole) return;
    for (const one of all) this.chosen.set(keyOf(one), one);
  }

  /** The chosen ones have been decided by this browser. */
  settle(): void {
    for (const key of this.chosen.keys()) this.decided.add(key);
    this.chosen.clear();
  }

  end(): void {
    this.#stop?.abort();
  }

  async #read(
    which: WaitingWhich,
    ask: Fetch,
    before: readonly WaitingEntry[],
    after: string | null,
    least: number,
    settled: boolean,
  ): Promise<void> {
    this.#stop?.abort();
    const stop = new AbortController();
    this.#stop = stop;
    this.busy = true;
    const problem = await attempt(async () => {
      let found = [...before];
      let from = after;
      let empty = 0;
      do {
        const page = await readWaiting(which, from, ask, stop.signal);
        if (stop.signal.aborted) return;
        found = [...found, ...page.entries];
        from = page.next;
        empty = page.entries.length === 0 ? empty + 1 : 0;
      } while (from !== null && empty < EMPTY_PAGES_MAX && found.length < Math.max(1, least));
      this.entries = found;
      this.next = from;
      if (settled) this.decided.clear();
      const still = new Set(this.open.map(keyOf));
      for (const key of [...this.chosen.keys()]) if (!still.has(key)) this.chosen.delete(key);
    });
    if (stop.signal.aborted) return;
    this.problem = problem;
    this.busy = false;
  }
}
