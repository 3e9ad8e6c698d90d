/**
 * How many entries without effect wait for a word: asked of the server for whoever may read them, for the count in the navigation.
 *
 * Neighbours: `waiting.svelte.ts` has the list the page itself shows. Invariants: asked anew when the office is heard again, a conflict
 * moves, its own decisions have gone up, and every few minutes; a failed question leaves the last count.
 */
import { untrack } from 'svelte';
import type { Fetch } from './api';
import type { OfficeData } from './data.svelte';
import { may } from './may';
import { WaitingState } from './waiting.svelte';

const ASK_MS = 180_000;

export class Undecided {
  readonly #list: WaitingState;

  constructor(data: OfficeData) {
    this.#list = new WaitingState((one) => {
      const device = data.device.get(one.device);
      return device === undefined || data.inDepot(device);
    });
  }

  get count(): number {
    return this.#list.open.length;
  }

  /** To be called while a component is made: asks for as long as it stands. */
  follow(data: OfficeData, fetch: Fetch): void {
    const news = $derived(
      `${data.status.unsent.entries === 0}/${data.list('conflict').current.filter((one) => one.state === 'open').length}`,
    );
    const asks = $derived(data.loaded && data.link === 'live' && may(data.roles, 'read.waiting'));
    $effect(() => {
      void news;
      if (!asks) return;
      const ask = () => untrack(() => void this.#list.load('decide', fetch, true));
      ask();
      const timer = setInterval(ask, ASK_MS);
      return () => clearInterval(timer);
    });
  }
}
