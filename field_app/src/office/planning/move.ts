/**
 * What becomes of a task that is put in another place of the plan: with whom, on which day, in which state. Pure.
 *
 * Neighbours: `Planning.svelte` records it, `drag.svelte.ts` and the keys ask. Invariants: the time of day stays, by the zone · nothing is
 * moved into the past · a place that changes nothing takes nothing.
 */
import { daysAway } from '$i18n/format';
import { BOARD_DAYS, type Column, columnOf, dateIn, momentIn, NOBODY, type Task, timeIn } from './plan';

/** What changes; what is left out stays. */
export interface Move {
  assignee_id?: string | null;
  due_at?: string;
}

export interface Moment {
  zone: string;
  now: string;
}

/** Places that are a state, not a person or a day. */
export const START = '!start';
export const CANCEL = '!cancel';

const DAY_MS = 24 * 3600 * 1000;
const HOUR_MS = 3600 * 1000;
const DAY = /^day(-?\d+)$/;

/** The name of a place: a person's row, a day, or both. */
export const place = (person: string | null, column: Column | null): string =>
  `${person ?? ''}|${column ?? ''}`;

/** What a place changes about a task; null when it takes it not, or when it stands there already. */
export function moveTo(task: Task, target: string, { zone, now }: Moment): Move | null {
  const [person = '', column = ''] = target.split('|');
  const move: Move = {};
  const who = person === NOBODY ? null : person;
  if (person !== '' && who !== task.assignee_id) move.assignee_id = who;
  if (column !== '' && column !== columnOf(task, zone, now)) {
    const due = dueIn(task, column, { zone, now });
    if (due === null) return null;
    if (daysAway(due, zone, task.due_at) !== 0 || Date.parse(task.due_at) < Date.parse(now))
      move.due_at = due;
  }
  return Object.keys(move).length === 0 ? null : move;
}

/** The moment of a column: the task's time of day on that date, or, when that has passed, the next full hour of today. */
function dueIn(task: Task, column: string, { zone, now }: Moment): string | null {
  const days = column === 'later' ? BOARD_DAYS : Number(DAY.exec(column)?.[1] ?? Number.NaN);
  if (Number.isNaN(days) || days < 0) return null;
  const read = !Number.isNaN(Date.parse(task.due_at));
  const noon = Date.parse(momentIn(dateIn(now, zone), '12:00', zone) ?? now);
  const date = dateIn(new Date(noon + days * DAY_MS).toISOString(), zone);
  const due = momentIn(date, read ? timeIn(task.due_at, zone) : '17:00', zone);
  if (due === null || Date.parse(due) > Date.parse(now)) return due;
  const next = new Date(Math.ceil(Date.parse(now) / HOUR_MS) * HOUR_MS + HOUR_MS).toISOString();
  return daysAway(next, zone, now) === 0 ? next : momentIn(date, '23:59', zone);
}

/** What Shift and an arrow do: a day earlier or later, the person above or below. null: there is no such place. */
export function moveBy(task: Task, key: string, people: readonly string[], at: Moment): Move | null {
  if (key === 'ArrowLeft' || key === 'ArrowRight') {
    const away = daysAway(task.due_at, at.zone, at.now);
    const days = Number.isNaN(away) || away < 0 ? 0 : away + (key === 'ArrowLeft' ? -1 : 1);
    const due = days < 0 ? null : dueIn(task, `day${days}`, at);
    return due === null || due === task.due_at ? null : { due_at: due };
  }
  const rows = [NOBODY, ...people];
  const row = rows.indexOf(task.assignee_id ?? NOBODY);
  const to = rows[row + (key === 'ArrowUp' ? -1 : 1)];
  return row < 0 || to === undefined ? null : { assignee_id: to === NOBODY ? null : to };
}

/** What puts it back where it stood. */
export function undoOf(task: Task, move: Move): Move {
  return {
    ...('assignee_id' in move ? { assignee_id: task.assignee_id } : {}),
    ...(move.due_at === undefined ? {} : { due_at: task.due_at }),
  };
}
