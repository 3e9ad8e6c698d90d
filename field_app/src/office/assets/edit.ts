/**
 * What a person typed into one field of an asset → the arguments of `asset.edit` with just this field. Pure.
 *
 * Neighbours: columns.ts names the fields; the grid and the asset's page write through it. Invariant: an empty text empties the field,
 * and no argument is there that was not edited.
 */
import type { AssetEdit, CustomField } from '$generated/types';
import { customArgs } from '../lib/customfields';
import { endOfDay } from '../lib/days';

export const NUMBERS = [
  'battery_health_pct',
  'service_due_km',
  'service_due_hours',
  'service_months',
  'service_km',
  'service_hours',
  'inspection_months',
] as const;
export const DATES = ['service_due_at', 'inspection_due_at'] as const;
export const TEXTS = [
  'label',
  'tag',
  'model',
  'colour',
  'serial',
  'plate',
  'vin',
  'bay',
  'pack',
  'home_depot_id',
  'depot_id',
] as const;

type Empty = NonNullable<AssetEdit['empty']>;
export type EditArgs = Partial<AssetEdit> & { asset_id: string };

export function editOf(
  asset: string,
  column: string,
  text: string,
  zone: string,
  fields: readonly CustomField[],
): EditArgs {
  const custom = customArgs(column, text, fields);
  if (custom) return { asset_id: asset, custom };
  const mayEmpty = [...NUMBERS, ...DATES, 'kit_id'].some((name) => name === column);
  if (text === '' && mayEmpty) return { asset_id: asset, empty: column as Empty };
  if (NUMBERS.some((name) => name === column)) return { asset_id: asset, [column]: Number(text) };
  if (DATES.some((name) => name === column)) return { asset_id: asset, [column]: endOfDay(text, zone) };
  return { asset_id: asset, [column]: text };
}
