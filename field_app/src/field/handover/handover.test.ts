/** The small rules around the check-in: overage, photo quality, strokes, receipt, sizes and the words in both languages. */
import { describe, expect, it } from 'vitest';
import type { Captured, Core, OutboxItem } from '$core';
import { PRIVATE_PART_BYTES_MAX } from '$generated/limits';
import type { Stroke } from '$ui/signature';
import { sizeText } from '../damagesize';
import { completed, distance, implausible } from './overage';
import { slotOfView } from './parts';
import { flawOf } from './quality';
import { receiptText, whereabouts } from './receipt';
import { fromFile, photoEntries, pictureType } from './shots';
import { signerPart, strokesPart, toWidth } from './sign';
import { checkoutPair, handoverPair, transferPair } from './words';

describe('the distance', () => {
  it('says what was driven and what is over', () => {
    expect(distance(18_412, 18_000, 1_800)).toEqual({ driven: 412, included: 1_800, over: 0 });
    expect(distance(20_100, 18_000, 1_800)).toEqual({ driven: 2_100, included: 1_800, over: 300 });
    expect(distance(17_990, 18_000, null)).toEqual({ driven: -10, included: null, over: 0 });
    expect(distance(null, 18_000, 1)).toBeNull();
    expect(distance(1, null, 1)).toBeNull();
  });

  it('completes the end digits to the smallest reading not below the last', () => {
    expect(completed('579', 18_137, 999_999)).toBe(18_579);
    expect(completed('037', 18_137, 999_999)).toBe(19_037);
    expect(completed('37', 18_137, 999_999)).toBe(18_137);
    expect(completed('18579', 18_137, 999_999)).toBeNull();
    expect(completed('5', 18_137, 999_999)).toBeNull();
    expect(completed('00', 999_950, 999_999)).toBeNull();
    expect(completed('579', null, 999_999)).toBeNull();
  });

  it('doubts a drive nobody can have made', () => {
    expect(implausible(28_000, 18_000, 2)).toBe(true);
    expect(implausible(20_000, 18_000, 18)).toBe(false);
    expect(implausible(20_000, null, 1)).toBe(false);
  });
});

it('refuses blurred and dark shots only', () => {
  expect(flawOf({ sharpness: 160, brightness: 29 })).toBeNull();
  expect(flawOf({ sharpness: 6, brightness: 120 })).toBe('blurred');
  expect(flawOf({ sharpness: 6, brightness: 9 })).toBe('dark');
});

describe('a photo', () => {
  const core = { newId: () => 'photo-2' } as unknown as Core;
  const captured = { sha256: 'aa', width: 4, height: 3, sharpness: 50, brightness: 90 } as Captured;
  const picture = fromFile(new Blob(['x'], { type: 'image/png' }));
  const place = { handover: 'h', slot: 'front', damage: null, replaces: 'photo-1', label: 'l' };

  it('takes the place of the old one in one go and keeps its first bytes', () => {
    const [retract, add] = photoEntries(core, { picture, captured, flaw: null, fileTime: null }, place, null);
    expect(retract).toMatchObject({ action: 'photo.retract', args: { photo_id: 'photo-1' } });
    expect(add).toMatchObject({
      action: 'photo.add',
      args: { photo_id: 'photo-2', how: 'file', source: 'gallery', width: 4, height: 3 },
      extra: { blobs: [{ role: 'photo', type: 'image/png', sha256: 'aa' }] },
    });
    expect(add?.args).not.toHaveProperty('position');
    expect(add?.args).not.toHaveProperty('file_time');
    expect(add?.extra?.blobs?.[0]?.bytes).toBe(picture.bytes);
  });

  const position = { lat: 30.27, lon: 120.15, accuracy_m: 12 };

  it('of a damage is a damage blob and carries the reason it was used', () => {
    const [add] = photoEntries(
      core,
      { picture: { ...picture, position }, captured, flaw: 'dark', fileTime: '2026-03-05T14:02:09' },
      { ...place, damage: 'd', replaces: null },
      'rain',
    );
    expect(add).toMatchObject({
      args: { damage_id: 'd', position, file_time: '2026-03-05T14:02:09', quality: { override: 'rain' } },
      extra: { blobs: [{ role: 'damage' }] },
    });
  });

  it('is of a type the wire takes', () => {
    expect(pictureType(new Blob([], { type: 'image/heic' }))).toBeNull();
    expect(pictureType(new Blob([], { type: 'image/webp' }))).toBe('image/webp');
  });
});

