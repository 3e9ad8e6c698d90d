/** What the office has taken out of a pack while a check-in ran keeps its name there, and is demanded no more. */
import { expect, it } from 'vitest';
import type { RecordOf } from '$core';
import { withFormer } from './former';

const rear = { id: 'rear', zh: '后', en: 'Rear', required: true, hint_zh: '', hint_en: '', view: null };
const pack = {
  slots: [{ ...rear, id: 'front' }],
  meters: [],
  accessories: [],
  former: { slots: { rear }, accessories: { key: { id: 'key', zh: '钥匙', en: 'Key' } } },
} as unknown as RecordOf<'pack'>;
const nothing = { photos: {}, waived: {}, readings: {}, accessories: {} };
const photo = (slot: string) => ({ slot }) as RecordOf<'handover'>['photos'][string];

it('brings back what was used, at the end, and demands nothing of it', () => {
  const handover = { ...nothing, photos: { a: photo('rear'), b: photo('front'), c: photo('wide') } };
  const whole = withFormer(pack, handover);
  expect(whole.slots.map((slot) => [slot.id, slot.required])).toEqual([
    ['front', true],
    ['rear', false],
  ]);
  expect(whole.accessories).toEqual([]);
});

it('is the pack itself where nothing of it is gone', () => {
  expect(withFormer(pack, nothing)).toBe(pack);
});
