/** Planned work falls on the right person and day, by the organisation's zone. */
import { describe, expect, it } from 'vitest';
import {
  calendar,
  columnOf,
  dateIn,
  momentIn,
  NOBODY,
  rowsOf,
  type Task,
  timeIn,
  toDo,
  twinOf,
} from './plan';

const ZONE = 'Asia/Shanghai';
const NOW = '2026-11-22T08:00:00.000Z'; // Sunday, 16:00 there

function task(id: string, due_at: string, more: Partial<Task> = {}): Task {
  return { id, due_at, type: 'collect', state: 'open', assignee_id: null, ...more } as Task;
}

describe('planned work', () => {
  it('falls on the day of the zone', () => {
    expect(columnOf(task('a', '2026-11-22T07:59:00Z'), ZONE, NOW)).toBe('overdue');
    expect(columnOf(task('a', '2026-11-22T15:59:00Z'), ZONE, NOW)).toBe('day0');
    expect(columnOf(task('a', '2026-11-22T16:01:00Z'), ZONE, NOW)).toBe('day1');
    expect(columnOf(task('a', '2026-11-27T16:00:00Z'), ZONE, NOW)).toBe('later');
    expect(columnOf(task('a', 'soon'), ZONE, NOW)).toBe('overdue');
  });

  it('stands once, with whoever has it', () => {
    const tasks = [
      task('b', '2026-11-24T01:00:00Z', { assignee_id: 'li' }),
      task('a', '2026-11-23T01:00:00Z'),
      task('c', '2026-11-23T01:00:00Z', { assignee_id: 'gone' }),
    ];
    const rows = rowsOf(tasks, ['li', 'wu'], ZONE, NOW);
    expect(rows.map((row) => [row.person, row.count])).toEqual([
      [NOBODY, 1],
      ['li', 1],
      ['wu', 0],
      ['gone', 1],
    ]);
    expect(rows[1]?.cells.get('day2')?.map((one) => one.id)).toEqual(['b']);
  });

  it('leaves out what is over, proposed or not asked for, and puts the earliest first', () => {
    const tasks = [
      task('d', '2026-11-25T00:00:00Z', { type: 'repair' }),
      task('c', '2026-11-24T00:00:00Z', { state: 'done' }),
      task('b', '2026-11-23T00:00:00Z', { state: 'proposed' }),
      task('a', '2026-11-22T00:00:00Z', { state: 'started', assignee_id: 'li' }),
    ];
    expect(toDo(tasks, { type: '', person: '' }).map((one) => one.id)).toEqual(['a', 'd']);
    expect(toDo(tasks, { type: 'repair', person: '' }).map((one) => one.id)).toEqual(['d']);
    expect(toDo(tasks, { type: '', person: NOBODY }).map((one) => one.id)).toEqual(['d']);
  });

  it('is found again before it is planned a second time', () => {
    const on = { asset_id: 'van', type: 'inspect' as const, made: {} };
    const tasks = [
      task('late', '2026-11-26T00:00:00Z', on),
      task('soon', '2026-11-24T00:00:00Z', { ...on, state: 'started' }),
      task('done', '2026-11-23T00:00:00Z', { ...on, state: 'done' }),
      task('service', '2026-11-23T00:00:00Z', { ...on, made: { cause: 'service_due' } }),
      task('else', '2026-11-23T00:00:00Z', { ...on, asset_id: 'other' }),
      task('back', '2026-11-23T00:00:00Z', { ...on, type: 'recover', state: 'proposed', rental_id: 'r' }),
    ];
    expect(twinOf(tasks, 'inspect', { id: 'van', rental_id: null })?.id).toBe('soon');
    expect(twinOf(tasks, 'repair', { id: 'van', rental_id: null })).toBeUndefined();
    expect(twinOf(tasks, 'recover', { id: 'van', rental_id: 'r' })?.id).toBe('back');
    expect(twinOf(tasks, 'recover', { id: 'van', rental_id: 'q' })).toBeUndefined();
  });

  it('has weeks from Monday and months of whole weeks', () => {
    const week = calendar([task('a', '2026-11-22T01:00:00Z')], 'week', 0, ZONE, NOW);
    expect(week.map((day) => dateIn(day.at, ZONE))[0]).toBe('2026-11-16');
    expect(week.map((day) => day.away)).toEqual([-6, -5, -4, -3, -2, -1, 0]);
    expect(week[6]?.tasks.map((one) => one.id)).toEqual(['a']);
    const month = calendar([], 'month', 1, ZONE, NOW);
    expect(month.length % 7).toBe(0);
    expect(month.map((day) => dateIn(day.at, ZONE))).toContain('2026-12-31');
    expect(dateIn(month[0]?.at ?? '', ZONE)).toBe('2026-11-30');
  });

  it('reads what is typed by the clocks of the zone', () => {
    expect(momentIn('2026-11-22', '16:00', ZONE)).toBe(NOW);
    expect(timeIn(NOW, ZONE)).toBe('16:00');
    expect(momentIn('2026-07-01', '09:30', 'Europe/Berlin')).toBe('2026-07-01T07:30:00.000Z');
    expect(momentIn('', '09:30', ZONE)).toBeNull();
    expect(momentIn('2026-11-22', 'noon', ZONE)).toBeNull();
  });
});
