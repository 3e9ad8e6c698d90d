/** Amounts, times of a zone, what follows from a plan, and which steps are legal. */
import { describe, expect, it } from 'vitest';
import type { RecordOf } from '$core/types';
import {
  customerName,
  daysOf,
  depositOf,
  isNamed,
  kilometresOf,
  promisedTwice,
  rivalsOf,
  tierOf,
} from './letting';
import { fenOf, wholeOf, yuanOf } from './money';
import { reasonOf } from './outcomes';
import { isLegal, notNow, stateWord, stepTo, stepWord } from './steps';
import { instantOf, wallOf } from './zoned';

describe('amounts', () => {
  it('reads what people type, to the fen', () => {
    expect(['5000', '5,000.5', '¥ 0.07', '0', ' 12.30 '].map(fenOf)).toEqual([500_000, 500_050, 7, 0, 1230]);
    expect(['', '-1', '1.234', '1e5', 'abc', '1000000000.01', '9999999999999'].map(fenOf)).toEqual(
      Array(7).fill(null),
    );
    expect([500_000, 500_050, 7, 0].map(yuanOf)).toEqual(['5000', '5000.50', '0.07', '0']);
    expect([wholeOf('30', 365), wholeOf('366', 365), wholeOf('1.5', 365), wholeOf('0', 9, 1)]).toEqual([
      30,
      null,
      null,
      null,
    ]);
  });
});

describe('times of a zone', () => {
  it('goes there and back', () => {
    const at = '2026-11-21T10:00:00.000Z';
    expect(wallOf(at, 'Asia/Shanghai')).toEqual({ date: '2026-11-21', time: '18:00' });
    expect(instantOf({ date: '2026-11-21', time: '18:00' }, 'Asia/Shanghai')).toBe(at);
    expect(instantOf({ date: '2026-07-01', time: '00:30' }, 'Europe/Berlin')).toBe(
      '2026-06-30T22:30:00.000Z',
    );
    expect(instantOf({ date: '2026-12-31', time: '23:59' }, 'Pacific/Kiritimati')).toBe(
      '2026-12-31T09:59:00.000Z',
    );
  });

  it('knows no 30th of February and no 25th hour', () => {
    for (const wall of [
      { date: '2026-02-30', time: '10:00' },
      { date: '2026-02-03', time: '25:00' },
      { date: '', time: '' },
    ]) {
      expect(instantOf(wall, 'UTC')).toBeNull();
    }
  });
});

describe('what follows from a plan', () => {
  const plan = {
    deposit_fen: 500_000,
    km_included_per_day: 200,
    tiers: [
      { from_days: 1, fen: 30_000 },
      { from_days: 7, fen: 25_000 },
    ],
  };
  it('counts days begun, deposits per asset, and takes the tier that is reached', () => {
    expect(daysOf('2026-11-21T00:00:00Z', '2026-11-22T00:00:01Z')).toBe(2);
    expect(daysOf('2026-11-21T00:00:00Z', '2026-11-21T00:00:00Z')).toBeNull();
    expect([depositOf(plan, 3), depositOf(undefined, 3)]).toEqual([1_500_000, 0]);
    expect([kilometresOf(plan, 4), kilometresOf(plan, null)]).toEqual([800, null]);
    expect([tierOf(plan, 1), tierOf(plan, 6), tierOf(plan, 7)]).toEqual([30_000, 30_000, 25_000]);
    expect(customerName({ name: '个人客户 7F3A', shown_as: '王**' })).toBe('王** · 个人客户 7F3A');
  });
});

describe('steps', () => {
  it('are legal where the machine says so', () => {
    expect(stepTo('rental', 'draft', 'approve')).toBe('approved');
    expect(stepTo('rental', 'out', 'extend')).toBe('out');
    expect(isLegal('rental', 'closed', 'cancel')).toBe(false);
    expect(isLegal('rental', 'draft', 'no_such_step')).toBe(false);
    expect(['草稿', 'Draft']).toContain(stateWord('rental', 'draft'));
    expect(notNow('rental', 'close')).toContain(stateWord('rental', 'returned'));
  });
});

describe('a refused step', () => {
  const names = { zone: 'UTC', person: new Map(), device: new Map() } as never;
  const told = (code: string, detail: object): string =>
    reasonOf({ id: 'o', state: 'refused', code, detail, action: 'rental.close' } as never, names);

  it('is named with what is legal now, or with what is missing', () => {
    const legal = ['approve', 'cancel'];
    const said = told('state_illegal', { machine: 'rental', state: 'draft', step: 'close', legal });
    for (const step of ['close', ...legal]) expect(said).toContain(stepWord('rental', step));
    expect(said).toContain(stateWord('rental', 'draft'));
    const missing = ['customer_blocked'];
    expect(told('step_not_ready', { machine: 'rental', step: 'approve', missing })).not.toContain(
      'customer_blocked',
    );
    expect(told('state_illegal', { state: 'signed' })).toBe(told('state_illegal', {}));
  });
});

it('finds a customer by parts of either name, in any order', () => {
  const one = { name: '速达便利', name_en: 'Suda Convenience', shown_as: '' };
  expect(['速达', 'conv suda', ' 便利 '].map((sought) => isNamed(one, sought))).toEqual([true, true, true]);
  expect(['云杉', 'suda 云杉', ' '].map((sought) => isNamed(one, sought))).toEqual([false, false, false]);
});

describe('what is promised twice', () => {
  const rental = (id: string, from: number, to: number, state: string, line = 'reserved') =>
    ({
      id,
      number: id,
      state,
      starts_at: `2027-01-${from}T00:00:00.000Z`,
      due_at: `2027-01-${to}T00:00:00.000Z`,
      assets: { van: { state: line }, other: { state: 'returned' } },
    }) as unknown as RecordOf<'rental'>;

  it('names the agreed rentals that have the asset at that time', () => {
    const others = [
      rental('R-2', 15, 25, 'approved'),
      rental('R-1', 11, 13, 'out', 'out'),
      rental('back', 11, 13, 'out', 'returned'),
      rental('draft', 11, 13, 'draft'),
      rental('before', 10, 11, 'approved'),
      rental('after', 20, 22, 'approved'),
    ];
    const mine = rental('mine', 11, 20, 'draft');
    expect(promisedTwice(mine, [mine, ...others]).map((one) => [one.rental.id, one.assets])).toEqual([
      ['R-1', ['van']],
      ['R-2', ['van']],
    ]);
    expect(rivalsOf(mine, others).map((one) => one.id)).toEqual(['R-1', 'R-2']);
    expect(promisedTwice({ ...mine, due_at: null }, others)).toEqual([]);
  });
});
