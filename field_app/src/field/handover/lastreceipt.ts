/**
 * The last receipt of a transfer, kept for this tab: once the office has it, the old depot's phone holds neither asset nor handover any
 * more, and a receipt that is looked at again should say what it said. Pure but for the store it is given.
 *
 * Neighbours: `session.svelte.ts` falls back on it, Receipt.svelte keeps it; a wipe empties the store with the journal. Invariant: one
 * receipt, of this device alone; what cannot be read back is none.
 */
import type { RecordOf } from '$core';

export interface Shown {
  handover: RecordOf<'handover'>;
  asset: RecordOf<'asset'>;
}

type Store = Pick<Storage, 'getItem' | 'setItem'>;

const KEY = 'handover.receipt';

/** Keeps what a receipt shows, if it is one of a transfer. */
export function keepReceipt(store: () => Store, device: string, { handover, asset }: Shown): void {
  if (handover.type !== 'transfer' || handover.state !== 'complete') return;
  try {
    store().setItem(KEY, JSON.stringify({ device, handover, asset }));
  } catch {
    // Forbidden or full: it can be looked at for as long as the records are here.
  }
}

/** The kept receipt of a handover; null when it is another's or none. */
export function keptReceipt(store: () => Store, device: string, id: string): Shown | null {
  try {
    const kept = JSON.parse(store().getItem(KEY) ?? 'null') as (Shown & { device: string }) | null;
    if (kept === null || kept.device !== device || kept.handover.id !== id) return null;
    return kept.asset.id === kept.handover.asset_id ? { handover: kept.handover, asset: kept.asset } : null;
  } catch {
    return null;
  }
}
