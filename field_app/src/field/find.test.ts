import { expect, test, vi } from 'vitest';
import { byTag, findAssets, indexAssets, warm } from './find';

const asset = (label: string, tag: string, serial = '') => ({ label, tag, serial });
const few = [
  asset('浙A·D3K907', 'HV-0001', 'LRC9'),
  asset('浙AD9070', 'HV-0002'),
  asset('浙A907X1', 'HV-0907'),
];

test('the last digits of a plate come first, dots and case do not matter', () => {
  const labels = (typed: string) => findAssets(indexAssets(few), typed).map((one) => one.label);
  expect(labels('907')[0]).toBe('浙A·D3K907');
  expect(labels('907')).toHaveLength(3);
  expect(labels('浙ad3k 907')).toEqual(['浙A·D3K907']);
  expect(labels('hv-0907')).toEqual(['浙A907X1']);
  expect(labels('lrc')).toEqual(['浙A·D3K907']);
  expect(labels(' · ')).toEqual([]);
  expect(labels('ZZZ')).toEqual([]);
});

test('of many hits the best ones come in order, however the list is ordered', () => {
  const many = Array.from({ length: 300 }, (_, n) =>
    asset(`浙A${String((n * 77) % 300).padStart(3, '0')}`, `T-${n}`),
  );
  const found = findAssets(indexAssets(many), '浙A', 5).map((one) => one.label);
  expect(found).toEqual(['浙A000', '浙A001', '浙A002', '浙A003', '浙A004']);
  expect(findAssets(indexAssets(many), '07', 3).map((one) => one.label)).toEqual([
    '浙A007',
    '浙A107',
    '浙A207',
  ]);
});

test('texts made before the first key are the ones that are searched, and an asset that changed is found as it is now', () => {
  vi.useFakeTimers();
  const before = asset('浙A111', 'HV-1');
  warm([before]);
  vi.runAllTimers();
  vi.useRealTimers();
  expect(findAssets(indexAssets([before]), '111')).toEqual([before]);
  const after = { ...before, label: '浙A222' };
  expect(findAssets(indexAssets([after]), '111')).toEqual([]);
  expect(findAssets(indexAssets([after]), '222')).toEqual([after]);
});

test('a tag is exact', () => {
  expect(byTag(few, 'hv-0002')?.label).toBe('浙AD9070');
  expect(byTag(few, 'HV-000')).toBeNull();
});

test('a search in 10,000 assets answers in less than 50 ms', () => {
  const many = Array.from({ length: 10_000 }, (_, n) => asset(`浙A${String(n).padStart(6, '0')}`, `HV-${n}`));
  const index = indexAssets(many);
  const started = performance.now();
  expect(findAssets(index, '99')).toHaveLength(8);
  expect(performance.now() - started).toBeLessThan(50);
});
