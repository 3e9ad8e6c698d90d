/**
 * The words of a transfer, beside the screens they are for: they come with their part, not with the first download.
 *
 * Neighbours: `src/field/transfer`, `src/field/handover/TakeOver.svelte`. Invariant: as in index.ts.
 */
import { transfer as en } from './en/transfer';
import { locale } from './locale.svelte';
import { type Args, translator } from './translate';
import { transfer as zh } from './zh/transfer';

export const transferPair = { zh, en };

type Zh = (typeof transferPair)['zh'];
const inLang = translator<Zh>(transferPair);

/** The text of a key in the current language. */
export function tt<K extends keyof Zh>(key: K, ...args: Args<Zh[K]>): string {
  return inLang(locale.current, key, ...args);
}
