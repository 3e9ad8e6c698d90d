/**
 * What a scanned or typed text is to a stock-take, and whether it is to be noted. Pure.
 *
 * Neighbours: `StockTake.svelte` notes it, `../qr.ts` reads the code. Invariant: what is known already is noted again only where it now
 * stands in another bay than before.
 */
import type { RecordOf } from '$core/types';
import { byTag } from '../find';
import { readQr } from '../qr';
import { countId, isExpected, lastSighting } from './differences';

type Asset = RecordOf<'asset'>;
type Count = RecordOf<'stock_count'>;

export interface Ground {
  task: string;
  depot: string;
  bay: string;
  assets: readonly Asset[];
  former: readonly RecordOf<'former_tag'>[];
  counts: ReadonlyMap<string, Count>;
}

export interface Hit {
  /** again: known already, nothing to note; foreign: none of ours. */
  kind: 'hit' | 'misplaced' | 'out' | 'extra' | 'tag' | 'again' | 'foreign';
  asset: Asset | null;
  tag: string | null;
  count: string;
  /** Who had counted it before. */
  by: string | null;
}

/** What the camera has read. `host`: where this app runs. */
export function readForCount(text: string, host: string, ground: Ground): Hit {
  const scanned = readQr(text, host);
  if (scanned.kind !== 'tag' || scanned.foreign)
    return { kind: 'foreign', asset: null, tag: null, count: '', by: null };
  const standing = byTag(ground.assets, scanned.tag);
  const former = standing ? null : byTag(ground.former, scanned.tag);
  const asset = standing ?? ground.assets.find((one) => one.id === former?.asset_id) ?? null;
  return asset ? assetHit(asset, ground) : tagHit(scanned.tag.toUpperCase(), ground);
}

export function assetHit(asset: Asset, ground: Ground): Hit {
  const count = countId(ground.task, asset.id);
  const known = ground.counts.get(count);
  const last = known ? lastSighting(known) : null;
  const said = { asset, tag: null, count, by: last?.by ?? null };
  if (last && (ground.bay === '' || ground.bay === last.bay)) return { kind: 'again', ...said };
  if (!isExpected(asset, ground.depot)) return { kind: asset.state === 'out' ? 'out' : 'extra', ...said };
  const elsewhere = ground.bay !== '' && asset.bay !== '' && ground.bay !== asset.bay;
  return { kind: elsewhere ? 'misplaced' : 'hit', ...said };
}

/** A label that no asset here has. */
export function tagHit(tag: string, ground: Ground): Hit {
  const count = countId(ground.task, tag);
  const known = ground.counts.get(count);
  const last = known ? lastSighting(known) : null;
  return { kind: last ? 'again' : 'tag', asset: null, tag, count, by: last?.by ?? null };
}
