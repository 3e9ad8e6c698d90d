/**
 * Values of fields in words: ids as names, times in the company's zone, amounts as money, states by their word.
 *
 * Neighbours: WaitingRow.svelte (what an entry says), Audit.svelte; what the server tells from what to what comes from there in words. Invariant: a value this app does not know is shown as it came, never hidden.
 */
import { fmt, isKey, locale, t } from '$i18n/office';
import type { OfficeData } from '../lib/data.svelte';
import { named, word } from '../lib/words';
import { ANYWHERE, GROUPS } from './codes';

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-/;
const CHARS_MAX = 160;
/** The system's own hand, where a person stands else. */
const SYSTEM_ACTOR = '00000000-0000-7000-8000-000000000000';
/** Ids inside a map that say nothing to a person. */
const UNTOLD: ReadonlySet<string> = new Set(['id', 'entry', 'hlc', 'photo_id']);
const HASH = /^[0-9a-f]{64}$/;
const HASH_SHOWN = 12;
const ID_SHOWN = 8;

/** What a field is called. */
export function fieldName(name: string): string {
  const own = word('field', name);
  return own === `field.${name}` || own === name ? word('said', name) : own;
}

/** What a value that lost is called: the field, the organisation's own field, or the item of a map. */
export function lossName(
  loss: { kind: string; field: string; item: string | null },
  data: OfficeData,
): string {
  if (loss.item === null) return fieldName(loss.field);
  const own = data
    .list('custom_field')
    .current.find((one) => one.belongs_to === loss.kind.replace(/_terms$/, '') && one.code === loss.item);
  if (loss.field === 'custom' || loss.field === 'custom_office')
    return own ? own[locale.current] || own.zh : loss.item;
  const item = UUID.test(loss.item) ? recordName(kindOf(loss.field), loss.item, data) : fieldName(loss.item);
  return item === '' ? fieldName(loss.field) : `${fieldName(loss.field)} · ${item}`;
}

/** What a kind of record is called. */
export function kindName(kind: string): string {
  return word('kind', kind);
}

/**
 * The name a record goes by in this browser's replica; '' where it is not here, or has none: an id says nothing to a person.
 */
export function recordName(kind: string, id: string, data: OfficeData): string {
  const names: Readonly<Record<string, () => string | undefined>> = {
    asset: () => data.asset.get(id)?.label,
    customer: () => named(data.customer.get(id)),
    device: () => (data.device.has(id) ? data.deviceName(id) : ''),
    person: () => named(data.person.get(id)),
    rental: () => data.rental.get(id)?.number,
    depot: () => named(data.depotById.get(id)),
  };
  const known = names[kind]?.();
  return known && known !== '—' ? known : '';
}

/** A value as a person reads it. `kind`: of the record whose field `field` is. */
export function valueText(kind: string, field: string, value: unknown, data: OfficeData): string {
  if (value === null || value === undefined || value === '') return t('history.empty');
  if (typeof value === 'boolean') return value ? t('conflict.yes') : t('conflict.no');
  if (typeof value === 'number')
    return field.split('_').includes('fen') ? fmt.money(value) : fmt.count(value);
  if (typeof value === 'string') return textOf(kind, field, value, data);
  if (Array.isArray(value)) {
    return cut(value.map((one) => valueText(kind, field, one, data)).join(' · ') || t('history.empty'));
  }
  return mapText(kind, value as Record<string, unknown>, data);
}

function textOf(kind: string, field: string, value: string, data: OfficeData): string {
  if (INSTANT.test(value)) return fmt.dateTime(value, data.zone, false);
  if (value === SYSTEM_ACTOR) return t('role.system');
  if (UUID.test(value)) return recordName(kindOf(field), value, data) || value.slice(0, ID_SHOWN);
  if (field === 'code' && kind === 'todo') return word('alertCode', value);
  const own = [`${kind}State`, `${kind}${capital(field)}`, field];
  for (const group of [...own, ...(GROUPS[field] ?? []), ...ANYWHERE]) {
    if (isKey(`${group}.${value}`)) return word(group, value);
  }
  return HASH.test(value) ? `${value.slice(0, HASH_SHOWN)}…` : cut(value);
}

function mapText(kind: string, value: Record<string, unknown>, data: OfficeData): string {
  const parts = Object.entries(value)
    .filter(([name, one]) => one !== null && one !== '' && one !== false && !UNTOLD.has(name))
    .map(([name, one]) => {
      const key = UUID.test(name)
        ? recordName(kind === 'person' ? 'depot' : 'asset', name, data) || name.slice(0, ID_SHOWN)
        : fieldName(name);
      // The state of one line of a rental is not the rental's.
      const of = kind === 'rental' ? '' : kind;
      return one === true || isEmpty(one) ? key : `${key}: ${valueText(of, name, one, data)}`;
    });
  return cut(parts.join(' · ') || t('history.empty'));
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

/** The kind of record that a field of this name points at. */
function kindOf(field: string): string {
  const named: Readonly<Record<string, string>> = {
    assignee_id: 'person',
    actor_id: 'person',
    holder_id: 'customer',
    found_by: 'person',
    by: 'person',
    home_depot_id: 'depot',
    depot_ids: 'depot',
    assets: 'asset',
  };
  return named[field] ?? field.replace(/_ids?$/, '');
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function cut(text: string): string {
  return text.length > CHARS_MAX ? `${text.slice(0, CHARS_MAX)}…` : text;
}
