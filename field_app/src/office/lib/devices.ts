/**
 * Devices in words: what a person must know of each, how an incident reads, what becomes of an invitation. Pure.
 *
 * Neighbours: the devices pages; `sync/incidents.py` and `sync/engine.py` name the incidents. Invariant: an incident of a type this
 * app does not know is still shown.
 */
import type { RecordOf } from '$core/types';
import type { Lang } from '$i18n/translate';

/** How an office browser is called that does not say what it is (`server/http/enrolment.py`). */
const OFFICE_BROWSER = '办公室 Office';

/** A device's name: what its user called it. An office browser that kept the name it was given at its first login begins with its
 * person's name: that is ours, and stands in the language asked for. The server says the same (`server/trail/names.py`). */
export function deviceShown(
  device: Pick<RecordOf<'device'>, 'name' | 'type'>,
  person: { name: string; name_en?: string } | undefined,
  lang: Lang,
): string {
  if (device.type !== 'office' || !person || !device.name.startsWith(`${person.name} · `)) return device.name;
  const rest = device.name.slice(person.name.length);
  const whose = (lang === 'en' && person.name_en) || person.name;
  return `${whose}${rest.replace(OFFICE_BROWSER, lang === 'en' ? 'Office' : '办公室')}`;
}

type Incident = RecordOf<'incident'>;
type Invitation = RecordOf<'invitation'>;

const KNOWN = [
  'gap',
  'fork',
  'eviction',
  'damaged_entry',
  'declared_loss',
  'held_differs',
  'rejected_blob',
  'clock',
  'divergence',
  'gate_breach',
  'wiped',
  'imported',
  'quarantine',
  'device_lost',
] as const;

/** How a device is ended, or given up for lost. */
export type Ending = 'revoke' | 'wipe' | 'lost';

export type KnownIncident = (typeof KNOWN)[number];

/** The incident's type if there are words for it, else null. */
export function knownIncident(type: string): KnownIncident | null {
  const plain = type === 'blob_rejected' ? 'rejected_blob' : type;
  return KNOWN.find((known) => known === plain) ?? null;
}

export interface IncidentFacts {
  numbers: string;
  n: number;
  base: number;
  entries: number;
  skewMs: number;
}

const numberIn = (detail: Record<string, unknown>, ...names: string[]): number => {
  for (const name of names) {
    const value = detail[name];
    if (typeof value === 'number') return value;
  }
  return 0;
};

/** [3, 3], [5, 9] → "3, 5–9"; at most ten ranges are spelt out. */
export function rangesText(ranges: readonly (readonly [number, number])[]): string {
  const said = ranges.slice(0, 10).map(([first, last]) => (first === last ? `${first}` : `${first}–${last}`));
  return said.join(', ') + (ranges.length > 10 ? ' …' : '');
}

function isRange(value: unknown): value is [number, number] {
  return Array.isArray(value) && value.length === 2 && value.every((one) => typeof one === 'number');
}

/** The missing numbers a gap names, as closed ranges, ascending. */
export function missingOf(incident: Pick<Incident, 'detail'>): [number, number][] {
  const { missing } = incident.detail;
  return Array.isArray(missing) ? missing.filter(isRange) : [];
}

/** The figures an incident's sentence needs. */
export function incidentFacts(incident: Pick<Incident, 'detail'>): IncidentFacts {
  const { detail } = incident;
  return {
    numbers: rangesText(missingOf(incident)) || '—',
    n: numberIn(detail, 'seq', 'proven_seq', 'n'),
    base: numberIn(detail, 'base_seq'),
    entries: numberIn(detail, 'entries', 'waiting'),
    skewMs: numberIn(detail, 'skew_ms'),
  };
}

export type InvitationState = 'waiting' | 'used' | 'expired';

export function invitationState(
  invitation: Pick<Invitation, 'used_by' | 'expires_at'>,
  now: string,
): InvitationState {
  if (invitation.used_by !== null) {
    return 'used';
  }
  return Date.parse(invitation.expires_at) <= Date.parse(now) ? 'expired' : 'waiting';
}

export const VALIDITY_MINUTES = [30, 120, 1440, 10080] as const;

/** The next free name in the manner of those there: SM-01, SM-02 → SM-03; without any, SM-01. */
export function nextName(names: readonly string[]): string {
  let prefix = 'SM-';
  let top = 0;
  let width = 2;
  for (const name of names) {
    const found = /^(.*?)(\d{1,4})$/.exec(name.trim());
    if (found?.[2] !== undefined && Number(found[2]) > top) {
      prefix = found[1] ?? '';
      top = Number(found[2]);
      width = found[2].length;
    }
  }
  return `${prefix}${String(top + 1).padStart(width, '0')}`;
}

/** "Chrome 141 · Android": what people call a browser and a system; the raw text when it is neither. */
export function platformName(agent: string): string {
  // The more particular name first: Android says Linux too, an iPhone says Mac OS X too, Edge says Chrome too.
  const system = ['iPhone', 'iPad', 'Android', 'Windows', 'CrOS', 'Mac OS X', 'Linux'].find((name) =>
    agent.includes(name),
  );
  const browser = /(Edg)\/(\d+)/.exec(agent) ?? /(Firefox|Chrome|CriOS|Version)\/(\d+)/.exec(agent);
  if (system === undefined || browser === null) {
    return agent.slice(0, 40);
  }
  const names: Record<string, string> = { Edg: 'Edge', CriOS: 'Chrome', Version: 'Safari' };
  const wide: Record<string, string> = { 'Mac OS X': 'macOS', CrOS: 'ChromeOS' };
  return `${names[browser[1] ?? ''] ?? browser[1]} ${browser[2]} · ${wide[system] ?? system}`;
}

/** Whether a device was reported lost and has not spoken since. */
export function isLost(device: Pick<RecordOf<'device'>, 'lost'>): boolean {
  const { at, back_at } = (device.lost ?? {}) as { at?: string; back_at?: string | null };
  return at !== undefined && !back_at;
}
