/**
 * Tasks in the order of a day: overdue, this morning, this afternoon, then day by day. Pure; the organisation's zone decides what a day is.
 *
 * Neighbours: `Today.svelte` shows the groups, `$i18n/format` knows the zone's calendar. Invariant: every open task is in exactly one group.
 */
import { clock, daysAway } from '$i18n/format';

/** What grouping needs of a task; times are UTC ISO. */
export interface Due {
  due_at: string;
  bay: string;
}

export interface Group<T> {
  id: string;
  part: 'overdue' | 'morning' | 'afternoon' | 'day';
  /** A moment of the group's day, for its heading. */
  at: string;
  tasks: T[];
}

const NOON_HOUR = 12;

/**
 * Groups in order, each in order of time and then place; the first `most` tasks only. A time that cannot be read counts as
 * overdue, so that it is seen.
 */
export function groupTasks<T extends Due>(
  tasks: readonly T[],
  nowIso: string,
  zone: string,
  most = Number.POSITIVE_INFINITY,
): Group<T>[] {
  const groups = new Map<string, Group<T>>();
  for (const task of [...tasks].sort(byTimeAndPlace).slice(0, most)) {
    const part = partOf(task.due_at, nowIso, zone);
    const id = part === 'day' ? `day${daysAway(task.due_at, zone, nowIso)}` : part;
    const group = groups.get(id) ?? { id, part, at: task.due_at, tasks: [] };
    group.tasks.push(task);
    groups.set(id, group);
  }
  return [...groups.values()];
}

function partOf(dueIso: string, nowIso: string, zone: string): Group<unknown>['part'] {
  const due = Date.parse(dueIso);
  if (Number.isNaN(due) || due < Date.parse(nowIso)) return 'overdue';
  if (daysAway(dueIso, zone, nowIso) > 0) return 'day';
  return Number.parseInt(clock(dueIso, zone, 'en'), 10) < NOON_HOUR ? 'morning' : 'afternoon';
}

function byTimeAndPlace(a: Due, b: Due): number {
  return a.due_at.localeCompare(b.due_at) || a.bay.localeCompare(b.bay);
}
