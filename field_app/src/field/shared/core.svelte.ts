/**
 * How a screen reaches the core, and how a value of the core becomes a rune.
 *
 * Neighbours: `main.ts` gives the context, every screen calls `useCore` and `watch` while it is set up. Invariant: what `watch` returns
 * follows the value for as long as something shows it, and leaves nothing subscribed afterwards.
 */
import { getContext } from 'svelte';
import { fromStore } from 'svelte/store';
import type { Core, Readable } from '$core';

const KEY = Symbol('core');

/** What `mount` takes as context. */
export function coreContext(core: Core): Map<symbol, Core> {
  return new Map([[KEY, core]]);
}

export function useCore(): Core {
  return getContext<Core>(KEY);
}

/** A live value: `current` in a template or a rune is always the newest. `make` may read props; a changed one changes the query. */
export function watch<T>(make: () => Readable<T>): { readonly current: T } {
  const source = $derived(fromStore(make()));
  return {
    get current() {
      return source.current;
    },
  };
}

/** The present moment in milliseconds, again every `everyMs` while somebody looks. */
export function ticking(everyMs: number): { readonly now: number } {
  let now = $state(Date.now());
  $effect(() => {
    const timer = setInterval(() => {
      now = Date.now();
    }, everyMs);
    return () => clearInterval(timer);
  });
  return {
    get now() {
      return now;
    },
  };
}
