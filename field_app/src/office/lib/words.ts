/**
 * Values of the records → keys of the dictionary and tones, so that no page spells a state by hand.
 *
 * Neighbours: `$i18n/office`. Invariant: a value this app does not know is shown as it came, never hidden.
 */
import type { AcceptanceState, Damage } from '$generated/types';
import { isKey, type Key, locale, t } from '$i18n/office';
import type { IconName } from '$ui/icons';
import type { Tone } from '$ui/tones';

/** The text of `group.value` when the dictionary has it, else the value itself. */
export function word(group: string, value: string): string {
  const key = `${group}.${value}`;
  return isKey(key) ? t(key as 'common.save') : value;
}

/** How large a damage is, and how that was found out: measured, or a range chosen by eye; null when nobody said. */
export function sizeWord(damage: Pick<Damage, 'size_mm' | 'size_range'>): string | null {
  if (typeof damage.size_mm === 'number') return t('sizeMeasured.mm', { mm: damage.size_mm });
  return damage.size_range ? t('view.sizeSeen', { range: t(`sizeRange.${damage.size_range}`) }) : null;
}

/** One of two texts by the language of the screen; the other when it is empty. */
export function named(it: { name: string; name_en?: string } | null | undefined): string {
  if (!it) {
    return '—';
  }
  return locale.current === 'en' && it.name_en ? it.name_en : it.name;
}

/** The text of a pack's item in the language of the screen. */
export function inBoth(it: { zh: string; en: string } | null | undefined, otherwise: string): string {
  return it ? it[locale.current] || it.zh : otherwise;
}

export const ACCEPTANCE_TONE: Readonly<Record<AcceptanceState, Tone>> = {
  intact: 'ok',
  minor_damage: 'warn',
  severe_damage: 'stop',
};

export const ACCEPTANCE_ICON: Readonly<Record<AcceptanceState, IconName>> = {
  intact: 'check',
  minor_damage: 'half',
  severe_damage: 'full',
};

export const DECISION_TONE: Readonly<Record<string, Tone>> = {
  agree: 'ok',
  reservation: 'warn',
  refused: 'stop',
  absent: 'info',
  keys_dropped: 'info',
};

export const ENTRY_TONE: Readonly<Record<string, Tone>> = {
  applied: 'ok',
  merged: 'info',
  conflict: 'warn',
  refused: 'warn',
  parked: 'warn',
  held: 'info',
  quarantined: 'stop',
};

/** What a task is: an inspection that a due service asked for is a service. */
export function taskName(task: { type: string; made: Readonly<Record<string, unknown>> }): string {
  return word('taskType', task.made.cause === 'service_due' ? 'service' : task.type);
}

/** An entry's action in words. */
export function actionWord(action: string): string {
  return action === '' ? t('action.unread') : word('action', action);
}

export type { Key };
