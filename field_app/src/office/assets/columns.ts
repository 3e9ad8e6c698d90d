/**
 * The fields of an asset as columns of the grid and lines of its page. Pure.
 *
 * Neighbours: AssetList.svelte and AssetFacts.svelte show them, edit.ts writes them. Invariant: built anew only when depots, packs,
 * own fields or the language change, never because an asset did (the grid keeps its search index by them).
 */
import { isTag } from '$core/tag';
import type { RecordOf } from '$core/types';
import type { CustomField } from '$generated/types';
import { fmt, locale, t } from '$i18n/office';
import type { Tone } from '$ui/tones';
import { customColumns, customWords } from '../lib/customfields';
import { dayOf } from '../lib/days';
import type { CellEdit, GridColumn } from '../lib/grid';
import { inBoth, named, word } from '../lib/words';

export type Asset = RecordOf<'asset'>;

export interface Known {
  zone: string;
  depots: readonly RecordOf<'depot'>[];
  packs: readonly RecordOf<'pack'>[];
  fields: readonly CustomField[];
}

export const STATE_TONE: Readonly<Record<Asset['state'], Tone>> = {
  available: 'ok',
  out: 'info',
  returned: 'warn',
  blocked: 'stop',
  retired: 'brand',
};

const NUMBER = /^\d{1,9}$/;

function textEdit(name: keyof Asset, required = false): CellEdit<Asset> {
  return {
    type: 'text',
    from: (row) => String(row[name] ?? ''),
    wrong: (text) => (required && text === '' ? t('asset.required') : null),
  };
}

function tagEdit(): CellEdit<Asset> {
  const plain = textEdit('tag', true);
  return {
    ...plain,
    wrong: (text) => plain.wrong?.(text) ?? (isTag(text) ? null : t('asset.tagWrong')),
  };
}

function numberEdit(name: keyof Asset, most: number, unit: string): CellEdit<Asset> {
  return {
    type: 'number',
    from: (row) => String(row[name] ?? ''),
    wrong: (text) =>
      text === '' || (NUMBER.test(text) && Number(text) <= most)
        ? null
        : t('asset.wholeNumber', { most: `${most} ${unit}` }),
  };
}

function textColumn(name: keyof Asset & string, title: string, more: Partial<GridColumn<Asset>> = {}) {
  const value = (row: Asset): string => String(row[name] ?? '');
  return { id: name, title, value, edit: textEdit(name), ...more } satisfies GridColumn<Asset>;
}

function numberColumn(
  name: keyof Asset & string,
  title: string,
  unit: string,
  most: number,
): GridColumn<Asset> {
  const value = (row: Asset): number => (row[name] as number | null) ?? -1;
  return {
    id: name,
    title,
    value,
    text: (row) => (row[name] === null ? '' : `${fmt.count(row[name] as number)} ${unit}`),
    align: 'right',
    width: 120,
    edit: numberEdit(name, most, unit),
  };
}

function dayColumn(
  name: 'service_due_at' | 'inspection_due_at',
  title: string,
  zone: string,
): GridColumn<Asset> {
  const from = (row: Asset): string => dayOf(row[name], zone);
  return { id: name, title, value: from, width: 130, edit: { type: 'date', from } };
}

/** All columns, the name first; `hidden` ones wait to be chosen. */
export function assetColumns(known: Known): GridColumn<Asset>[] {
  const depots = known.depots.map((one) => ({ value: one.id, text: named(one) }));
  const depot = new Map(depots.map((one) => [one.value, one.text]));
  const packs = known.packs.map((one) => ({ value: one.code as string, text: inBoth(one, one.code) }));
  const pack = new Map(packs.map((one) => [one.value, one.text]));
  return [
    textColumn('label', t('asset.label'), { plate: true, width: 170, edit: textEdit('label', true) }),
    {
      id: 'state',
      title: t('asset.state'),
      value: (row) => word('assetState', row.state),
      chip: (row) => ({
        tone: row.locked ? 'stop' : STATE_TONE[row.state],
        text: row.locked
          ? `${word('assetState', row.state)} · ${t('asset.lockedShort')}`
          : word('assetState', row.state),
      }),
      width: 160,
    },
    {
      id: 'pack',
      title: t('asset.pack'),
      value: (row) => pack.get(row.pack) ?? row.pack,
      width: 110,
      edit: { type: 'choice', options: packs, from: (row) => row.pack },
    },
    textColumn('model', t('asset.model'), { width: 160 }),
    textColumn('plate', t('asset.plate'), { plate: true, width: 130 }),
    textColumn('serial', t('asset.serial'), { plate: true, width: 190 }),
    textColumn('tag', t('asset.tag'), { plate: true, width: 120, edit: tagEdit() }),
    {
      id: 'depot_id',
      title: t('asset.depot'),
      value: (row) => depot.get(row.depot_id) ?? '',
      width: 130,
      edit: { type: 'choice', options: depots, from: (row) => row.depot_id },
    },
    textColumn('bay', t('asset.bay'), { width: 90 }),
    {
      id: 'odometer_km',
      title: t('asset.odometer'),
      value: (row) => row.odometer_km,
      text: (row) => (row.odometer_km > 0 ? `${fmt.count(row.odometer_km)} km` : ''),
      align: 'right',
      width: 120,
    },
    numberColumn('battery_health_pct', t('asset.battery'), '%', 100),
    dayColumn('inspection_due_at', t('asset.inspectionDue'), known.zone),
    dayColumn('service_due_at', t('asset.serviceDue'), known.zone),
    ...[
      numberColumn('service_due_km', t('asset.serviceDueKm'), 'km', 9_999_999),
      numberColumn('service_due_hours', t('asset.serviceDueHours'), 'h', 9_999_999),
      textColumn('vin', t('asset.vin'), { plate: true, width: 190 }),
      textColumn('colour', t('asset.colour')),
      {
        id: 'home_depot_id',
        title: t('asset.homeDepot'),
        value: (row: Asset) => depot.get(row.home_depot_id) ?? '',
        edit: { type: 'choice' as const, options: depots, from: (row: Asset) => row.home_depot_id },
      },
      numberColumn('service_months', t('asset.serviceMonths'), t('asset.months'), 240),
      numberColumn('service_km', t('asset.serviceKm'), 'km', 9_999_999),
      numberColumn('service_hours', t('asset.serviceHours'), 'h', 9_999_999),
      numberColumn('inspection_months', t('asset.inspectionMonths'), t('asset.months'), 240),
    ].map((column) => ({ ...column, hidden: true })),
    ...customColumns<Asset>(known.fields, locale.current, customWords()),
  ];
}
