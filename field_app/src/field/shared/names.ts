/**
 * Names as the present language says them, and what a person may do here.
 *
 * Neighbours: every screen. Reading one inside a template follows the language switch.
 */
import type { RosterPerson } from '$core';
import { fmt, isKey, locale, t } from '$i18n/index';
import type { IconName } from '$ui/icons';
import type { Tone } from '$ui/tones';
import { PERMISSIONS } from '../../generated/people';
import type { Asset, AssetState, Role, Task, TaskType } from '../../generated/types';

/** A record's name: the English one in English when there is one. Of a customer who is a person: the masked name and the label. */
export function nameOf(
  record: { name: string; name_en: string; shown_as?: string } | null | undefined,
): string {
  if (!record) return '—';
  const name = locale.current === 'en' && record.name_en !== '' ? record.name_en : record.name;
  return record.shown_as ? `${record.shown_as} · ${name}` : name;
}

/** Of two texts, the one in the present language. */
export function inLang(text: { zh: string; en: string }): string {
  return locale.current === 'en' ? text.en : text.zh;
}

export function rolesText(roles: readonly string[]): string {
  const texts = roles.map((role) => (isKey(`role.${role}`) ? t(`role.${role}` as 'role.driver') : role));
  return texts.join(locale.current === 'en' ? ', ' : '、');
}

export function assetName(asset: Pick<Asset, 'label'> | null | undefined): string {
  return asset ? fmt.plate(asset.label) : '—';
}

/** What a task is: an inspection that a due service asked for is a service. */
export function taskName(task: Pick<Task, 'type' | 'made'>): string {
  return t(task.made.cause === 'service_due' ? 'taskType.service' : `taskType.${task.type}`);
}

const PACK_ICON: Readonly<Record<string, IconName>> = {
  vehicle: 'truck',
  camera_kit: 'cameraKit',
  machine: 'machine',
};

/** What a thing of this category looks like; of an organisation's own category a parcel. */
export function packIcon(pack: string): IconName {
  return PACK_ICON[pack] ?? 'box';
}

export const TASK_LOOK: Readonly<Record<TaskType, { tone: Tone; icon: IconName }>> = {
  collect: { tone: 'brand', icon: 'checkIn' },
  deliver: { tone: 'info', icon: 'checkOut' },
  inspect: { tone: 'warn', icon: 'inbox' },
  repair: { tone: 'warn', icon: 'wrench' },
  stock_take: { tone: 'info', icon: 'list' },
  recover: { tone: 'stop', icon: 'flag' },
};

export const STATE_TONE: Readonly<Record<AssetState, Tone>> = {
  available: 'ok',
  out: 'brand',
  returned: 'info',
  blocked: 'stop',
  retired: 'warn',
};

/** Whether the table of permissions lets this person do something. The server asks it again. */
export function mayDo(person: RosterPerson | null, action: string): boolean {
  const table = PERMISSIONS[action] ?? {};
  return person?.roles.some((role) => table[role as Role] !== undefined) ?? false;
}

/** Whether this person may begin a handover. */
export function mayStart(person: RosterPerson | null): boolean {
  return mayDo(person, 'handover.start');
}
