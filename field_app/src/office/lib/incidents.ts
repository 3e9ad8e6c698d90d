/** Incidents as sentences. Neighbours: `devices.ts` has the figures, the dictionary the words; board and devices page show them. */
import type { RecordOf } from '$core/types';
import { fmt, t } from '$i18n/office';
import { incidentFacts, knownIncident } from './devices';

type Incident = RecordOf<'incident'>;

export function incidentTitle(incident: Incident): string {
  const known = knownIncident(incident.type);
  return known === null ? t('incident.other', { type: incident.type }) : t(`incident.${known}`);
}

/** What happened, what is safe, what to do. */
export function incidentText(incident: Incident, device: string): string {
  const known = knownIncident(incident.type);
  const facts = incidentFacts(incident);
  switch (known) {
    case null:
      return t('incident.otherText', { device });
    case 'gap':
      return t('incident.gapText', { device, numbers: facts.numbers });
    case 'fork':
      return t('incident.forkText', { device, base: facts.base });
    case 'clock':
      return t('incident.clockText', { device, span: fmt.duration(facts.skewMs) });
    case 'rejected_blob':
    case 'divergence':
    case 'gate_breach':
      return t(`incident.${known}Text`, { device });
    case 'eviction':
    case 'damaged_entry':
    case 'declared_loss':
    case 'held_differs':
    case 'wiped':
      return t(`incident.${known}Text`, { device, n: facts.n });
  }
}
