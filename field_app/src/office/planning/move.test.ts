/** A task put elsewhere keeps its time of day, by the organisation's zone, and never falls into the past. */
import { describe, expect, it } from 'vitest';
import { moveBy, moveTo, place, undoOf } from './move';
import { NOBODY, type Task } from './plan';

const AT = { zone: 'Asia/Shanghai', now: '2026-11-22T08:20:00.000Z' }; // Sunday, 16:20 there

function task(due_at: string, assignee_id: string | null = 'li'): Task {
  return { id: 'a', due_at, type: 'collect', state: 'open', assignee_id } as Task;
}

describe('a task put elsewhere', () => {
  it('changes person, day, or both', () => {
    const one = task('2026-11-23T01:30:00.000Z'); // Monday 09:30
    expect(moveTo(one, place('wu', 'day1'), AT)).toEqual({ assignee_id: 'wu' });
    expect(moveTo(one, place(NOBODY, null), AT)).toEqual({ assignee_id: null });
    expect(moveTo(one, place('wu', 'day3'), AT)).toEqual({
      assignee_id: 'wu',
      due_at: '2026-11-25T01:30:00.000Z',
    });
    expect(moveTo(one, place(null, 'later'), AT)).toEqual({ due_at: '2026-11-27T01:30:00.000Z' });
  });

  it('is not taken where it stands already, in the past, or among what is overdue', () => {
    const one = task('2026-11-23T01:30:00.000Z');
    for (const target of [place('li', 'day1'), place('li', null), place(null, 'overdue'), '|day-1', '|day0x'])
      expect(moveTo(one, target, AT)).toBeNull();
    expect(moveTo(task('2026-12-04T01:30:00.000Z'), place('li', 'later'), AT)).toBeNull();
    expect(moveTo(task('2026-12-04T01:30:00.000Z'), '|day12', AT)).toBeNull();
  });

  it('today, after its time of day, is due at the next full hour but one, and never tomorrow', () => {
    const late = task('2026-11-20T01:30:00.000Z');
    expect(moveTo(late, place('li', 'day0'), AT)).toEqual({ due_at: '2026-11-22T10:00:00.000Z' });
    const night = { ...AT, now: '2026-11-22T15:30:00.000Z' }; // 23:30
    expect(moveTo(late, place('li', 'day0'), night)).toEqual({ due_at: '2026-11-22T15:59:00.000Z' });
  });

  it('keeps its time of day where the clocks change', () => {
    const there = { zone: 'Europe/Berlin', now: '2026-10-24T06:00:00.000Z' };
    expect(moveTo(task('2026-10-24T07:00:00.000Z'), '|day1', there)).toEqual({
      due_at: '2026-10-25T08:00:00.000Z',
    });
  });

  it('goes by keys as by hand, and back', () => {
    const one = task('2026-11-23T01:30:00.000Z');
    expect(moveBy(one, 'ArrowRight', ['li', 'wu'], AT)).toEqual({ due_at: '2026-11-24T01:30:00.000Z' });
    expect(moveBy(one, 'ArrowLeft', ['li', 'wu'], AT)).toEqual({ due_at: '2026-11-22T10:00:00.000Z' });
    expect(moveBy(task('2026-11-22T10:00:00.000Z'), 'ArrowLeft', ['li'], AT)).toBeNull();
    expect(moveBy(one, 'ArrowDown', ['li', 'wu'], AT)).toEqual({ assignee_id: 'wu' });
    expect(moveBy(one, 'ArrowUp', ['li', 'wu'], AT)).toEqual({ assignee_id: null });
    expect(moveBy(one, 'ArrowDown', ['li'], AT)).toBeNull();
    expect(undoOf(one, { assignee_id: null, due_at: 'x' })).toEqual({
      assignee_id: 'li',
      due_at: one.due_at,
    });
    expect(undoOf(one, { due_at: 'x' })).toEqual({ due_at: one.due_at });
  });
});
