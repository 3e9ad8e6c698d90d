/**
 * A category pack's lists in the office: items made, moved, checked. Pure.
 *
 * Neighbours: Packs.svelte, PackList.svelte, `schemas/actions/packs.py`. Invariants: an id is made once and never typed · a list is
 * said as a whole, and no other with it.
 */
import type { ArgsOf, RecordOf } from '$core/types';
import { PACK_CHOICES_MAX, PACK_METERS_MAX, PACK_SLOTS_MAX } from '$generated/limits';

export type Pack = RecordOf<'pack'>;
export const LISTS = ['slots', 'meters', 'checklist', 'accessories', 'damage_types', 'wear'] as const;
export type ListName = (typeof LISTS)[number];
export const VIEWS = ['front', 'left', 'right', 'rear', 'top', 'cab', 'engine'] as const;
export const INTERVALS = ['service_months', 'service_km', 'service_hours', 'inspection_months'] as const;
export type Interval = (typeof INTERVALS)[number];

export const LIST_MAX: Readonly<Record<ListName, number>> = {
  slots: PACK_SLOTS_MAX,
  meters: PACK_METERS_MAX,
  checklist: PACK_CHOICES_MAX,
  accessories: PACK_CHOICES_MAX,
  damage_types: PACK_CHOICES_MAX,
  wear: PACK_CHOICES_MAX,
};

/** One item of any list: what all have, and what only some have. */
export interface Item {
  id: string;
  zh: string;
  en: string;
  required?: boolean;
  hint_zh?: string;
  hint_en?: string;
  view?: (typeof VIEWS)[number] | null;
  unit?: string;
  max?: number;
  min_out?: number | null;
  monotonic?: boolean;
  slot?: string | null;
  part?: string | null;
  type?: string | null;
  size_mm_max?: number | null;
  severity_max?: 'minor_damage' | 'severe_damage';
}

export const listOf = (pack: Pack, list: ListName): Item[] => (pack[list] ?? []) as Item[];

/** A new item of a list. `uuid`: a fresh id, whose last part is random. */
export function freshItem(list: ListName, uuid: string): Item {
  const base = { id: `x${uuid.slice(-12).toLowerCase()}`, zh: '', en: '' };
  if (list === 'slots') return { ...base, required: true, hint_zh: '', hint_en: '', view: null };
  if (list === 'meters')
    return { ...base, unit: '', max: 1_000_000, monotonic: false, min_out: null, slot: null };
  if (list === 'checklist') return { ...base, required: true };
  if (list === 'wear')
    return { ...base, part: null, type: null, size_mm_max: null, severity_max: 'minor_damage' };
  return base;
}

/** The list with one item put in its place, or at the end. */
export function put(items: readonly Item[], item: Item): Item[] {
  return items.some((one) => one.id === item.id)
    ? items.map((one) => (one.id === item.id ? item : one))
    : [...items, item];
}

/** The list with the item at `from` moved by one. */
export function moved(items: readonly Item[], from: number, by: 1 | -1): Item[] {
  const to = from + by;
  const next = [...items];
  const [one] = next.splice(from, 1);
  if (one && to >= 0 && to < items.length) next.splice(to, 0, one);
  return one && to >= 0 && to < items.length ? next : [...items];
}

/** What of an item is still missing or not a figure. */
export function wrongInItem(list: ListName, item: Item): ('zh' | 'en' | 'unit' | 'max')[] {
  const wrong: ('zh' | 'en' | 'unit' | 'max')[] = [];
  if (item.zh.trim() === '') wrong.push('zh');
  if (item.en.trim() === '') wrong.push('en');
  if (list === 'meters' && (item.unit ?? '').trim() === '') wrong.push('unit');
  if (list === 'meters' && !(Number.isSafeInteger(item.max) && (item.max ?? 0) > 0)) wrong.push('max');
  return wrong;
}

/** The arguments of `pack.edit` for one list. */
export function listArgs(pack: string, list: ListName, items: Item[]): ArgsOf<'pack.edit'> {
  return { pack_id: pack, [list]: items } as ArgsOf<'pack.edit'>;
}

/** The arguments for intervals as typed ('' ends one); null when nothing differs or something is no figure. */
export function intervalArgs(
  pack: Pack,
  typed: Readonly<Record<Interval, string>>,
): ArgsOf<'pack.edit'> | null {
  const args: ArgsOf<'pack.edit'> = { pack_id: pack.id };
  const cleared: Interval[] = [];
  for (const name of INTERVALS) {
    const text = typed[name].trim();
    const before = pack[name] ?? null;
    if (text === '') {
      if (before !== null) cleared.push(name);
      continue;
    }
    if (!/^[1-9]\d{0,6}$/.test(text)) return null;
    if (Number(text) !== before) args[name] = Number(text);
  }
  if (cleared.length > 0) args.cleared = cleared;
  return Object.keys(args).length > 1 ? args : null;
}
