/**
 * The words of handing out, beside the screens they are for: they come with their part, not with the first download.
 *
 * Neighbours: `src/field/handout`, `src/field/handover/PassGate.svelte`. Invariant: as in index.ts.
 */
import { handout as en } from './en/handout';
import { locale } from './locale.svelte';
import { type Args, translator } from './translate';
import { handout as zh } from './zh/handout';

export const handoutPair = { zh, en };

type Zh = (typeof handoutPair)['zh'];
const inLang = translator<Zh>(handoutPair);

/** The text of a key in the current language. */
export function th<K extends keyof Zh>(key: K, ...args: Args<Zh[K]>): string {
  return inLang(locale.current, key, ...args);
}
