/**
 * The wizard's door to the dictionary: common, domain and check-in words, in the current language or a chosen one.
 *
 * Neighbours: src/i18n/{zh,en}/checkin.ts, loaded with the wizard only. Invariant: an unknown key or a missing parameter is a type
 * error; a document in a chosen language never mixes in the other.
 */
import { commonPair } from '$i18n/common';
import { checkin as enCheckin } from '$i18n/en/checkin';
import { locale } from '$i18n/locale.svelte';
import { type Args, type Lang, translator } from '$i18n/translate';
import { checkin as zhCheckin } from '$i18n/zh/checkin';

export const checkinPair = {
  zh: { ...commonPair.zh, ...zhCheckin },
  en: { ...commonPair.en, ...enCheckin },
};

type Zh = (typeof checkinPair)['zh'];
export type Key = keyof Zh;

const inLang = translator<Zh>(checkinPair);

/** The text of a key in the current language. */
export function t<K extends Key>(key: K, ...args: Args<Zh[K]>): string {
  return inLang(locale.current, key, ...args);
}

/** The text in a language of the caller's choosing: what a customer signs. */
export function tIn<K extends Key>(lang: Lang, key: K, ...args: Args<Zh[K]>): string {
  return inLang(lang, key, ...args);
}
