/** Reports of one asset stand together, the newest first; what is closed is found by words and shown piece by piece. */
import { expect, it } from 'vitest';
import { byAsset, chosen, type Fault, saidOf } from './faults';

const fault = (id: string, asset: string, at: string, state: Fault['state'] = 'open'): Fault =>
  ({ id, asset_id: asset, reported_at: at, state, what: `灯 ${id}`, closed: {} }) as Fault;

it('groups by asset and leaves out the other lists', () => {
  const all = [
    fault('1', 'a', '2026-01-01'),
    fault('2', 'b', '2026-01-02'),
    fault('3', 'a', '2026-01-03'),
    fault('4', 'a', '2026-01-04', 'done'),
  ];
  expect(byAsset(chosen(all, 'open')).map((one) => [one.asset, one.faults.map((two) => two.id)])).toEqual([
    ['a', ['3', '1']],
    ['b', ['2']],
  ]);
  expect(byAsset(chosen(all, 'closed')).map((one) => one.faults.length)).toEqual([1]);
});

it('orders what is closed by when it was closed, and finds it by words', () => {
  const closed = (id: string, asset: string, at: string) =>
    ({ ...fault(id, asset, '2026-01-01', 'done'), closed: { at } }) as Fault;
  const all = [
    closed('1', 'a', '2026-02-01'),
    closed('2', 'b', '2026-02-03'),
    closed('3', 'a', '2026-02-02'),
  ];
  const words = (one: Fault) => `${one.asset_id} ${one.what} 浙A·E000${one.id}`;
  expect(chosen(all, 'closed').map((one) => one.id)).toEqual(['2', '3', '1']);
  expect(chosen(all, 'closed', '灯 e0003', words).map((one) => one.id)).toEqual(['3']);
  expect(chosen(all, 'closed', '门', words)).toEqual([]);
  expect(byAsset(chosen(all, 'closed').slice(0, 2)).map((one) => one.faults.length)).toEqual([1, 1]);
});

it('says what a colleague wrote, else what the customer did, and nothing once that is deleted', () => {
  const wrote = new Map([['2', '漏油']]);
  const customer = { ...fault('2', 'a', '2026-01-01'), what: '' } as Fault;
  expect(saidOf(fault('1', 'a', '2026-01-01'), wrote)).toBe('灯 1');
  expect(saidOf(customer, wrote)).toBe('漏油');
  expect(saidOf(customer, new Map())).toBe('');
});
