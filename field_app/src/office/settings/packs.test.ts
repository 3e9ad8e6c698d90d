/** Lists of a category pack: made, moved, said by themselves. */
import { describe, expect, it } from 'vitest';
import { freshItem, intervalArgs, listArgs, moved, type Pack, put, wrongInItem } from './packs';

const item = (id: string) => ({ id, zh: id, en: id });

it('makes ids that nobody types and the server takes', () => {
  const made = freshItem('slots', '0197f3a0-0000-7000-8000-00000000ABCD');
  expect(made.id).toMatch(/^[a-z0-9_]{1,40}$/);
  expect(wrongInItem('slots', made)).toEqual(['zh', 'en']);
  expect(
    wrongInItem('meters', { ...freshItem('meters', '0'.repeat(36)), zh: '工时', en: 'Hours', max: 0 }),
  ).toEqual(['unit', 'max']);
});

describe('the order', () => {
  const list = [item('a'), item('b'), item('c')];
  it('moves one step and not over an end', () => {
    expect(moved(list, 2, -1).map((one) => one.id)).toEqual(['a', 'c', 'b']);
    expect(moved(list, 0, -1)).toEqual(list);
    expect(moved(list, 2, 1)).toEqual(list);
  });
  it('keeps an item where it was when it is changed', () => {
    expect(put(list, { ...item('b'), zh: '乙' }).map((one) => one.zh)).toEqual(['a', '乙', 'c']);
    expect(put(list, item('d'))).toHaveLength(4);
  });
});

it('says one list and nothing else', () => {
  expect(listArgs('p', 'accessories', [item('a')])).toEqual({ pack_id: 'p', accessories: [item('a')] });
});

it('says intervals that differ, ends what was emptied, takes nothing that is no figure', () => {
  const pack = {
    id: 'p',
    service_months: 6,
    service_km: null,
    service_hours: null,
    inspection_months: 12,
  } as Pack;
  const typed = { service_months: '6', service_km: '10000', service_hours: '', inspection_months: '' };
  expect(intervalArgs(pack, typed)).toEqual({
    pack_id: 'p',
    service_km: 10000,
    cleared: ['inspection_months'],
  });
  expect(intervalArgs(pack, { ...typed, service_km: '1.5' })).toBeNull();
  expect(
    intervalArgs(pack, { service_months: '6', service_km: '', service_hours: '', inspection_months: '12' }),
  ).toBeNull();
});
