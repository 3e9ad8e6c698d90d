/**
 * How what was counted differs from what should stand in a depot. Pure.
 *
 * The same function exists in `server/domain/rules/stock.py`; `tests/vectors/stock.json` holds both equal. Neighbour: `StockTake.svelte`.
 * Invariants: a thing is in one list at most; where nobody said a bay, nothing is misplaced.
 */

import { derivedId } from '$core/ids';
import type { StockSighting } from '$core/types';

export interface Standing {
  id: string;
  state: string;
  bay: string;
  depot_id: string;
}

export interface Counted {
  id: string;
  asset_id: string | null;
  sightings: Record<string, StockSighting>;
}

export interface Differences {
  expected: number;
  counted: number;
  /** Assets that should be here and were not found. */
  missing: string[];
  /** Counts of what should not be here. */
  extra: string[];
  /** Asset → the bay where it was found instead. */
  misplaced: Record<string, string>;
}

/** The id of what was found: of an asset by its id, else of a label by its text. */
export function countId(task: string, found: string): string {
  return derivedId('stock_count', task, found);
}

const EXPECTED: readonly string[] = ['available', 'returned', 'blocked'];

export function isExpected(asset: Standing | undefined, depot: string): boolean {
  return asset !== undefined && asset.depot_id === depot && EXPECTED.includes(asset.state);
}

/** Who saw it last, and where; null when all was taken back. */
export function lastSighting(count: Counted): (StockSighting & { entry: string }) | null {
  let last: (StockSighting & { entry: string }) | null = null;
  for (const [entry, one] of Object.entries(count.sightings)) {
    if (last === null || one.at > last.at || (one.at === last.at && entry > last.entry))
      last = { ...one, entry };
  }
  return last;
}

/** The differences, each list in order of id. `assets`: all those known here, whatever their depot and state. */
export function differences(
  depot: string,
  assets: readonly Standing[],
  counts: readonly Counted[],
): Differences {
  const known = new Map(assets.map((asset) => [asset.id, asset]));
  const expected = new Set(assets.filter((asset) => isExpected(asset, depot)).map((asset) => asset.id));
  const found = new Set<string>();
  const extra: string[] = [];
  const misplaced: [string, string][] = [];
  for (const count of [...counts].sort((a, b) => order(a.id, b.id))) {
    const last = lastSighting(count);
    if (last === null) continue;
    const asset = count.asset_id === null ? undefined : known.get(count.asset_id);
    if (asset === undefined || !expected.has(asset.id)) {
      extra.push(count.id);
      continue;
    }
    found.add(asset.id);
    if (last.bay !== '' && asset.bay !== '' && last.bay !== asset.bay) misplaced.push([asset.id, last.bay]);
  }
  return {
    expected: expected.size,
    counted: found.size,
    missing: [...expected].filter((id) => !found.has(id)).sort(order),
    extra,
    misplaced: Object.fromEntries(misplaced.sort((a, b) => order(a[0], b[0]))),
  };
}

function order(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
