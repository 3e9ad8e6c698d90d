/** What a form says of a person: only what differs. */
import { expect, it } from 'vitest';
import type { RecordOf } from '$core/types';
import { changesOf, wishOf, wrongIn } from './person';

const li: RecordOf<'person'> = {
  id: 'p1',
  name: '李伟',
  name_en: 'Li Wei',
  roles: ['technician', 'driver'],
  depot_ids: { d1: true, d2: true },
  active: true,
  left_at: null,
  pin_reset_at: null,
};

it('says nothing when nothing differs, in whatever order the roles were ticked', () => {
  expect(changesOf(li, { ...wishOf(li), roles: ['driver', 'technician'], name: ' 李伟 ' })).toBeNull();
});

it('says each change by itself, depots as added and taken away', () => {
  const wish = { ...wishOf(li), roles: ['manager', 'technician'], depots: ['d2', 'd3'] };
  expect(changesOf(li, wish)).toEqual({ roles: ['technician', 'manager'], depots: { d3: true, d1: null } });
  expect(changesOf(li, { ...wishOf(li), nameEn: '' })).toEqual({ name_en: '' });
});

it('needs a name and a role', () => {
  expect(wrongIn(wishOf(null))).toEqual(['name', 'roles']);
  expect(wrongIn(wishOf(li))).toEqual([]);
});
