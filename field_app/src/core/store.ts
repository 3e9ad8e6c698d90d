/** Small observable values (Svelte's store contract). Neighbours: status, outbox, wizards and live queries are made of them. */
import type { Readable } from './types';

export interface Writable<T> extends Readable<T> {
  set(value: T): void;
  update(change: (value: T) => T): void;
}

/** A value that tells its subscribers, at once on subscribing and on each change. */
export function writable<T>(first: T): Writable<T> {
  let value = first;
  const runs = new Set<(value: T) => void>();
  const set = (next: T): void => {
    if (Object.is(next, value)) return;
    value = next;
    for (const run of [...runs]) run(value);
  };
  return {
    get: () => value,
    set,
    update: (change) => set(change(value)),
    subscribe(run) {
      const own = (next: T): void => run(next); // the same function may subscribe twice
      runs.add(own);
      run(value);
      return () => runs.delete(own);
    },
  };
}
