/**
 * The words of voice notes: they come with the recorder and the player, not with the first download.
 *
 * Neighbours: `src/field/voice`, `src/ui/VoicePlayer.svelte`. Invariant: as in index.ts.
 */
import { voice as en } from './en/voice';
import { locale } from './locale.svelte';
import { type Args, translator } from './translate';
import { voice as zh } from './zh/voice';

export const voicePair = { zh, en };

type Zh = (typeof voicePair)['zh'];
const inLang = translator<Zh>(voicePair);

/** The text of a key in the current language. */
export function tv<K extends keyof Zh>(key: K, ...args: Args<Zh[K]>): string {
  return inLang(locale.current, key, ...args);
}
