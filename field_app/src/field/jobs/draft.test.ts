/** The draft of a job: kept, read back whatever lies there, and turned into what is recorded. */
import { expect, test } from 'vitest';
import { doneOf, emptyDraft, keepDraft, keptDraft, wrongIn } from './draft';

const lines = [
  { id: 'brakes', required: true },
  { id: 'horn', required: false },
];

function store(): {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
} {
  const kept = new Map<string, string>();
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
}

test('what was entered is there again', () => {
  const place = store();
  const draft = { ...emptyDraft(), minutes: '45', checks: { brakes: { ok: false, note: '左前' } } };
  keepDraft('t', draft, place);
  expect(keptDraft('t', place)).toEqual(draft);
  expect(keptDraft('other', place)).toEqual(emptyDraft());
  place.setItem('handover.task.t', '{broken');
  expect(keptDraft('t', place)).toEqual(emptyDraft());
});

test('a required line waits for a word; parts and minutes must be readable', () => {
  const draft = { ...emptyDraft(), minutes: 'x', parts: [{ what: ' ', count: '0', cost: 'y' }] };
  expect(wrongIn(draft, lines)).toEqual(['minutes', 'what.0', 'count.0', 'cost.0', 'check.brakes']);
  const good = { ...emptyDraft(), checks: { brakes: { ok: true, note: '' } } };
  expect(wrongIn(good, lines)).toEqual([]);
});

test('what was not entered is left out', () => {
  expect(doneOf(emptyDraft(), lines)).toEqual({ note: '' });
  const draft = {
    note: 'n',
    minutes: '45',
    parts: [
      { what: '灯泡', count: '2', cost: '36' },
      { what: '保险丝', count: '1', cost: '' },
    ],
    checks: { brakes: { ok: false, note: '左前' }, horn: { ok: null, note: '' } },
  };
  expect(doneOf(draft, lines)).toEqual({
    note: 'n',
    minutes: 45,
    parts: [
      { what: '灯泡', count: 2, cost_fen: 3600 },
      { what: '保险丝', count: 1, cost_fen: null },
    ],
    checks: { brakes: { ok: false, note: '左前' } },
  });
});
