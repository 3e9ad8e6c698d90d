/**
 * A person as a row of the grid — the person and the devices in their name. Pure but for the language.
 *
 * Neighbours: People.svelte; `person.edit` writes what is edited. Invariant: roles and depots, on which rights hang, are changed on the
 * person's page only.
 */
import type { RecordOf } from '$core/types';
import type { PersonEdit } from '$generated/types';
import { fmt, t } from '$i18n/office';
import type { Tone } from '$ui/tones';
import { type GridColumn, joined } from '../lib/grid';
import { named, word } from '../lib/words';
import { worksAt } from './person';

export type Person = RecordOf<'person'>;
export type Device = RecordOf<'device'>;

export interface PersonRow {
  id: string;
  person: Person;
  devices: number;
  /** When any of their devices was last seen; '' never. */
  seen: string;
}

export const personRows = () =>
  joined(
    (person: Person, devices: number, seen: string): PersonRow => ({ id: person.id, person, devices, seen }),
  );

export function lastSeen(devices: readonly Device[]): string {
  return (
    devices
      .map((device) => device.last_seen_at ?? '')
      .toSorted()
      .at(-1) ?? ''
  );
}

const works = (row: PersonRow): { tone: Tone; text: string } =>
  row.person.active ? { tone: 'ok', text: t('people.active') } : { tone: 'info', text: t('people.left') };

/** All columns, the name first. */
export function personColumns(
  zone: string,
  depots: ReadonlyMap<string, RecordOf<'depot'>>,
): GridColumn<PersonRow>[] {
  return [
    {
      id: 'name',
      title: t('people.name'),
      value: (row) => named(row.person),
      width: 160,
      edit: {
        type: 'text',
        from: (row) => row.person.name,
        wrong: (text) => (text === '' ? t('people.needName') : null),
      },
    },
    {
      id: 'name_en',
      title: t('people.nameEn'),
      value: (row) => row.person.name_en ?? '',
      width: 160,
      hidden: true,
      edit: { type: 'text', from: (row) => row.person.name_en ?? '' },
    },
    { id: 'state', title: t('device.state'), value: (row) => works(row).text, chip: works, width: 140 },
    {
      id: 'roles',
      title: t('people.roles'),
      value: (row) => row.person.roles.map((role) => word('role', role)).join(' · '),
      width: 240,
    },
    {
      id: 'depots',
      title: t('people.depots'),
      value: (row) =>
        worksAt(row.person)
          .map((id) => named(depots.get(id)))
          .join(' · ') || '—',
      width: 200,
    },
    { id: 'devices', title: t('people.devices'), value: (row) => row.devices, align: 'right', width: 120 },
    {
      id: 'seen',
      title: t('device.lastSeen'),
      value: (row) => row.seen,
      text: (row) => (row.seen === '' ? '—' : fmt.dateTime(row.seen, zone)),
      align: 'right',
      width: 170,
    },
  ];
}

/** What was typed into a column as the arguments of `person.edit`. */
export function personEdit(id: string, column: string, text: string): PersonEdit {
  return { person_id: id, [column]: text };
}
