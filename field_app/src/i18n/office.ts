/**
 * The office's texts: common, domain, errors, office and devices, in Chinese and English.
 *
 * Neighbours: pages under src/office call `t` from here; the field app uses index.ts and never imports this file.
 * Invariant: as in index.ts, a key missing in English, an unknown key or a missing parameter is a type error.
 */
import { commonPair } from './common';
import { devices as enDevices } from './en/devices';
import { errors as enErrors } from './en/errors';
import { office as enOffice } from './en/office';
import { locale } from './locale.svelte';
import { type Args, type Lang, translator } from './translate';
import { devices as zhDevices } from './zh/devices';
import { errors as zhErrors } from './zh/errors';
import { office as zhOffice } from './zh/office';

export { fmt } from './fmt';
export { locale } from './locale.svelte';
export type { Lang } from './translate';

export const officePair = {
  zh: { ...commonPair.zh, ...zhErrors, ...zhOffice, ...zhDevices },
  en: { ...commonPair.en, ...enErrors, ...enOffice, ...enDevices },
};

type Zh = (typeof officePair)['zh'];
export type Key = keyof Zh;

const inLang = translator<Zh>(officePair);

/** The text of a key in the current language. */
export function t<K extends Key>(key: K, ...args: Args<Zh[K]>): string {
  return inLang(locale.current, key, ...args);
}

/** The text in a language of the caller's choosing. */
export function tIn<K extends Key>(lang: Lang, key: K, ...args: Args<Zh[K]>): string {
  return inLang(lang, key, ...args);
}

/** True when a text exists: for codes that arrive from outside, such as a newer server's error code. */
export function isKey(key: string): key is Key {
  return Object.hasOwn(officePair.zh, key);
}
