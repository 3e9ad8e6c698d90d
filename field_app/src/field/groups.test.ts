import { expect, test } from 'vitest';
import { groupTasks } from './groups';

const ZONE = 'Asia/Shanghai';
const NOW = '2026-11-21T01:00:00.000Z'; // 09:00 in Shanghai

const task = (due_at: string, bay = '') => ({ due_at, bay });
const ids = (tasks: { due_at: string; bay: string }[], zone = ZONE): [string, number][] =>
  groupTasks(tasks, NOW, zone).map((group) => [group.id, group.tasks.length]);

test('a day runs from overdue over morning and afternoon to the days after', () => {
  const found = ids([
    task('2026-11-23T02:00:00Z'),
    task('2026-11-21T06:00:00Z'), // 14:00
    task('2026-11-21T01:40:00Z'), // 09:40
    task('2026-11-19T00:30:00Z'),
    task('2026-11-22T01:00:00Z'),
  ]);
  expect(found).toEqual([
    ['overdue', 1],
    ['morning', 1],
    ['afternoon', 1],
    ['day1', 1],
    ['day2', 1],
  ]);
});

test('the day belongs to the zone, not to the device', () => {
  const late = task('2026-11-21T17:00:00Z'); // 01:00 on the 22nd in Shanghai, 18:00 on the 21st in Berlin
  expect(ids([late])).toEqual([['day1', 1]]);
  expect(ids([late], 'Europe/Berlin')).toEqual([['afternoon', 1]]);
});

test('noon is the afternoon; the same time is ordered by place', () => {
  const [group] = groupTasks(
    [task('2026-11-21T04:00:00Z', 'B-14'), task('2026-11-21T04:00:00Z', 'A-03')],
    NOW,
    ZONE,
  );
  expect(group?.part).toBe('afternoon');
  expect(group?.tasks.map((one) => one.bay)).toEqual(['A-03', 'B-14']);
});

test('an unreadable time is shown where it cannot be missed', () => {
  expect(ids([task('soon')])).toEqual([['overdue', 1]]);
});
