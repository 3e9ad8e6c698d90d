/**
 * The proof of one handover as the viewer keeps it: asked on opening, when something arrived, and on demand.
 *
 * Neighbours: `api.ts` asks; the viewer's head and ProofPanel show it. Invariants: an older answer never replaces a newer question's;
 * a failed question leaves the last proof standing, with its time.
 */
import type { Problem } from '$core/types';
import type { HandoverProof } from '$generated/types';
import { attempt } from './act';
import { type Fetch, readProof } from './api';

export class ProofState {
  value = $state.raw<HandoverProof | null>(null);
  problem = $state.raw<Problem | null>(null);
  busy = $state(false);
  checkedAt = $state<string | null>(null);
  #stop: AbortController | null = null;

  async check(handover: string, ask: Fetch): Promise<void> {
    this.#stop?.abort();
    const stop = new AbortController();
    this.#stop = stop;
    this.busy = true;
    const problem = await attempt(async () => {
      const value = await readProof(handover, ask, stop.signal);
      if (stop.signal.aborted) return;
      this.value = value;
      this.checkedAt = new Date().toISOString();
    });
    if (stop.signal.aborted) return;
    this.problem = problem;
    this.busy = false;
  }

  end(): void {
    this.#stop?.abort();
  }
}
