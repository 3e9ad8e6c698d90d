/**
 * What screens keep beside the store: small choices in `localStorage` and `sessionStorage`, ids of people and depots among them.
 *
 * Neighbours: `wipe.ts` drops them with the journal; `deps.ts` says which stores there are. Invariant: a key the next screen
 * makes up goes too, because everything goes but the language, which says nothing of anybody.
 */
export const LANG_KEY = 'handover.lang';

/** The part of a Storage that is used here. */
export interface Kept {
  readonly length: number;
  key(index: number): string | null;
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** Empties the stores but for the language. A store that refuses throws: it is tried again. */
export function dropKept(stores: readonly Kept[]): void {
  for (const store of stores) {
    const keys = Array.from({ length: store.length }, (_, index) => store.key(index));
    for (const key of keys) if (key !== null && key !== LANG_KEY) store.removeItem(key);
  }
}

/** The stores this page may use; none of them where storage is forbidden. */
export function keptHere(): Kept[] {
  const ways = [(): Kept => localStorage, (): Kept => sessionStorage];
  return ways.flatMap((way) => {
    try {
      return [way()];
    } catch {
      return []; // forbidden: nothing was ever kept
    }
  });
}
