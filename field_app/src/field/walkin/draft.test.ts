/** A walk-in: nothing is recorded half, a person's name stands in no argument, the gate is asked as the phone will ask it later. */
import { describe, expect, it } from 'vitest';
import { type Draft, depositOf, dueAfter, entriesOf, type Frame, gateRental, missingOf } from './draft';

const NOW = '2026-11-22T08:00:00.000Z';
const FRAME: Frame = {
  rental: 'r1',
  customer: '0197f3a0-0000-7000-8000-0000000000ab',
  contact: 'c1',
  number: 'W-1',
  depot: 'd1',
  zone: 'Asia/Shanghai',
  label: '个人客户',
};
const DRAFT: Draft = {
  who: 'fresh',
  customer: '',
  type: 'person',
  name: '王小明',
  contact: '',
  phone: '13900002222',
  assets: ['a1', 'a2'],
  dueAt: dueAfter(NOW, 3),
  plan: { id: 'p1', deposit_fen: 500_000, insurance_required: true },
  paid: 'cash',
  insured: true,
};
const WORDS = { customer: '客户', rental: '租赁' };

describe('a walk-in', () => {
  it('says what is missing, one thing at a time', () => {
    expect(missingOf({ ...DRAFT, who: 'known' }, NOW)).toBe('needCustomer');
    expect(missingOf({ ...DRAFT, name: ' ' }, NOW)).toBe('needName');
    expect(missingOf({ ...DRAFT, phone: '' }, NOW)).toBe('needPhone');
    expect(missingOf({ ...DRAFT, type: 'company' }, NOW)).toBe('needPhone');
    expect(missingOf({ ...DRAFT, assets: [] }, NOW)).toBe('needAsset');
    expect(missingOf({ ...DRAFT, dueAt: NOW }, NOW)).toBe('needDue');
    expect(missingOf(DRAFT, NOW)).toBeNull();
  });

  it('names a new person in a private part and nowhere else', () => {
    const entries = entriesOf(DRAFT, FRAME, WORDS);
    expect(entries.map((one) => one.action)).toEqual(['customer.walk_in', 'rental.walk_in']);
    expect(JSON.stringify(entries.map((one) => one.args))).not.toContain('王小明');
    expect(JSON.stringify(entries.map((one) => one.args))).not.toContain('13900002222');
    const [bytes] = entries[0]?.extra?.private ?? [];
    expect(JSON.parse(new TextDecoder().decode(bytes))).toEqual({ name: '王小明', phone: '13900002222' });
    expect(entries[1]?.args).toMatchObject({
      customer_id: FRAME.customer,
      deposit: { received: true, amount_fen: 1_000_000, method: 'cash' },
      insured: true,
    });
  });

  it('of a known customer is one entry', () => {
    const [only, ...rest] = entriesOf({ ...DRAFT, who: 'known', customer: 'k1', plan: null }, FRAME, WORDS);
    expect(rest).toEqual([]);
    expect(only?.args).toEqual({
      id: 'r1',
      number: 'W-1',
      customer_id: 'k1',
      assets: { a1: { state: 'reserved' }, a2: { state: 'reserved' } },
      due_at: dueAfter(NOW, 3),
      zone: 'Asia/Shanghai',
    });
  });

  it('is judged with what was paid and shown', () => {
    expect(depositOf(DRAFT)).toBe(1_000_000);
    expect(gateRental(DRAFT, FRAME)).toMatchObject({ deposit_ok: true, insurance_ok: true });
    expect(gateRental({ ...DRAFT, paid: 'unpaid', insured: false }, FRAME)).toMatchObject({
      deposit_ok: false,
      insurance_ok: false,
    });
  });
});
