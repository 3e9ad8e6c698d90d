/**
 * How a rental stands to its due time, by the organisation's calendar. Pure.
 *
 * The same function exists in `sync/due.py`; `tests/vectors/due.json` holds both equal. Invariant: overdue is judged by the instant,
 * everything else by the dates of the zone's calendar.
 */
import { DUE_SOON_DAYS } from '../generated/limits';

export type DueState = 'overdue' | 'today' | 'soon' | 'later';

/** `days`: dates from today to the due date; negative when it lies behind. */
export interface Due {
  state: DueState;
  days: number;
}

const DAY_MS = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

/** Null while nothing of the rental is out. RangeError for a zone that does not exist. */
export function dueOf(
  rental: { state: string; due_at: string },
  zone: string,
  now: string,
  soonDays = DUE_SOON_DAYS,
): Due | null {
  if (rental.state !== 'out') return null;
  const days = day(rental.due_at, zone) - day(now, zone);
  if (Date.parse(rental.due_at) < Date.parse(now)) return { state: 'overdue', days };
  return { state: days === 0 ? 'today' : days <= soonDays ? 'soon' : 'later', days };
}

/** The number of the instant's date in the zone, counted in days. */
function day(at: string, zone: string): number {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-CA', {
      timeZone: zone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
    });
    formats.set(zone, format);
  }
  const parts = Object.fromEntries(format.formatToParts(new Date(at)).map((one) => [one.type, one.value]));
  return Date.UTC(Number(parts.year), Number(parts.month) - 1, Number(parts.day)) / DAY_MS;
}
