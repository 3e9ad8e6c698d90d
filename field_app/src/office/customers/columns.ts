/**
 * A customer as a row of the grid — the customer, the terms, how much is let to them — and what is typed into a cell as an entry. Pure
 * but for the language.
 *
 * Neighbours: CustomerList.svelte, CustomerPage.svelte; `customer.edit` and `customer.terms` write what is edited. Invariants: a
 * person's name is never edited here (it would stand in an entry) · only the field that was edited is written.
 */
import type { RecordOf } from '$core/types';
import { PAYMENT_DAYS_MAX } from '$generated/limits';
import type { CustomerEdit, CustomerTermsSet, CustomField } from '$generated/types';
import { fmt, locale, t } from '$i18n/office';
import { customArgs, customColumns, customWords } from '../lib/customfields';
import { type GridColumn, joined } from '../lib/grid';
import { customerName } from '../lib/letting';
import { fenOf, wholeOf, yuanOf } from '../lib/money';
import { named, word } from '../lib/words';

export type Customer = RecordOf<'customer'>;
export type Terms = RecordOf<'customer_terms'>;

export interface CustomerRow {
  id: string;
  customer: Customer;
  terms: Terms | undefined;
  /** Rentals that are out. */
  out: number;
  custom: Customer['custom'];
}

export const TIERS = ['good', 'normal', 'watch'] as const;
const TERMS = ['tier', 'payment_days', 'credit_limit_fen'];

/** Values of the organisation's own fields, those the field needs and those only the office holds. */
export const ownOf = (customer: Customer, terms: Terms | undefined): Customer['custom'] => ({
  ...terms?.custom_office,
  ...customer.custom,
});

export const customerRows = () =>
  joined(
    (customer: Customer, terms: Terms | undefined, out: number): CustomerRow => ({
      id: customer.id,
      customer,
      terms,
      out,
      custom: ownOf(customer, terms),
    }),
  );

interface Known {
  depots: readonly RecordOf<'depot'>[];
  fields: readonly CustomField[];
  /** Whether who looks may change names, or terms. */
  edits: boolean;
  terms: boolean;
}

/** All columns, the name first. */
export function customerColumns(known: Known): GridColumn<CustomerRow>[] {
  const depot = new Map(known.depots.map((one) => [one.id, named(one)]));
  const own = customColumns<CustomerRow>(known.fields, locale.current, customWords());
  return [
    ...names(known.edits),
    ...standing(depot),
    ...money(known.terms),
    ...(known.edits ? own : own.map(still)),
  ];
}

function still<T>({ edit: _, ...column }: GridColumn<T>): GridColumn<T> {
  return column;
}

function names(edits: boolean): GridColumn<CustomerRow>[] {
  const columns: GridColumn<CustomerRow>[] = [
    {
      id: 'name',
      title: t('cust.name'),
      value: (row) => customerName(row.customer),
      width: 240,
      edit: {
        type: 'text',
        from: (row) => row.customer.name,
        wrong: (text) => (text === '' ? t('cust.nameNeeded') : null),
        may: (row) => row.customer.type === 'company',
      },
    },
    {
      id: 'name_en',
      title: t('cust.nameEn'),
      value: (row) => row.customer.name_en,
      width: 200,
      aside: true,
      edit: {
        type: 'text',
        from: (row) => row.customer.name_en,
        may: (row) => row.customer.type === 'company',
      },
    },
  ];
  return edits ? columns : columns.map(still);
}

function standing(depot: ReadonlyMap<string, string>): GridColumn<CustomerRow>[] {
  return [
    { id: 'type', title: t('cust.type'), value: (row) => word('custType', row.customer.type), width: 100 },
    {
      id: 'blocked',
      title: t('cust.blockList'),
      value: (row) => (row.customer.blocked ? 0 : 1),
      text: () => '',
      chip: (row) => (row.customer.blocked ? { tone: 'stop', text: t('cust.blocked') } : null),
      width: 150,
    },
    { id: 'out', title: t('cust.out'), value: (row) => row.out, align: 'right', width: 70 },
    {
      id: 'depot_id',
      title: t('cust.depot'),
      value: (row) => depot.get(row.customer.depot_id) ?? '',
      width: 130,
    },
    {
      id: 'block_reason',
      title: t('cust.blockReason'),
      value: (row) => (row.customer.blocked ? row.terms?.block_reason || t('cust.noReason') : ''),
      width: 240,
      hidden: true,
    },
  ];
}

function money(edits: boolean): GridColumn<CustomerRow>[] {
  const columns: GridColumn<CustomerRow>[] = [
    {
      id: 'tier',
      title: t('cust.tier'),
      value: (row) => word('custTier', row.customer.tier),
      width: 100,
      edit: {
        type: 'choice',
        options: TIERS.map((value) => ({ value, text: t(`custTier.${value}`) })),
        from: (row) => row.customer.tier,
      },
    },
    {
      id: 'payment_days',
      title: t('cust.paymentDays'),
      value: (row) => row.terms?.payment_days ?? 0,
      text: (row) => t('cust.days', { n: row.terms?.payment_days ?? 0 }),
      align: 'right',
      width: 100,
      aside: true,
      edit: {
        type: 'number',
        from: (row) => String(row.terms?.payment_days ?? 0),
        wrong: (text) =>
          wholeOf(text, PAYMENT_DAYS_MAX) === null ? t('cust.daysWrong', { max: PAYMENT_DAYS_MAX }) : null,
      },
    },
    {
      id: 'credit_limit_fen',
      title: t('cust.credit'),
      value: (row) => row.terms?.credit_limit_fen ?? 0,
      text: (row) => fmt.money(row.terms?.credit_limit_fen ?? 0),
      align: 'right',
      width: 130,
      aside: true,
      edit: {
        type: 'text',
        from: (row) => yuanOf(row.terms?.credit_limit_fen ?? 0),
        wrong: (text) => (fenOf(text) === null ? t('money.wrong') : null),
      },
    },
  ];
  return edits ? columns : columns.map(still);
}

export type Written =
  | { action: 'customer.edit'; args: CustomerEdit }
  | { action: 'customer.terms'; args: CustomerTermsSet };

/** What was typed into a column as an entry's arguments; null: it is no column that is typed into. */
export function customerEdit(
  id: string,
  column: string,
  text: string,
  fields: readonly CustomField[],
): Written | null {
  const custom = customArgs(column, text, fields);
  if (custom) return { action: 'customer.edit', args: { customer_id: id, custom } };
  if (column === 'name' || column === 'name_en')
    return { action: 'customer.edit', args: { customer_id: id, [column]: text } };
  if (!TERMS.includes(column)) return null;
  const value =
    column === 'tier' ? text : column === 'payment_days' ? wholeOf(text, PAYMENT_DAYS_MAX) : fenOf(text);
  return { action: 'customer.terms', args: { customer_id: id, [column]: value } };
}
