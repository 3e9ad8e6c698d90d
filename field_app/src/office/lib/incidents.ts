/** Incidents as sentences. Neighbours: `devices.ts` has the figures, the dictionary the words; board and devices page show them. */
import type { RecordOf } from '$core/types';
import { fmt, t } from '$i18n/office';
import { incidentFacts, knownIncident } from './devices';
import { named } from './words';

type Incident = RecordOf<'incident'>;

/** What the sentences need to know of devices and people. */
export interface Names {
  deviceName(id: string): string;
  readonly person: ReadonlyMap<string, { name: string; name_en?: string }>;
  readonly zone: string;
}

/** "1 h fast", "3 d slow": how far a clock is off, and to which side. */
export function clockOff(skewMs: number): string {
  return t(skewMs > 0 ? 'device.clockAhead' : 'device.clockBehind', { span: fmt.duration(Math.abs(skewMs)) });
}

/** A person's name; the server's own for what its command line did. */
export function by(id: unknown, names: Names): string {
  const person = typeof id === 'string' ? names.person.get(id) : undefined;
  return person ? named(person) : t('incident.byServer');
}

export function incidentTitle(incident: Incident): string {
  const known = knownIncident(incident.type);
  return known === null ? t('incident.other', { type: incident.type }) : t(`incident.${known}`);
}

/** What happened, what is safe, what to do. */
export function incidentText(incident: Incident, names: Names): string {
  const known = knownIncident(incident.type);
  const facts = incidentFacts(incident);
  const device = names.deviceName(incident.device_id);
  const ended = incident.state === 'closed';
  switch (known) {
    case null:
      return t('incident.otherText', { device });
    case 'gap':
      return t('incident.gapText', { device, numbers: facts.numbers });
    case 'fork':
      return t('incident.forkText', { device, base: facts.base });
    case 'clock':
      return t(ended ? 'incident.clockEndedText' : 'incident.clockText', {
        device,
        off: clockOff(facts.skewMs),
      });
    case 'quarantine':
      return ended
        ? t('incident.quarantineEndedText', { device })
        : t('incident.quarantineText', { device, entries: facts.entries });
    case 'imported':
      return t('incident.importedText', {
        device,
        n: facts.n,
        entries: facts.entries,
        who: by(incident.detail.by, names),
      });
    case 'rejected_blob':
    case 'divergence':
    case 'gate_breach':
      return t(`incident.${known}Text`, { device });
    case 'eviction':
    case 'damaged_entry':
    case 'declared_loss':
    case 'held_differs':
    case 'device_lost':
      return t(`incident.${known}Text`, { device, n: facts.n });
    case 'wiped':
      return wipedText(incident, device, facts);
  }
}

/** A device that owed something when it was emptied: what of it will never come is said first. */
function wipedText(incident: Incident, device: string, facts: ReturnType<typeof incidentFacts>): string {
  const { files, missing } = incident.detail;
  if (!files && !missing) {
    return facts.n === 0
      ? t('incident.wipedNoneText', { device })
      : t('incident.wipedText', { device, n: facts.n });
  }
  const never = [
    ...(missing ? [t('incident.wipedNumbers', { numbers: facts.numbers })] : []),
    ...(typeof files === 'number' ? [t('incident.wipedFiles', { files })] : []),
  ].join(' · ');
  return t('incident.wipedMissingText', { device, n: facts.n, never });
}

/** How a closed one ended: by whom, when and why; or by itself. */
export function incidentEnd(incident: Incident, names: Names): string {
  const when = incident.closed_at ? fmt.dateTime(incident.closed_at, names.zone, true) : null;
  if (incident.closed_by) {
    return t('incident.closedBy', {
      who: by(incident.closed_by, names),
      when: when ?? '—',
      note: incident.note,
    });
  }
  return when === null ? t('incident.endedItself') : t('incident.endedItselfAt', { when });
}

/**
 * A gap that can still be filled, declared lost or released, or a quarantine that waits: no note closes it. A gap of an epoch its device
 * has left can only be closed by a person.
 */
export function endsByItself(incident: Incident, device: { epoch: number } | undefined): boolean {
  if (incident.type === 'quarantine') return true;
  return incident.type === 'gap' && device !== undefined && incident.detail.epoch === device.epoch;
}

/** Open ones first, the newest on top. */
export function inOrder(incidents: readonly Incident[]): Incident[] {
  return incidents.toSorted((a, b) => a.state.localeCompare(b.state) * -1 || b.at.localeCompare(a.at));
}
