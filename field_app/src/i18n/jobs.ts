/**
 * The words of the field's jobs beside handovers (stock-take, repair, inspection, transfer): they come with their part, not with the
 * first download.
 *
 * Neighbours: `src/field/stock`, `src/field/jobs`. Invariant: as in index.ts.
 */
import { jobs as en } from './en/jobs';
import { locale } from './locale.svelte';
import { type Args, translator } from './translate';
import { jobs as zh } from './zh/jobs';

export const jobsPair = { zh, en };

type Zh = (typeof jobsPair)['zh'];
const inLang = translator<Zh>(jobsPair);

/** The text of a key in the current language. */
export function tj<K extends keyof Zh>(key: K, ...args: Args<Zh[K]>): string {
  return inLang(locale.current, key, ...args);
}
