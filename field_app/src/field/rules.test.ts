import { expect, test } from 'vitest';
import type { RecordOf, WizardState } from '$core';
import { wayOf } from './install.svelte';
import { baselinePhotos, firstOfEach, openFor, taskFor } from './rules';

type Task = RecordOf<'task'>;
type Handover = RecordOf<'handover'>;

const task = (id: string, asset_id: string, due_at: string, type: Task['type'] = 'collect'): Task =>
  ({ id, asset_id, due_at, type, state: 'open' }) as Task;
const asset = (id: string): RecordOf<'asset'> =>
  ({ id, state: 'out', baseline: `b-${id}` }) as RecordOf<'asset'>;
const baseline = (id: string): Handover =>
  ({ id, photos: { one: { sha256: `${id}-1` }, two: { sha256: 'same' } } }) as unknown as Handover;

test('the photos of the soonest tasks are fetched first, each once, and not without end', () => {
  const tasks = [
    task('t1', 'late', '2026-11-25'),
    task('t2', 'soon', '2026-11-21'),
    task('t3', 'soon', '2026-11-22'),
  ];
  expect(baselinePhotos(tasks, asset, baseline)).toEqual(['b-soon-1', 'same', 'b-late-1']);
  const many = Array.from({ length: 500 }, (_, n) => task(`t${n}`, `a${n}`, `2026-11-${n}`));
  expect(baselinePhotos(many, asset, baseline)).toHaveLength(61); // 60 assets and the one photo they share
  expect(baselinePhotos(tasks, () => undefined, baseline)).toEqual([]);
});

test('of what is here the last return is fetched, to be compared with when it leaves', () => {
  const here = (id: string) =>
    ({ id, state: 'available', baseline: 'old', last_return_id: 'back' }) as RecordOf<'asset'>;
  expect(baselinePhotos([task('t', 'a', '2026-11-22', 'deliver')], here, baseline)).toEqual([
    'back-1',
    'same',
  ]);
});

test('handovers that one signature closes are gone on with as one, those given up left out', () => {
  const wizard = (handover: string, group: string[] = []) =>
    ({ handover, data: { group } }) as unknown as WizardState;
  const group = ['a', 'b', 'gone'];
  const rows = firstOfEach([wizard('b', group), wizard('alone'), wizard('a', group)]);
  expect(rows.map((row) => [row.wizard.handover, row.all])).toEqual([
    ['alone', ['alone']],
    ['a', ['a', 'b']],
  ]);
  expect(firstOfEach([wizard('b', group)]).map((row) => row.all)).toEqual([['b']]);
});

test('a handover begun here is gone on with; one begun elsewhere is named', () => {
  const handover = (id: string, state: Handover['state'] = 'started') =>
    ({ id, asset_id: 'a', state }) as Handover;
  const wizards = [{ handover: 'h1' }] as WizardState[];
  expect(openFor('a', [handover('h1'), handover('h2')], wizards)).toMatchObject({
    mine: 'h1',
    elsewhere: { id: 'h2' },
  });
  expect(openFor('a', [handover('h1', 'complete')], wizards)).toMatchObject({ mine: null, elsewhere: null });
  expect(openFor('b', [handover('h1')], wizards)).toMatchObject({ mine: null, elsewhere: null });
});

test('a return fulfils the soonest task to collect or recover', () => {
  const tasks = [
    task('t1', 'a', '2026-11-22', 'recover'),
    task('t2', 'a', '2026-11-21', 'inspect'),
    task('t3', 'a', '2026-11-23'),
    task('t4', 'b', '2026-11-20'),
  ];
  expect(taskFor('a', tasks)).toBe('t1');
  expect(taskFor('c', tasks)).toBeNull();
});

test('each browser is told its own way to the home screen', () => {
  const wechat = 'Mozilla/5.0 (iPhone) MicroMessenger/8.0';
  expect(wayOf(wechat, false, false)).toBe('wechat');
  expect(wayOf('Mozilla/5.0 (Linux; Android 14) Chrome/130', false, true)).toBe('prompt');
  expect(wayOf('Mozilla/5.0 (iPhone; CPU iPhone OS 18)', false, false)).toBe('ios');
  expect(wayOf('Mozilla/5.0 (X11; Linux) Firefox/130', false, false)).toBe('menu');
  expect(wayOf('anything', true, true)).toBe('installed');
});
