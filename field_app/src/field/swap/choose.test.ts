/** What may go out in another's stead: free, of this depot, the likest first; the office's plan is known. */
import { expect, test } from 'vitest';
import type { RecordOf } from '$core/types';
import { plannedSwap, replacements } from './choose';

const asset = (id: string, more: object = {}) =>
  ({
    id,
    label: id,
    pack: 'vehicle',
    model: 'EV',
    depot_id: 'd',
    state: 'available',
    locked: false,
    ...more,
  }) as RecordOf<'asset'>;

test('the likest first, and nothing that cannot go', () => {
  const all = [
    asset('z', { pack: 'machine' }),
    asset('m', { model: 'other' }),
    asset('a'),
    asset('back', { state: 'out' }),
    asset('out', { state: 'out' }),
    asset('blocked', { state: 'blocked' }),
    asset('locked', { locked: true }),
    asset('far', { depot_id: 'e' }),
    asset('mine'),
  ];
  const rental = { assets: { back: { state: 'out' }, mine: { state: 'reserved' } } };
  expect(replacements(asset('back'), rental, all).map((one) => one.id)).toEqual(['a', 'm', 'z']);
});

test('what the office has planned and nobody has done', () => {
  const swaps = {
    1: { state: 'done', back: 'a', out: 'b', reason: '' },
    2: { state: 'planned', back: 'a', out: 'c', reason: '空调坏了' },
  };
  expect(plannedSwap({ swaps }, 'a')).toEqual({ id: '2', out: 'c', reason: '空调坏了' });
  expect(plannedSwap({ swaps }, 'x')).toBeNull();
});
