/**
 * The words of the walk-in, beside the screen they are for: they come with its part, not with the first download.
 *
 * Neighbours: `src/field/walkin`; index.ts has everything else. Invariant: as in index.ts.
 */
import { walkin as en } from './en/walkin';
import { locale } from './locale.svelte';
import { type Args, translator } from './translate';
import { walkin as zh } from './zh/walkin';

export const walkinPair = { zh, en };

type Zh = (typeof walkinPair)['zh'];
const inLang = translator<Zh>(walkinPair);

/** The text of a key in the current language. */
export function tw<K extends keyof Zh>(key: K, ...args: Args<Zh[K]>): string {
  return inLang(locale.current, key, ...args);
}
