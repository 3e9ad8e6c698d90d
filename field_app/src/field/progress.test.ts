import { expect, test } from 'vitest';
import type { OutboxItem } from '$core';
import { byHandover, progressOf, type Sight, timeLeft, watched } from './progress';

test('figures count from what was unsent at opening', () => {
  const progress = progressOf({
    unsent: { entries: 1, photos: 4, blobs: 5, bytes: 15_000 },
    opening: { entries: 3, photos: 9, blobs: 12, bytes: 38_000 },
  });
  expect(progress.entries).toEqual({ done: 2, total: 3 });
  expect(progress.photos).toEqual({ done: 5, total: 9 });
  expect(progress.files).toEqual({ done: 2, total: 3 });
  expect(progress.bytes).toEqual({ done: 23_000, total: 38_000 });
});

test('work finished behind the gate raises the total instead of running backwards', () => {
  const progress = progressOf({
    unsent: { entries: 5, photos: 0, blobs: 0, bytes: 500 },
    opening: { entries: 3, photos: 0, blobs: 0, bytes: 300 },
  });
  expect(progress.entries).toEqual({ done: 0, total: 5 });
  expect(progressOf({ unsent: { entries: 0, photos: 0, blobs: 0, bytes: 0 }, opening: null }).bytes).toEqual({
    done: 0,
    total: 0,
  });
});

const pace = (...sights: [at: number, done: number][]): Sight[] =>
  sights.reduce<Sight[]>((kept, [at, done]) => watched(kept, { at, done }), []);

test('the time left follows the present pace and stays silent while it is a guess', () => {
  expect(timeLeft([], 1000)).toBeNull();
  expect(timeLeft(pace([0, 0], [1000, 500]), 1000)).toBeNull();
  expect(timeLeft(pace([0, 0], [4000, 400]), 1000)).toBe(6000);
  expect(timeLeft(pace([0, 400], [4000, 400]), 1000)).toBeNull();
});

test('a quick start long ago does not promise a quick end', () => {
  const sights = pace([0, 0], [5000, 9000], [30_000, 9100], [40_000, 9200]);
  expect(timeLeft(sights, 10_000)).toBe(80_000);
  expect(pace([0, 500], [1000, 900], [2000, 100])).toEqual([{ at: 2000, done: 100 }]);
});

test('the outbox is told by handover', () => {
  const entry = (handover: string | null, state: 'waiting' | 'proven'): OutboxItem => ({
    ...{ type: 'entry', id: '', epoch: 0, seq: 1, action: '', label: '', at: '', actor: '', handover, state },
    outcome: null,
    bytes: 1,
  });
  const file = (
    handover: string,
    role: 'photo' | 'damage' | 'signature' | 'document',
    state: 'pending' | 'uploading' | 'done' | 'rejected',
  ): OutboxItem => ({
    ...{ type: 'blob', sha256: '', role, label: '', at: '', handover, state, sent: 0, size: 1 },
    problem: null,
  });
  expect(
    byHandover([
      entry('a', 'proven'),
      entry('a', 'waiting'),
      file('a', 'photo', 'done'),
      file('a', 'damage', 'uploading'),
      file('a', 'photo', 'rejected'),
      file('a', 'signature', 'pending'),
      file('a', 'document', 'pending'),
      entry(null, 'waiting'),
      entry('b', 'proven'),
    ]),
  ).toEqual([
    { handover: 'a', entries: 1, photos: 2, files: 2, sending: true },
    { handover: null, entries: 1, photos: 0, files: 0, sending: false },
  ]);
});
