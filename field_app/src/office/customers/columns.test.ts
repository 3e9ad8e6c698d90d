/** What is typed into a cell becomes an entry of just that field, by the right action. */
import { describe, expect, it } from 'vitest';
import type { CustomField } from '$generated/types';
import { customFits, customFrom } from '../lib/customfields';
import { rentalEdit, stands } from '../rentals/columns';
import { customerColumns, customerEdit } from './columns';

const FIELD = {
  code: 'branch',
  belongs_to: 'customer',
  type: 'number',
  zh: '分店',
  en: 'Branch',
  choices: [],
  order: 0,
  active: true,
};
const fields = [FIELD as unknown as CustomField];

describe('a customer in the grid', () => {
  it('writes one field, by the action whose right it needs', () => {
    expect(customerEdit('c', 'name', '新名字', fields)).toEqual({
      action: 'customer.edit',
      args: { customer_id: 'c', name: '新名字' },
    });
    expect(customerEdit('c', 'credit_limit_fen', '1,200.5', fields)).toEqual({
      action: 'customer.terms',
      args: { customer_id: 'c', credit_limit_fen: 120_050 },
    });
    expect(customerEdit('c', 'custom.branch', '7', fields)).toEqual({
      action: 'customer.edit',
      args: { customer_id: 'c', custom: { branch: 7 } },
    });
    expect(customerEdit('c', 'custom.branch', '', fields)).toEqual({
      action: 'customer.edit',
      args: { customer_id: 'c', custom: { branch: null } },
    });
    expect(customerEdit('c', 'out', '7', fields)).toBeNull();
  });

  it('offers no edit to whoever may not', () => {
    const columns = customerColumns({ depots: [], fields, edits: false, terms: true });
    expect(columns.filter((one) => one.edit).map((one) => one.id)).toEqual([
      'tier',
      'payment_days',
      'credit_limit_fen',
    ]);
  });
});

describe('a rental in the grid', () => {
  it('stands in its groups', () => {
    const row = (state: string, due: string | null) =>
      ({ rental: { state }, due }) as Parameters<typeof stands>[0];
    expect(['open', 'draft', 'due', 'done'].filter((group) => stands(row('draft', null), group))).toEqual([
      'open',
      'draft',
    ]);
    expect(['open', 'draft', 'due', 'done'].filter((group) => stands(row('out', 'overdue'), group))).toEqual([
      'open',
      'due',
    ]);
    expect(['open', 'draft', 'due', 'done'].filter((group) => stands(row('closed', null), group))).toEqual([
      'done',
    ]);
  });

  it('writes one field', () => {
    expect(rentalEdit('r', 'note', 'x', [])).toEqual({ rental_id: 'r', note: 'x' });
  });
});

describe('a form of own fields', () => {
  it('gives the values that were filled in, or nothing when one fits no field', () => {
    expect(customFrom(fields, { branch: ' 7 ' })).toEqual({ branch: 7 });
    expect(customFrom(fields, {})).toEqual({});
    expect(customFrom(fields, { branch: 'seven' })).toBeNull();
  });

  it('takes nothing that tells who a person is', () => {
    const text = { ...(fields[0] as CustomField), type: 'text' as const, belongs_to: 'customer' as const };
    for (const personal of ['电话 13800001111', '33010619900307123X', 'wang@example.cn'])
      expect(customFits(text, personal)).toBe(false);
    for (const plain of ['', '月结', '合同 2026-0017', '091330100MA2XXXXXX1'])
      expect(customFits(text, plain)).toBe(true);
    expect(customFits({ ...text, belongs_to: 'asset' }, '13800001111')).toBe(true);
  });
});
