/** The signed document: the same records give the same bytes, whatever order they lie in; and no person's name is in it. */
import { expect, it } from 'vitest';
import {
  buildDocument,
  canonical,
  type DocumentSource,
  documentHash,
  documentText,
  readDocument,
} from './document';

const photo = (slot: string, sha256: string, at: string, damage_id?: string) => ({
  slot,
  sha256,
  at,
  how: 'still',
  source: 'camera',
  size: 1,
  type: 'image/jpeg',
  width: 1,
  height: 1,
  entry: 'e',
  ...(damage_id ? { damage_id } : {}),
});

function source(change: object = {}, photos: Record<string, object> = {}): DocumentSource {
  return {
    language: 'zh',
    organisation: { zh: '迅达', en: 'Xunda' },
    handover: {
      id: 'h1',
      type: 'check_in',
      started_at: '2026-11-21T01:00:00Z',
      zone: 'Asia/Shanghai',
      photos: {
        p2: photo('left', 'bb', '2026-11-21T01:02:00Z'),
        p1: photo('front', 'aa', '2026-11-21T01:01:00Z'),
        p4: photo('damage_close', 'dd', '2026-11-21T01:04:00Z', 'd1'),
        p3: photo('damage_wide', 'cc', '2026-11-21T01:05:00Z', 'd1'),
        ...photos,
      },
      waived: { cargo: { reason: '被挡住', at: '' }, front: { reason: '先前', at: '' } },
      readings: { odometer: { value: 18412, at: '', entry: 'e' } },
      accessories: { cable: { state: 'missing', at: '' } },
    },
    asset: { id: 'a1', label: '浙AD3K907', model: 'EC35', serial: 'X' },
    pack: {
      diagram: 'van',
      slots: [
        { id: 'front', zh: '正面', en: 'Front' },
        { id: 'left', zh: '左侧', en: 'Left' },
        { id: 'cargo', zh: '货厢', en: 'Cargo' },
      ],
      meters: [{ id: 'odometer', zh: '里程', en: 'Odometer', unit: 'km' }],
      accessories: [
        { id: 'key', zh: '钥匙', en: 'Key' },
        { id: 'cable', zh: '充电线', en: 'Cable' },
      ],
      damage_types: [{ id: 'scratch', zh: '划痕', en: 'Scratch' }],
    },
    rental: { number: 'R-1', due_at: '2026-11-21T10:00:00Z', km_included: 1800 },
    customer: { type: 'company', name: '城配快运', name_en: 'City Freight' },
    text: { id: 't', version: '2026-10', zh: '条款', en: 'Terms' },
    before: { odometer: 18000 },
    known: [],
    damages: [
      { id: 'd1', view: 'right', part: 'door', x: 1, y: 2, type: 'scratch', severity: 'minor_damage' },
    ],
    acceptance: 'minor_damage',
    confirmedAt: '2026-11-21T01:10:00Z',
    staff: 'person-1',
    partName: (_view: string, part: string, lang: string) => `${part}-${lang}`,
    ...change,
  } as unknown as DocumentSource;
}

it('gives the same bytes for the same records in any order', async () => {
  const one = documentText(source());
  const shuffled = source();
  shuffled.handover = {
    ...shuffled.handover,
    photos: Object.fromEntries(Object.entries(shuffled.handover.photos).reverse()),
  };
  expect(documentText(shuffled)).toBe(one);
  expect(await documentHash(one)).toMatch(/^[0-9a-f]{64}$/);
  expect(await documentHash(one)).toBe(await documentHash(documentText(source())));
});

it('changes with anything a customer could object to', () => {
  const one = documentText(source());
  expect(documentText(source({ acceptance: 'severe_damage' }))).not.toBe(one);
  expect(documentText(source({ language: 'en' }))).not.toBe(one);
  expect(documentText(source({}, { p1: photo('front', 'ee', '2026-11-21T01:01:00Z') }))).not.toBe(one);
});

it('names every photo by its hash, the newest of a slot, and damages with their own', () => {
  const doc = buildDocument(source({}, { p5: photo('front', 'ff', '2026-11-21T01:09:00Z') }));
  expect(doc.photos.map((each) => each.sha256)).toEqual(['ff', 'bb']);
  expect(doc.damages[0]?.photos.map((each) => each.sha256)).toEqual(['cc', 'dd']);
  expect(doc.waived).toEqual([{ slot: 'cargo', label: '货厢', reason: '被挡住' }]);
  expect(doc.accessories.map((each) => each.state)).toEqual(['present', 'missing']);
  expect(doc.readings[0]).toMatchObject({ value: 18412, before: 18000 });
});

it("holds a company's name but never a private customer's", () => {
  expect(buildDocument(source()).rental?.customer).toBe('城配快运');
  const person = source({ customer: { type: 'person', name: '李明', name_en: 'Li Ming' } });
  expect(documentText(person)).not.toContain('李明');
});

it('is read back as it was written, and nothing else is taken for one', () => {
  const doc = buildDocument(source());
  expect(readDocument(canonical(doc))).toEqual(doc);
  expect(() => readDocument('{"format":"other"}')).toThrow(TypeError);
});

it('writes canonical JSON only of what the format has', () => {
  expect(canonical({ b: [1, null, true], a: '中"' })).toBe('{"a":"中\\"","b":[1,null,true]}');
  expect(() => canonical({ a: 0.5 })).toThrow(RangeError);
  expect(() => canonical({ a: undefined })).toThrow(TypeError);
});
