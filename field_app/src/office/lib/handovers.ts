/**
 * What the viewer shows of a handover: searching the list, before/after pairs, readings with their difference, damages. Pure.
 *
 * Neighbours: HandoverList.svelte, Viewer.svelte and their parts. Invariants: a photo stands in exactly one place (its slot, its
 * damage or "other"); of several photos of a slot the latest leads; nothing a handover holds is left out.
 */
import type { HandoverPhoto, HandoverReading, HandoverSignature, RecordOf } from '$core/types';
import type { HandoverProof, Meter, Slot } from '$generated/types';
import { daysAway } from '$i18n/format';

type Handover = RecordOf<'handover'>;
type Damage = RecordOf<'damage'>;

export interface Shot extends HandoverPhoto {
  id: string;
}

export interface Pair {
  slot: string;
  before: Shot | null;
  after: Shot | null;
  waived: string | null;
  required: boolean;
}

export interface ListFilter {
  text: string;
  type: 'all' | 'check_in' | 'check_out' | 'transfer';
  when: 'any' | 'today' | 'days7' | 'days30';
  depot: string | null;
}

const SPAN_DAYS = { today: 0, days7: 6, days30: 29 } as const;

/** Letters and figures only, in one case: "浙A·D3K907", "浙ad3k907" and "浙A D3K907" are the same. */
export function searchable(text: string): string {
  return text
    .normalize('NFKC')
    .toLocaleLowerCase('zh-CN')
    .replace(/[\s·.\-_]/g, '');
}

/** Newest first; `words` gives what a handover may be found by. */
export function filterHandovers(
  handovers: readonly Handover[],
  filter: ListFilter,
  words: (handover: Handover) => string,
  zone: string,
  now: string,
): Handover[] {
  const wanted = searchable(filter.text);
  return handovers
    .filter((handover) => {
      if (filter.type !== 'all' && handover.type !== filter.type) return false;
      if (filter.depot !== null && handover.depot_id !== filter.depot) return false;
      if (filter.when !== 'any') {
        const days = daysAway(momentOf(handover), zone, now);
        if (!(days <= 0 && days >= -SPAN_DAYS[filter.when])) return false;
      }
      return wanted === '' || searchable(words(handover)).includes(wanted);
    })
    .sort((a, b) => momentOf(b).localeCompare(momentOf(a)));
}

/** When it was completed, or else begun. */
export function momentOf(handover: Pick<Handover, 'completed_at' | 'started_at'>): string {
  return handover.completed_at ?? handover.started_at;
}

function shots(handover: Handover | null): Shot[] {
  return Object.entries(handover?.photos ?? {})
    .filter(([, photo]) => photo !== null)
    .map(([id, photo]) => ({ ...photo, id }))
    .sort((a, b) => b.at.localeCompare(a.at));
}

function bySlot(all: readonly Shot[]): Map<string, Shot> {
  const found = new Map<string, Shot>();
  for (const shot of all) {
    if (shot.damage_id == null && !found.has(shot.slot)) {
      found.set(shot.slot, shot);
    }
  }
  return found;
}

/** One pair per slot of the pack in its order, then slots the pack does not know. */
export function pairs(handover: Handover, baseline: Handover | null, slots: readonly Slot[]): Pair[] {
  const now = bySlot(shots(handover));
  const then = bySlot(shots(baseline));
  const known = slots.map((slot) => slot.id);
  const ids = [...known, ...[...now.keys()].filter((slot) => !known.includes(slot))];
  return ids
    .map((slot) => ({
      slot,
      before: then.get(slot) ?? null,
      after: now.get(slot) ?? null,
      waived: handover.waived[slot]?.reason ?? null,
      required: slots.find((one) => one.id === slot)?.required ?? false,
    }))
    .filter((pair) => pair.required || pair.after !== null || pair.before !== null || pair.waived !== null);
}

/** Photos that stand in no pair and belong to no damage: earlier takes of a slot. */
export function otherShots(handover: Handover): Shot[] {
  const all = shots(handover);
  const led = new Set([...bySlot(all).values()].map((shot) => shot.id));
  return all.filter((shot) => shot.damage_id == null && !led.has(shot.id));
}

/** The shots of one damage in this handover, wide before close. */
export function damageShots(handover: Handover, damage: string): Shot[] {
  const order = (shot: Shot): number =>
    shot.slot.includes('wide') ? 0 : shot.slot.includes('close') ? 1 : 2;
  return shots(handover)
    .filter((shot) => shot.damage_id === damage)
    .sort((a, b) => order(a) - order(b) || a.at.localeCompare(b.at));
}

export interface ReadingLine {
  meter: string;
  unit: string;
  now: HandoverReading | null;
  then: HandoverReading | null;
  /** Now less then; null when one of them is absent. */
  difference: number | null;
}

/** One line per meter of the pack, then readings the pack does not know. */
export function readingLines(
  handover: Handover,
  baseline: Handover | null,
  meters: readonly Meter[],
): ReadingLine[] {
  const known = meters.map((meter) => meter.id);
  const ids = [...known, ...Object.keys(handover.readings).filter((id) => !known.includes(id))];
  return ids.map((meter) => {
    const now = handover.readings[meter] ?? null;
    const then = baseline?.readings[meter] ?? null;
    return {
      meter,
      unit: meters.find((one) => one.id === meter)?.unit ?? '',
      now,
      then,
      difference: now && then ? now.value - then.value : null,
    };
  });
}

export interface PinnedDamage {
  damage: Damage;
  /** The figure in the pin. */
  label: string;
  fresh: boolean;
}

/** Damages of the asset as this handover saw them: known ones first, new ones after, numbered through. */
export function pinnedDamages(handover: Handover, damages: readonly Damage[]): PinnedDamage[] {
  const mine = damages.filter(
    (damage) => damage.asset_id === handover.asset_id && damage.state !== 'retracted',
  );
  const isNew = (damage: Damage): boolean =>
    damage.handover_id === handover.id || (handover.damages[damage.id] ?? null) !== null;
  const known = mine.filter(
    (damage) => !isNew(damage) && damage.state === 'open' && damage.found_at < handover.started_at,
  );
  const order = (a: Damage, b: Damage): number => a.found_at.localeCompare(b.found_at);
  return [...known.sort(order), ...mine.filter(isNew).sort(order)].map((damage, index) => ({
    damage,
    label: String(index + 1),
    fresh: isNew(damage),
  }));
}

/**
 * What is to be said of a signature's handwriting. `none`: nothing was drawn; `here`: it can be asked for. Without a proof, what is
 * gone follows from the signer: their record comes with the signature and leaves only when the person is erased.
 */
export function inkState(
  handover: Pick<Handover, 'evidence'>,
  signature: HandoverSignature,
  signerKnown: boolean,
  proof: Pick<HandoverProof, 'blobs'> | null,
): 'none' | 'erased' | 'awaited' | 'rejected' | 'here' {
  const { image_sha256: sha256, party, signer_id: signer } = signature;
  const state = proof?.blobs.find((blob) => blob.sha256 === sha256)?.state;
  const named = sha256 !== undefined || signer !== undefined;
  if (state === 'erased' || (party === 'customer' && !signerKnown && named)) return 'erased';
  if (sha256 === undefined) return 'none';
  if (state === 'awaited' || state === 'rejected') return state;
  const { declared, received, rejected } = handover.evidence;
  return state === undefined && declared > received + rejected ? 'awaited' : 'here';
}
