/**
 * Planned work by person and by day, as the board and the calendar show it. Pure; the organisation's zone decides what a day is.
 *
 * Neighbours: `Planning.svelte` and what it shows. Invariant: every task that is not over is in exactly one row and one column.
 */
import type { RecordOf } from '$core/types';
import { daysAway } from '$i18n/format';

export type Task = RecordOf<'task'>;
export type Column = 'overdue' | 'later' | `day${number}`;

export interface Filter {
  /** '' stands for all. */
  type: string;
  person: string;
}

const DAY_MS = 24 * 3600 * 1000;
export const BOARD_DAYS = 5;
export const NOBODY = 'nobody';
const STANDS: readonly string[] = ['open', 'started'];
const UNDONE: readonly string[] = ['proposed', ...STANDS];

/** What is still to be done, the earliest first, of the chosen type and person. */
export function toDo(tasks: readonly Task[], filter: Filter): Task[] {
  return tasks
    .filter((task) => STANDS.includes(task.state))
    .filter((task) => filter.type === '' || task.type === filter.type)
    .filter((task) => filter.person === '' || (task.assignee_id ?? NOBODY) === filter.person)
    .sort(byTime);
}

/** What still stands of the same kind for the same asset, the earliest; a recovery belongs to its rental, a service is no inspection. */
export function twinOf(
  tasks: readonly Task[],
  type: string,
  asset: { id: string; rental_id: string | null },
): Task | undefined {
  return tasks
    .filter((one) => one.type === type && one.asset_id === asset.id && UNDONE.includes(one.state))
    .filter((one) => one.made.cause !== 'service_due')
    .filter((one) => type !== 'recover' || one.rental_id === asset.rental_id)
    .sort(byTime)[0];
}

export function byTime(a: Task, b: Task): number {
  return a.due_at.localeCompare(b.due_at) || a.id.localeCompare(b.id);
}

/** Overdue, one of the next days, or later. A time that cannot be read counts as overdue, so that it is seen. */
export function columnOf(task: Task, zone: string, nowIso: string): Column {
  const days = daysAway(task.due_at, zone, nowIso);
  if (Number.isNaN(days) || Date.parse(task.due_at) < Date.parse(nowIso)) return 'overdue';
  return days < BOARD_DAYS ? `day${days}` : 'later';
}

/** Overdue, or due on the zone's present day; null: there is time. */
export function haste(task: Task, zone: string, nowIso: string): 'late' | 'today' | null {
  const column = columnOf(task, zone, nowIso);
  return column === 'overdue' ? 'late' : column === 'day0' ? 'today' : null;
}

export function columns(): Column[] {
  return ['overdue', ...Array.from({ length: BOARD_DAYS }, (_, day) => `day${day}` as const), 'later'];
}

export interface PersonRow {
  person: string;
  cells: Map<Column, Task[]>;
  count: number;
}

/** One row a person who has work or may have some, nobody's first; in the order given. */
export function rowsOf(
  tasks: readonly Task[],
  people: readonly string[],
  zone: string,
  nowIso: string,
): PersonRow[] {
  const rows = new Map<string, PersonRow>();
  for (const person of [NOBODY, ...people]) rows.set(person, { person, cells: new Map(), count: 0 });
  for (const task of tasks) {
    const person = task.assignee_id ?? NOBODY;
    const row = rows.get(person) ?? { person, cells: new Map<Column, Task[]>(), count: 0 };
    const column = columnOf(task, zone, nowIso);
    row.cells.set(column, [...(row.cells.get(column) ?? []), task]);
    row.count += 1;
    rows.set(person, row);
  }
  return [...rows.values()];
}

export interface Day {
  /** Noon of the day, by the zone. */
  at: string;
  away: number;
  tasks: Task[];
}

/** The days of a week (from Monday) or of the weeks that hold a month, around the day `steps` weeks or months from now. */
export function calendar(
  tasks: readonly Task[],
  view: 'week' | 'month',
  steps: number,
  zone: string,
  nowIso: string,
): Day[] {
  const noon = noonOf(nowIso, zone);
  const { first, count } = view === 'week' ? weekOf(noon, steps) : monthOf(noon, steps);
  const byDay = new Map<number, Task[]>();
  for (const task of tasks) {
    const away = daysAway(task.due_at, zone, nowIso);
    byDay.set(away, [...(byDay.get(away) ?? []), task]);
  }
  return Array.from({ length: count }, (_, day) => {
    const at = new Date(first + day * DAY_MS).toISOString();
    const away = Math.round((first - noon) / DAY_MS) + day;
    return { at, away, tasks: byDay.get(away) ?? [] };
  });
}

/** Noon UTC of the zone's present date: a moment that falls on that date in every zone of use here. */
function noonOf(nowIso: string, zone: string): number {
  return Date.parse(`${dateIn(nowIso, zone)}T12:00:00Z`) - offsetMs(nowIso, zone);
}

function weekOf(noon: number, steps: number): { first: number; count: number } {
  const weekday = (new Date(noon).getUTCDay() + 6) % 7;
  return { first: noon + (steps * 7 - weekday) * DAY_MS, count: 7 };
}

function monthOf(noon: number, steps: number): { first: number; count: number } {
  const day = new Date(noon);
  const start = Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + steps, 1, day.getUTCHours());
  const end = Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + steps + 1, 0, day.getUTCHours());
  const before = (new Date(start).getUTCDay() + 6) % 7;
  const after = (7 - ((new Date(end).getUTCDay() + 6) % 7) - 1) % 7;
  return { first: start - before * DAY_MS, count: Math.round((end - start) / DAY_MS) + 1 + before + after };
}

// --- times as they are typed --------------------------------------------------------------------------------------------
/** The date of a moment in a zone, `2026-11-22`. */
export function dateIn(iso: string, zone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' }).format(new Date(iso));
}

/** The time of day of a moment in a zone, `09:30`. */
export function timeIn(iso: string, zone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: zone, timeStyle: 'short' }).format(new Date(iso));
}

/** The moment at which a zone's clocks show this date and time; null when they are no date and time. */
export function momentIn(date: string, time: string, zone: string): string | null {
  if (!/^\d{4}-\d\d-\d\d$/.test(date) || !/^\d{1,2}:\d\d$/.test(time)) return null;
  const shown = Date.parse(`${date}T${time.padStart(5, '0')}:00Z`);
  if (Number.isNaN(shown)) return null;
  const first = shown - offsetMs(new Date(shown).toISOString(), zone);
  return new Date(shown - offsetMs(new Date(first).toISOString(), zone)).toISOString();
}

/** How far a zone's clocks are ahead of UTC at a moment. */
function offsetMs(iso: string, zone: string): number {
  const minute = Math.floor(Date.parse(iso) / 60_000) * 60_000;
  return Date.parse(`${dateIn(iso, zone)}T${timeIn(iso, zone)}:00Z`) - minute;
}
