/**
 * The words of the phone's own lock, beside the parts they are for: they come with them, not with the first download.
 *
 * Neighbours: `src/field/phonelock`; index.ts has everything else. Invariant: as in index.ts.
 */
import { phonelock as en } from './en/phonelock';
import { locale } from './locale.svelte';
import { type Args, translator } from './translate';
import { phonelock as zh } from './zh/phonelock';

export const phonelockPair = { zh, en };

type Zh = (typeof phonelockPair)['zh'];
const inLang = translator<Zh>(phonelockPair);

/** The text of a key in the current language. */
export function tl<K extends keyof Zh>(key: K, ...args: Args<Zh[K]>): string {
  return inLang(locale.current, key, ...args);
}
