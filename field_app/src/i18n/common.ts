/**
 * Texts that the components themselves need: the common area and the domain's words, nothing of any screen.
 *
 * Neighbours: src/ui components import `tc` from here, so that neither entry carries the other's dictionary.
 */
import { common as enCommon } from './en/common';
import { domain as enDomain } from './en/domain';
import { leaving as enLeaving } from './en/leaving';
import { locale } from './locale.svelte';
import { type Args, type Lang, translator } from './translate';
import { common as zhCommon } from './zh/common';
import { domain as zhDomain } from './zh/domain';
import { leaving as zhLeaving } from './zh/leaving';

export const commonPair = {
  zh: { ...zhCommon, ...zhDomain, ...zhLeaving },
  en: { ...enCommon, ...enDomain, ...enLeaving },
};

export type CommonKey = keyof (typeof commonPair)['zh'];

const inLang = translator<(typeof commonPair)['zh']>(commonPair);

/** A common or domain text in the current language. */
export function tc<K extends CommonKey>(key: K, ...args: Args<(typeof commonPair)['zh'][K]>): string {
  return inLang(locale.current, key, ...args);
}

/** The same in a language of the caller's choosing. */
export function tcIn<K extends CommonKey>(
  lang: Lang,
  key: K,
  ...args: Args<(typeof commonPair)['zh'][K]>
): string {
  return inLang(lang, key, ...args);
}
