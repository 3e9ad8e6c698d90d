/**
 * A list read page by page from the server, of which a person chooses some to decide over.
 *
 * Neighbours: `waiting.svelte.ts` and `aside.svelte.ts` say what is asked and what may be chosen; `ChoiceList.svelte` shows it. Invariants:
 * an older answer never replaces a newer question's · only what may be chosen is · a failed question leaves what is shown standing.
 */
import { SvelteMap } from 'svelte/reactivity';
import type { Problem } from '$core/types';
import { attempt } from './act';

export interface ReadPage<T> {
  entries: readonly T[];
  next: string | null;
}

/** Pages asked one after the other before a person is asked whether to go on: a page may hold nothing. */
const EMPTY_PAGES_MAX = 5;

export abstract class ChosenPages<T> {
  entries = $state.raw<readonly T[] | null>(null);
  next = $state<string | null>(null);
  problem = $state.raw<Problem | null>(null);
  busy = $state(false);
  readonly chosen = new SvelteMap<string, T>();
  #stop: AbortController | null = null;

  /** Which of them are on the screen: nothing else is ever chosen. */
  readonly #shows: (one: T) => boolean;

  constructor(shows: (one: T) => boolean = () => true) {
    this.#shows = shows;
  }

  /** What has come and is on the screen; null until the first answer. */
  get shown(): readonly T[] | null {
    return this.entries?.filter(this.#shows) ?? null;
  }

  /** What is chosen and on the screen. */
  get picked(): readonly T[] {
    return [...this.chosen.values()].filter(this.#shows);
  }

  abstract keyOf(one: T): string;
  protected abstract mayChoose(one: T): boolean;
  /** No more than this at once. */
  protected readonly chosenMax: number = Number.POSITIVE_INFINITY;

  /** What may be chosen. */
  get open(): readonly T[] {
    return (this.shown ?? []).filter((one) => this.mayChoose(one));
  }

  get everything(): boolean {
    return this.open.length > 0 && this.open.every((one) => this.chosen.has(this.keyOf(one)));
  }

  toggle(one: T): void {
    const key = this.keyOf(one);
    if (!this.chosen.delete(key) && this.chosen.size < this.chosenMax) this.chosen.set(key, one);
  }

  /** All that is shown and may be chosen, or none when all of it is already. */
  toggleAll(): void {
    const whole = this.everything;
    this.chosen.clear();
    if (whole) return;
    for (const one of this.open.slice(0, this.chosenMax)) this.chosen.set(this.keyOf(one), one);
  }

  end(): void {
    this.#stop?.abort();
  }

  /**
   * Reads from the beginning as far as was shown before, or with `on` what comes next.
   *
   * `ask` reads the page behind a place; `read` is told that all of it has come, before choices that are no more fall away.
   */
  protected async read(
    on: boolean,
    ask: (after: string | null, stop: AbortSignal) => Promise<ReadPage<T>>,
    read: () => void = () => undefined,
  ): Promise<void> {
    this.#stop?.abort();
    const stop = new AbortController();
    this.#stop = stop;
    this.busy = true;
    const shown = this.entries?.length ?? 0;
    const least = Math.max(1, on ? shown + 1 : shown);
    const problem = await attempt(async () => {
      let found = on ? [...(this.entries ?? [])] : [];
      let from = on ? this.next : null;
      let empty = 0;
      do {
        const page = await ask(from, stop.signal);
        if (stop.signal.aborted) return;
        found = [...found, ...page.entries];
        from = page.next;
        empty = page.entries.length === 0 ? empty + 1 : 0;
      } while (from !== null && empty < EMPTY_PAGES_MAX && found.length < least);
      this.entries = found;
      this.next = from;
      read();
      const still = new Set(this.open.map((one) => this.keyOf(one)));
      for (const key of [...this.chosen.keys()]) if (!still.has(key)) this.chosen.delete(key);
    });
    if (stop.signal.aborted) return;
    this.problem = problem;
    this.busy = false;
  }
}
