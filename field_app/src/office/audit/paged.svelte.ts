/**
 * A list that the server gives page by page, newest first: asked anew, or further back.
 *
 * Neighbours: History.svelte and Audit.svelte show one. Invariants: an older answer never replaces a newer question's · a failed
 * question leaves what is shown standing.
 */
import type { Problem } from '$core/types';
import { attempt } from '../lib/act';

export interface Answer<T> {
  rows: readonly T[];
  next: string | null;
  behind: boolean;
}

export type Ask<T> = (after: string | null, stop: AbortSignal) => Promise<Answer<T>>;

export class Paged<T> {
  rows = $state.raw<readonly T[] | null>(null);
  next = $state<string | null>(null);
  behind = $state(false);
  problem = $state.raw<Problem | null>(null);
  busy = $state(false);
  #stop: AbortController | null = null;

  async load(ask: Ask<T>): Promise<void> {
    await this.#read(ask, [], null);
  }

  async more(ask: Ask<T>): Promise<void> {
    await this.#read(ask, this.rows ?? [], this.next);
  }

  /** Nothing of what was shown belongs to what is asked now. */
  clear(): void {
    this.end();
    this.rows = null;
    this.next = null;
    this.problem = null;
  }

  end(): void {
    this.#stop?.abort();
  }

  async #read(ask: Ask<T>, before: readonly T[], after: string | null): Promise<void> {
    this.#stop?.abort();
    const stop = new AbortController();
    this.#stop = stop;
    this.busy = true;
    const problem = await attempt(async () => {
      const answer = await ask(after, stop.signal);
      if (stop.signal.aborted) return;
      this.rows = [...before, ...answer.rows];
      this.next = answer.next;
      this.behind = answer.behind;
    });
    if (stop.signal.aborted) return;
    this.problem = problem;
    this.busy = false;
  }
}