describe('a signature', () => {
  it('measures both axes in thousandths of the width', () => {
    const strokes: Stroke[] = [
      [
        [0, 0, 0],
        [500, 1000, 9],
      ],
    ];
    expect(toWidth(strokes, 600, 300)).toEqual([
      [
        [0, 0, 0],
        [500, 500, 9],
      ],
    ]);
  });

  it('never exceeds the bound of a private part, and keeps each stroke its ends', () => {
    const long: Stroke[] = [Array.from({ length: 60_000 }, (_, at) => [at % 1000, at % 777, at])];
    const bytes = strokesPart(long);
    expect(bytes.byteLength).toBeLessThanOrEqual(PRIVATE_PART_BYTES_MAX);
    const { strokes } = JSON.parse(new TextDecoder().decode(bytes)) as { strokes: Stroke[] };
    expect(strokes[0]?.[0]).toEqual([0, 0, 0]);
    expect(strokes[0]?.at(-1)).toEqual([59_999 % 1000, 59_999 % 777, 59_999]);
  });

  it('keeps name and phone apart from the entry', () => {
    expect(JSON.parse(new TextDecoder().decode(signerPart(' 李明 ', '')))).toEqual({
      name: '李明',
      phone: '',
    });
  });
});

describe('the receipt', () => {
  const empty = { waived: {}, damages: {}, accessories: {}, proof: {} };
  const handover = {
    ...empty,
    id: 'h',
    photos: { a: {}, b: {} },
    readings: { o: {} },
    signatures: { c: {}, s: {} },
  } as unknown as Parameters<typeof whereabouts>[0];
  const entry = (state: string) => ({ type: 'entry', handover: 'h', state }) as OutboxItem;
  const blob = (state: string) => ({ type: 'blob', handover: 'h', role: 'photo', state }) as OutboxItem;

  it('says uploaded only when nothing of the handover waits', () => {
    expect(whereabouts(handover, [], 0)).toMatchObject({ state: 'sent', entries: 7, photos: 2 });
    expect(whereabouts(handover, [entry('waiting'), blob('pending')], 9)).toMatchObject({
      state: 'local',
      entries: 9,
    });
    expect(whereabouts(handover, [entry('proven'), blob('uploading')], 0)).toMatchObject({
      state: 'sending',
      entriesLeft: 0,
      photosLeft: 1,
    });
    expect(whereabouts(handover, [{ ...entry('waiting'), handover: 'other' } as OutboxItem], 0).state).toBe(
      'sent',
    );
  });

  it('fits a code any phone reads', () => {
    const text = receiptText({
      title: '归还回执',
      label: '浙A·D3K907',
      at: 'now',
      handover: 'h',
      document: 'ab',
    });
    expect(text.split('\n')).toEqual(['归还回执 浙A·D3K907', 'now', 'ID h', 'SHA-256 ab']);
  });
});

it('says a size as it was found out: a range stays a range, millimetres are said to be measured', () => {
  expect(sizeText('5_to_10_cm', null, 'zh')).toBe('5–10 厘米');
  expect(sizeText('over_30_cm', undefined, 'en')).toBe('over 30 cm');
  expect(sizeText(null, 40, 'en')).toBe('40 mm measured');
  expect(sizeText(null, null, 'zh')).toBeNull();
});

it('finds the photo of a view', () => {
  const slots = [
    { id: 'cabin', view: null },
    { id: 'front', view: 'front' },
  ];
  expect(slotOfView({ slots } as unknown as Parameters<typeof slotOfView>[0], 'front')).toBe('front');
  expect(slotOfView({ slots } as unknown as Parameters<typeof slotOfView>[0], 'top')).toBeNull();
});

describe.each([
  ['a return', handoverPair],
  ['a check-out', checkoutPair],
  ['a transfer', transferPair],
])('the words of %s', (_name, pair) => {
  const { zh, en } = pair as { zh: Record<string, string>; en: Record<string, string> };
  const names = (text: string) =>
    [...new Set([...text.matchAll(/\{(\w+)/g)].map((match) => match[1]))].sort();

  it('are whole in both languages, with the same parameters, and without Chinese in the English', () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort());
    for (const [key, text] of Object.entries(zh)) {
      expect(names(en[key] ?? ''), key).toEqual(names(text));
      expect(names((handoverPair.zh as Record<string, string>)[key] ?? ''), key).toEqual(names(text));
      expect(en[key], key).not.toMatch(/[\u3400-\u9fff]/);
    }
  });
});
