/** What the audit page is asked for, as the server's route names it. Pure. Neighbours: Audit.svelte, `server/http/trail.py`. */

export interface Wanted {
  actor: string;
  device: string;
  action: string;
  show: string;
  /** Days in the company's zone, `2026-11-22`; both count whole. */
  since: string;
  until: string;
}

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** The parameters; what is not chosen is left out. */
export function asked(
  wanted: Wanted,
  record: { kind: string; id: string } | null,
  zone: string,
): Record<string, string> {
  const found: Record<string, string> = record === null ? {} : { kind: record.kind, record: record.id };
  for (const name of ['actor', 'device', 'action'] as const)
    if (wanted[name] !== '') found[name] = wanted[name];
  if (wanted.show !== 'all') Object.assign(found, { show: wanted.show });
  const since = startOf(wanted.since, 0, zone);
  const until = startOf(wanted.until, 1, zone);
  if (since !== null) Object.assign(found, { since });
  if (until !== null) Object.assign(found, { until });
  return found;
}

/** When a day (and so many later) begins in a zone, as an instant; null when it is no day. */
export function startOf(day: string, later: number, zone: string): string | null {
  const utc = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(utc)) return null;
  const wanted = utc + later * DAY_MS;
  // The zone's distance from UTC at that very moment: once guessed, once corrected, for the days on which it changes.
  let at = wanted;
  for (let tries = 0; tries < 2; tries += 1) at = wanted - offset(at, zone);
  return new Date(at).toISOString();
}

function offset(at: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(new Date(at));
  const of = (type: string): number => Number(parts.find((part) => part.type === type)?.value ?? 0);
  const local = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'));
  return local - Math.floor(at / MINUTE_MS) * MINUTE_MS;
}
