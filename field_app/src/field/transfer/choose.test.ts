import { describe, expect, it } from 'vitest';
import type { RecordOf } from '$core';
import { chosenFirst, mayGo, receivers } from './choose';

type Asset = RecordOf<'asset'>;
type Person = RecordOf<'person'>;

const asset = (id: string, more: Partial<Asset> = {}): Asset =>
  ({ id, depot_id: 'a', state: 'available', kit_id: null, ...more }) as Asset;
const person = (id: string, role: string, depots: string[], more: Partial<Person> = {}): Person =>
  ({
    id,
    name: id,
    roles: [role],
    active: true,
    depot_ids: Object.fromEntries(depots.map((one) => [one, true])),
    ...more,
  }) as Person;

describe('what may go', () => {
  it('is here and in nobody else’s hands', () => {
    expect(mayGo(asset('x'), 'a')).toBe(true);
    expect(mayGo(asset('x', { state: 'blocked' }), 'a')).toBe(true);
    for (const more of [{ state: 'out' }, { state: 'retired' }, { depot_id: 'b' }] as Partial<Asset>[]) {
      expect(mayGo(asset('x', more), 'a')).toBe(false);
    }
  });

  it('goes with its kit, but for what is out', () => {
    const all = [
      asset('k'),
      asset('l', { kit_id: 'k' }),
      asset('m', { kit_id: 'k', state: 'out' }),
      asset('n'),
    ];
    expect(chosenFirst(all[0] as Asset, all)).toEqual(['k', 'l']);
  });
});

describe('who may take it', () => {
  it('works there or everywhere, is active, and is not the giver', () => {
    const people = [
      person('manager', 'manager', []),
      person('giver', 'technician', ['a', 'b']),
      person('there', 'driver', ['b']),
      person('elsewhere', 'driver', ['a']),
      person('left', 'driver', ['b'], { active: false }),
      person('desk', 'service_desk', ['b']),
    ];
    expect(receivers(people, 'b', 'giver').map((one) => one.id)).toEqual(['there', 'manager']);
  });
});
