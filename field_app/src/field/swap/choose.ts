/**
 * What may go out in the stead of an asset that comes back. Pure.
 *
 * Neighbour: `Swap.svelte`. Invariants: nothing that is out, blocked or gone; of its own category and model first; what the office has
 * planned outranks any choice.
 */
import type { RecordOf } from '$core/types';

type Asset = RecordOf<'asset'>;
type Rental = RecordOf<'rental'>;

export interface PlannedSwap {
  id: string;
  out: string;
  reason: string;
}

/** The office's plan for this asset that the field has not carried out. */
export function plannedSwap(rental: Pick<Rental, 'swaps'>, back: string): PlannedSwap | null {
  const swaps = Object.entries(rental.swaps as Record<string, Record<string, string>>);
  const found = swaps.find(([, one]) => one.state === 'planned' && one.back === back);
  return found ? { id: found[0], out: found[1].out ?? '', reason: found[1].reason ?? '' } : null;
}

/** What could go out instead, the likest first. */
export function replacements(
  back: Pick<Asset, 'id' | 'pack' | 'model' | 'depot_id'>,
  rental: Pick<Rental, 'assets'>,
  assets: readonly Asset[],
): Asset[] {
  const free = assets.filter(
    (one) =>
      one.id !== back.id &&
      one.depot_id === back.depot_id &&
      one.state === 'available' &&
      !one.locked &&
      !['out', 'reserved'].includes(rental.assets[one.id]?.state ?? ''),
  );
  const rank = (one: Asset): number => (one.pack === back.pack ? (one.model === back.model ? 0 : 1) : 2);
  return free.sort((a, b) => rank(a) - rank(b) || a.label.localeCompare(b.label));
}
