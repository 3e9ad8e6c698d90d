/**
 * The words of photos once they are taken: looking at one, sharing a copy, the room for more. They come with their screens.
 *
 * Neighbours: `src/field/photos`, `src/office/handovers/Lightbox.svelte`. Invariant: as in index.ts.
 */
import { photos as en } from './en/photos';
import { locale } from './locale.svelte';
import { type Args, translator } from './translate';
import { photos as zh } from './zh/photos';

export const photosPair = { zh, en };

type Zh = (typeof photosPair)['zh'];
const inLang = translator<Zh>(photosPair);

/** The text of a key in the current language. */
export function tp<K extends keyof Zh>(key: K, ...args: Args<Zh[K]>): string {
  return inLang(locale.current, key, ...args);
}
