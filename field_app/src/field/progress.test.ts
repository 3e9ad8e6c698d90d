import { expect, test } from 'vitest';
import type { OutboxItem } from '$core';
import { byHandover, progressOf, timeLeft } from './progress';

const IDLE = { what: null, label: '', sent: 0, size: 0 } as const;

test('figures count from what was unsent at opening', () => {
  const progress = progressOf({
    unsent: { entries: 1, photos: 4, blobs: 5, bytes: 15_000 },
    opening: { entries: 3, blobs: 12, bytes: 38_000 },
    sending: { what: 'blob', label: '', sent: 1000, size: 3000 },
  });
  expect(progress.entries).toEqual({ done: 2, total: 3 });
  expect(progress.blobs).toEqual({ done: 7, total: 12 });
  expect(progress.bytes).toEqual({ done: 24_000, total: 38_000 });
});

test('work finished behind the gate raises the total instead of running backwards', () => {
  const progress = progressOf({
    unsent: { entries: 5, photos: 0, blobs: 0, bytes: 500 },
    opening: { entries: 3, blobs: 0, bytes: 300 },
    sending: IDLE,
  });
  expect(progress.entries).toEqual({ done: 0, total: 5 });
  expect(
    progressOf({ unsent: { entries: 0, photos: 0, blobs: 0, bytes: 0 }, opening: null, sending: IDLE }).bytes,
  ).toEqual({
    done: 0,
    total: 0,
  });
});

test('the time left follows the pace and stays silent while it is a guess', () => {
  expect(timeLeft({ at: 0, done: 0 }, { at: 1000, done: 500 }, 1000)).toBeNull();
  expect(timeLeft({ at: 0, done: 0 }, { at: 4000, done: 400 }, 1000)).toBe(6000);
  expect(timeLeft({ at: 0, done: 400 }, { at: 4000, done: 400 }, 1000)).toBeNull();
});

test('the outbox is told by handover', () => {
  const entry = (handover: string | null, state: 'waiting' | 'proven'): OutboxItem => ({
    ...{ type: 'entry', id: '', epoch: 0, seq: 1, action: '', label: '', at: '', actor: '', handover, state },
    outcome: null,
    bytes: 1,
  });
  const file = (handover: string, state: 'pending' | 'uploading' | 'done'): OutboxItem => ({
    ...{ type: 'blob', sha256: '', role: 'photo', label: '', at: '', handover, state, sent: 0, size: 1 },
    problem: null,
  });
  expect(
    byHandover([entry('a', 'proven'), file('a', 'done'), file('a', 'uploading'), entry(null, 'waiting')]),
  ).toEqual([
    { handover: 'a', entries: 1, entriesProven: 1, files: 2, filesDone: 1, sending: true },
    { handover: null, entries: 1, entriesProven: 0, files: 0, filesDone: 0, sending: false },
  ]);
});
