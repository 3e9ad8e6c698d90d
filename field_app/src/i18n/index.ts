/**
 * The field app's texts: common, domain, field and errors, in Chinese and English.
 *
 * Neighbours: screens under src/field call `t`; components under src/ui call `tc` (common.ts); the office has its own
 * door (office.ts), so that this entry never carries the office's dictionary.
 * Invariant: a key missing in English, an unknown key or a missing parameter is a type error.
 */
import { commonPair } from './common';
import { errors as enErrors } from './en/errors';
import { field as enField } from './en/field';
import { tasks as enTasks } from './en/tasks';
import { locale } from './locale.svelte';
import { type Args, type Lang, translator } from './translate';
import { errors as zhErrors } from './zh/errors';
import { field as zhField } from './zh/field';
import { tasks as zhTasks } from './zh/tasks';

export { fmt } from './fmt';
export { locale } from './locale.svelte';
export type { Lang } from './translate';

export const fieldPair = {
  zh: { ...commonPair.zh, ...zhErrors, ...zhField, ...zhTasks },
  en: { ...commonPair.en, ...enErrors, ...enField, ...enTasks },
};

type Zh = (typeof fieldPair)['zh'];
export type Key = keyof Zh;

const inLang = translator<Zh>(fieldPair);

/** The text of a key in the current language. */
export function t<K extends Key>(key: K, ...args: Args<Zh[K]>): string {
  return inLang(locale.current, key, ...args);
}

/** The text in a language of the caller's choosing (what a customer signs is fixed in both). */
export function tIn<K extends Key>(lang: Lang, key: K, ...args: Args<Zh[K]>): string {
  return inLang(lang, key, ...args);
}

/** True when a text exists: for codes that arrive from outside, such as a newer server's error code. */
export function isKey(key: string): key is Key {
  return Object.hasOwn(fieldPair.zh, key);
}
