/**
 * Days of the organisation's zone and the instants records keep. Pure.
 *
 * Neighbours: grids and pages that edit due dates. Invariant: what is due on a day is due by its end, wherever the browser stands.
 */
const MINUTE_MS = 60_000;

/** The day of an instant in a zone, as a date field writes it: `2027-01-31`; `''` without one. */
export function dayOf(instant: string | null | undefined, zone: string): string {
  if (!instant) return '';
  const at = new Date(instant);
  return Number.isNaN(at.getTime()) ? '' : inZone(at, zone).slice(0, 10);
}

/** The last second of a day in a zone, as an instant. */
export function endOfDay(day: string, zone: string): string {
  const wanted = `${day}T23:59:59`;
  const asUtc = Date.parse(`${wanted}Z`);
  let ahead = offsetMs(new Date(asUtc), zone);
  ahead = offsetMs(new Date(asUtc - ahead), zone);
  return new Date(asUtc - ahead).toISOString();
}

function offsetMs(at: Date, zone: string): number {
  const there = Date.parse(`${inZone(at, zone)}Z`);
  return Math.round((there - at.getTime()) / MINUTE_MS) * MINUTE_MS;
}

const known = new Map<string, Intl.DateTimeFormat>();

/** `2027-01-31T08:00:00` on the clocks of a zone. */
function inZone(at: Date, zone: string): string {
  let format = known.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('sv-SE', {
      timeZone: zone,
      dateStyle: 'short',
      timeStyle: 'medium',
    });
    known.set(zone, format);
  }
  return format.format(at).replace(' ', 'T');
}
