/** What a scan is to a stock-take: noted once, named when it should not be here, nothing of another company's. */
import { expect, test } from 'vitest';
import type { RecordOf } from '$core/types';
import { countId } from './differences';
import { assetHit, type Ground, readForCount, tagHit } from './reading';

const asset = (id: string, more: object = {}) =>
  ({
    id,
    tag: id.toUpperCase(),
    label: id,
    depot_id: 'd',
    state: 'available',
    bay: 'A-1',
    ...more,
  }) as RecordOf<'asset'>;
const ground = (more: Partial<Ground> = {}): Ground => ({
  task: 't',
  depot: 'd',
  bay: '',
  assets: [asset('a'), asset('b', { state: 'out' }), asset('c', { depot_id: 'e' })],
  former: [{ tag: 'OLD', asset_id: 'a' } as RecordOf<'former_tag'>],
  counts: new Map(),
  ...more,
});
const counted = (found: string, bay = '') => {
  const id = countId('t', found);
  const sightings = { e: { by: 'p', at: '2027-01-01T00:00:00.000Z', bay, how: 'scan' } };
  return new Map([[id, { id, sightings } as unknown as RecordOf<'stock_count'>]]);
};
const kind = (text: string, more: Partial<Ground> = {}) => readForCount(text, 'here', ground(more)).kind;

test('what is expected is a hit, by its label or by the one it had', () => {
  expect(readForCount('A', 'here', ground())).toMatchObject({ kind: 'hit', count: countId('t', 'a') });
  expect(readForCount('https://here/a/old', 'here', ground())).toMatchObject({
    kind: 'hit',
    count: countId('t', 'a'),
  });
});

test('what should not be here is named', () => {
  expect([
    kind('B'),
    kind('C'),
    kind('x-9'),
    kind('https://elsewhere.example/a/A'),
    kind('hello world'),
  ]).toEqual(['out', 'extra', 'tag', 'foreign', 'foreign']);
  expect(tagHit('X-9', ground()).count).toBe(countId('t', 'X-9'));
});

test('known already is not noted again, but where it now stands elsewhere', () => {
  expect(assetHit(asset('a'), ground({ counts: counted('a') }))).toMatchObject({ kind: 'again', by: 'p' });
  expect(kind('A', { counts: counted('a', 'A-1'), bay: 'B-2' })).toBe('misplaced');
  expect(kind('A', { counts: counted('a', 'B-2'), bay: 'B-2' })).toBe('again');
  expect(kind('x-9', { counts: counted('X-9') })).toBe('again');
});

test('taken back, it counts anew', () => {
  const id = countId('t', 'a');
  const none = new Map([[id, { id, sightings: {} } as unknown as RecordOf<'stock_count'>]]);
  expect(kind('A', { counts: none })).toBe('hit');
});
