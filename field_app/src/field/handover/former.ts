/**
 * A pack as a check-in that is under way needs it: what was captured for an item the office has taken away since keeps its name.
 *
 * Neighbours: `session.svelte.ts` loads through it, `server/domain/packs.py` keeps what is gone. Pure. Invariant: nothing is demanded
 * for an item that is gone.
 */
import type { RecordOf } from '$core';

type Pack = RecordOf<'pack'>;
type Captured = Pick<RecordOf<'handover'>, 'photos' | 'waived' | 'readings' | 'accessories'>;
type Gone<T> = Record<string, T | undefined>;

/** The pack with the items that are gone from it and that this handover has used, at the end of their lists. */
export function withFormer(pack: Pack, handover: Captured): Pack {
  const former = (pack.former ?? {}) as {
    slots?: Gone<Pack['slots'][number]>;
    accessories?: Gone<Pack['accessories'][number]>;
    meters?: Gone<Pack['meters'][number]>;
  };
  const shot = [
    ...Object.values(handover.photos).map((photo) => photo.slot),
    ...Object.keys(handover.waived),
  ];
  const slots = used(pack.slots, former.slots, shot).map((one) => ({ ...one, required: false }));
  const meters = used(pack.meters, former.meters, Object.keys(handover.readings));
  const accessories = used(pack.accessories, former.accessories, Object.keys(handover.accessories));
  if (slots.length + meters.length + accessories.length === 0) return pack;
  return {
    ...pack,
    slots: [...pack.slots, ...slots],
    meters: [...pack.meters, ...meters],
    accessories: [...pack.accessories, ...accessories],
  };
}

function used<T extends { id: string }>(
  present: readonly T[],
  gone: Gone<T> = {},
  ids: readonly string[],
): T[] {
  const wanted = [...new Set(ids)].filter((id) => !present.some((one) => one.id === id));
  return wanted.flatMap((id) => gone[id] ?? []);
}
