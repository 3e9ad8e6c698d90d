/**
 * A date and a time of day in a zone ↔ an instant. Pure.
 *
 * Neighbours: the rental's forms. Invariant: the zone is the organisation's, never the browser's; a time that a change of clocks skips
 * is the one after it.
 */
export interface Wall {
  /** YYYY-MM-DD */
  date: string;
  /** HH:MM */
  time: string;
}

/** What calendar and clock of the zone show at an instant. */
export function wallOf(iso: string, zone: string): Wall {
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat('en-CA', {
      timeZone: zone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
    })
      .formatToParts(new Date(iso))
      .map((one) => [one.type, one.value]),
  );
  return { date: `${parts.year}-${parts.month}-${parts.day}`, time: `${parts.hour}:${parts.minute}` };
}

/** The instant at which the zone shows this date and time; null when there is no such date or time. */
export function instantOf(wall: Wall, zone: string): string | null {
  if (!/^\d{4}-\d\d-\d\d$/.test(wall.date) || !/^([01]\d|2[0-3]):[0-5]\d$/.test(wall.time)) return null;
  const wanted = Date.parse(`${wall.date}T${wall.time}:00Z`);
  if (Number.isNaN(wanted) || new Date(wanted).toISOString().slice(0, 10) !== wall.date) return null;
  let at = wanted;
  for (let round = 0; round < 3; round += 1) {
    const shown = wallOf(new Date(at).toISOString(), zone);
    const off = wanted - Date.parse(`${shown.date}T${shown.time}:00Z`);
    if (off === 0) break;
    at += off;
  }
  return new Date(at).toISOString();
}

/** The next full or half hour from an instant on, seconds left out: what a rental is likely to begin at. */
export function nextHalfHour(iso: string): string {
  const step = 30 * 60 * 1000;
  return new Date(Math.ceil(Date.parse(iso) / step) * step).toISOString();
}
