/** Which photos of handovers are shown, and how each is called. Pure. Neighbours: PhotoStrip.svelte. */
import type { HandoverPhoto, RecordOf } from '$core';
import { type CommonKey, commonPair, tc } from '$i18n/common';
import { locale } from '$i18n/locale.svelte';

export interface Shown {
  id: string;
  photo: HandoverPhoto;
  handover: RecordOf<'handover'>;
  asset: RecordOf<'asset'> | undefined;
  /** Of the pack; undefined for what no list names, such as a damage's. */
  slot: { zh: string; en: string } | undefined;
}

/** In the order of the pack's list, then what is beside it, in the order of taking. */
export function listed(
  handovers: readonly RecordOf<'handover'>[],
  assets: readonly RecordOf<'asset'>[],
  packs: readonly RecordOf<'pack'>[],
): Shown[] {
  return handovers.flatMap((handover) => {
    const asset = assets.find((one) => one.id === handover.asset_id);
    const slots = packs.find((one) => one.code === asset?.pack)?.slots ?? [];
    const place = (slot: string): number => {
      const found = slots.findIndex((one) => one.id === slot);
      return found < 0 ? slots.length : found;
    };
    return Object.entries(handover.photos)
      .filter(([, photo]) => photo !== null)
      .sort(([, a], [, b]) => place(a.slot) - place(b.slot) || a.at.localeCompare(b.at))
      .map(([id, photo]) => ({ id, photo, handover, asset, slot: slots[place(photo.slot)] }));
  });
}

/** The slot's name in the present language. */
export function slotName({ slot, photo }: Pick<Shown, 'slot' | 'photo'>): string {
  if (slot) return slot[locale.current];
  const key = `slot.${photo.slot}`;
  return Object.hasOwn(commonPair.zh, key) ? tc(key as CommonKey & 'slot.front') : photo.slot;
}
