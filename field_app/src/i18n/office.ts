/**
 * The office's texts: common, domain, errors, office and devices, in Chinese and English.
 *
 * Neighbours: pages under src/office call `t` from here; the field app uses index.ts and never imports this file.
 * Invariant: as in index.ts, a key missing in English, an unknown key or a missing parameter is a type error.
 */
import { commonPair } from './common';
import { assets as enAssets } from './en/assets';
import { devices as enDevices } from './en/devices';
import { errors as enErrors } from './en/errors';
import { faults as enFaults } from './en/faults';
import { fields as enFields } from './en/fields';
import { office as enOffice } from './en/office';
import { people as enPeople } from './en/people';
import { planning as enPlanning } from './en/planning';
import { rentals as enRentals } from './en/rentals';
import { sheets as enSheets } from './en/sheets';
import { todos as enTodos } from './en/todos';
import { trail as enTrail } from './en/trail';
import { work as enWork } from './en/work';
import { locale } from './locale.svelte';
import { type Args, type Lang, translator } from './translate';
import { assets as zhAssets } from './zh/assets';
import { devices as zhDevices } from './zh/devices';
import { errors as zhErrors } from './zh/errors';
import { faults as zhFaults } from './zh/faults';
import { fields as zhFields } from './zh/fields';
import { office as zhOffice } from './zh/office';
import { people as zhPeople } from './zh/people';
import { planning as zhPlanning } from './zh/planning';
import { rentals as zhRentals } from './zh/rentals';
import { sheets as zhSheets } from './zh/sheets';
import { todos as zhTodos } from './zh/todos';
import { trail as zhTrail } from './zh/trail';
import { work as zhWork } from './zh/work';

export { fmt } from './fmt';
export { locale } from './locale.svelte';
export type { Lang } from './translate';

export const officePair = {
  zh: {
    ...commonPair.zh,
    ...zhErrors,
    ...zhOffice,
    ...zhPlanning,
    ...zhDevices,
    ...zhTrail,
    ...zhFields,
    ...zhAssets,
    ...zhRentals,
    ...zhFaults,
    ...zhPeople,
    ...zhSheets,
    ...zhTodos,
    ...zhWork,
  },
  en: {
    ...commonPair.en,
    ...enErrors,
    ...enOffice,
    ...enPlanning,
    ...enDevices,
    ...enTrail,
    ...enFields,
    ...enAssets,
    ...enRentals,
    ...enFaults,
    ...enPeople,
    ...enSheets,
    ...enTodos,
    ...enWork,
  },
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
