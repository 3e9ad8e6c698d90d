/**
 * The wizard's door to the dictionary: common, domain and handover words, in the current language or a chosen one.
 *
 * Neighbours: src/i18n/{zh,en}/checkin.ts has every sentence, checkout.ts those a check-out says otherwise, transferring.ts a transfer; loaded with the wizard only.
 * Invariants: an unknown key or a missing parameter is a type error · a document in a chosen language never mixes in the other ·
 * one handover is on the screen at a time, so that one flow is spoken of.
 */
import type { HandoverType } from '$generated/types';
import { commonPair } from '$i18n/common';
import { checkin as enCheckin } from '$i18n/en/checkin';
import { checkout as enCheckout } from '$i18n/en/checkout';
import { transferring as enTransfer } from '$i18n/en/transferring';
import { locale } from '$i18n/locale.svelte';
import { type Args, type Lang, translator } from '$i18n/translate';
import { checkin as zhCheckin } from '$i18n/zh/checkin';
import { checkout as zhCheckout } from '$i18n/zh/checkout';
import { transferring as zhTransfer } from '$i18n/zh/transferring';

export const handoverPair = {
  zh: { ...commonPair.zh, ...zhCheckin },
  en: { ...commonPair.en, ...enCheckin },
};

type Zh = (typeof handoverPair)['zh'];
export type Key = keyof Zh;

/** The same sentences as a check-out says them. */
export const checkoutPair = {
  zh: { ...handoverPair.zh, ...zhCheckout } as Zh,
  en: { ...handoverPair.en, ...enCheckout },
};

/** And as a transfer does. */
export const transferPair = {
  zh: { ...checkoutPair.zh, ...zhTransfer } as Zh,
  en: { ...checkoutPair.en, ...enTransfer },
};

const said = {
  check_in: translator<Zh>(handoverPair),
  check_out: translator<Zh>(checkoutPair),
  transfer: translator<Zh>(transferPair),
};
let flow: HandoverType = 'check_in';

/** From now on the sentences are those of this flow. */
export function speakOf(next: HandoverType): void {
  flow = next;
}

/** The text of a key in the current language. */
export function t<K extends Key>(key: K, ...args: Args<Zh[K]>): string {
  return said[flow](locale.current, key, ...args);
}

/** The text in a language of the caller's choosing: what a customer signs. */
export function tIn<K extends Key>(lang: Lang, key: K, ...args: Args<Zh[K]>): string {
  return said[flow](lang, key, ...args);
}
