/**
 * A rental as a row of the grid — the rental, whose, what, how near its end — and what is typed into a cell as an entry. Pure but for
 * the language.
 *
 * Neighbours: RentalList.svelte; `rental.edit` writes what is edited. Invariants: only the field that was edited is written · what was
 * agreed is not edited in passing: that takes an approved rental back to the draft and has a form of its own.
 */
import { type Due, dueOf } from '$core/due';
import type { RecordOf } from '$core/types';
import type { CustomField, RentalEdit } from '$generated/types';
import { fmt, locale, t } from '$i18n/office';
import { customArgs, customColumns, customWords } from '../lib/customfields';
import { type GridColumn, joined } from '../lib/grid';
import { DEPOSIT_TONE, isLegal, RENTAL_TONE, stateWord } from '../lib/steps';
import { named } from '../lib/words';

export type Rental = RecordOf<'rental'>;
type DueState = Due['state'] | null;

export interface RentalRow {
  id: string;
  rental: Rental;
  customer: string;
  /** The labels of its assets. */
  assets: string;
  due: DueState;
  custom: Rental['custom'];
}

/** Some of it is out and some has not left yet. */
export function isOutInParts(rental: Pick<Rental, 'state' | 'assets'>): boolean {
  return rental.state === 'out' && Object.values(rental.assets).some((line) => line.state === 'reserved');
}

export const GROUPS = ['open', 'draft', 'due', 'done'] as const;
export type Group = (typeof GROUPS)[number];

export const rentalRows = () =>
  joined(
    (rental: Rental, customer: string, assets: string, due: DueState): RentalRow => ({
      id: rental.id,
      rental,
      customer,
      assets,
      due,
      custom: rental.custom,
    }),
  );

export function stands(row: Pick<RentalRow, 'rental' | 'due'>, group: string): boolean {
  const { state } = row.rental;
  const over = state === 'closed' || state === 'cancelled';
  if (group === 'due') return row.due !== null && row.due !== 'later';
  return group === 'done' ? over : group === 'draft' ? state === 'draft' : !over;
}

export function dueState(rental: Rental, zone: string, now: string): DueState {
  return dueOf(rental, zone, now)?.state ?? null;
}

function dueChip(row: RentalRow, zone: string): { tone: 'stop' | 'warn'; text: string } | null {
  if (row.due === null || row.due === 'later') return null;
  const when = fmt.dateTime(row.rental.due_at, zone);
  if (row.due === 'overdue') return { tone: 'stop', text: t('let.overdue', { when }) };
  return { tone: 'warn', text: t(row.due === 'today' ? 'let.dueToday' : 'let.dueSoon', { when }) };
}

interface Known {
  zone: string;
  depots: readonly RecordOf<'depot'>[];
  fields: readonly CustomField[];
}

/** All columns, the number first. */
export function rentalColumns(known: Known): GridColumn<RentalRow>[] {
  const depot = new Map(known.depots.map((one) => [one.id, named(one)]));
  const may = (row: RentalRow): boolean => isLegal('rental', row.rental.state, 'edit');
  const own = customColumns<RentalRow>(known.fields, locale.current, customWords());
  return [
    {
      id: 'number',
      title: t('let.number'),
      value: (row) => row.rental.number,
      width: 166, // the widest letters a number of ours may end in
      edit: {
        type: 'text',
        from: (row) => row.rental.number,
        wrong: (text) => (text === '' ? t('let.numberNeeded') : null),
        may,
      },
    },
    {
      id: 'due_at',
      title: t('let.due'),
      value: (row) => row.rental.due_at,
      text: (row) => fmt.dateTime(row.rental.due_at, known.zone),
      chip: (row) => dueChip(row, known.zone),
      width: 220,
    },
    {
      id: 'state',
      title: t('let.state'),
      value: (row) => stateWord('rental', row.rental.state),
      chip: (row) => ({
        tone: RENTAL_TONE[row.rental.state] ?? 'info',
        text: isOutInParts(row.rental) ? t('let.outInParts') : stateWord('rental', row.rental.state),
      }),
      width: 140,
    },
    { id: 'customer', title: t('let.customer'), value: (row) => row.customer, width: 215 },
    { id: 'assets', title: t('let.assets'), value: (row) => row.assets, plate: true, width: 190 },
    {
      id: 'deposit',
      title: t('let.deposit'),
      value: (row) => stateWord('deposit', row.rental.deposit_state),
      chip: (row) => ({
        tone: DEPOSIT_TONE[row.rental.deposit_state] ?? 'info',
        text: stateWord('deposit', row.rental.deposit_state),
      }),
      width: 130,
      aside: true,
    },
    {
      id: 'note',
      title: t('let.note'),
      value: (row) => row.rental.note,
      width: 150,
      aside: true,
      edit: { type: 'text', from: (row) => row.rental.note, may },
    },
    {
      id: 'starts_at',
      title: t('let.starts'),
      value: (row) => row.rental.starts_at,
      text: (row) => fmt.dateTime(row.rental.starts_at, known.zone),
      width: 170,
      hidden: true,
    },
    {
      id: 'depot_id',
      title: t('asset.depot'),
      value: (row) => depot.get(row.rental.depot_id) ?? '',
      width: 130,
      hidden: true,
    },
    ...own.map((column) => (column.edit ? { ...column, edit: { ...column.edit, may } } : column)),
  ];
}

/** What was typed into a column as the arguments of `rental.edit`. */
export function rentalEdit(
  id: string,
  column: string,
  text: string,
  fields: readonly CustomField[],
): RentalEdit {
  const custom = customArgs(column, text, fields);
  return custom ? { rental_id: id, custom } : { rental_id: id, [column]: text };
}
