/**
 * Finding an asset by what a person types of its plate, number or tag. Pure.
 *
 * Neighbours: `Today.svelte`, `scan/Scan.svelte`. Invariants: an asset's texts are made once, however often the list around it changes ·
 * each key pressed costs one pass over short texts, and no sorting of all that was found (10,000 assets stay below 50 ms).
 */

/** What is searched of an asset. */
export interface Findable {
  label: string;
  tag: string;
  serial: string;
}

interface Row<T> {
  asset: T;
  plate: string;
  tag: string;
  all: string;
}

export interface Index<T> {
  rows: readonly Row<T>[];
}

/** Letters and digits only, upper case: 浙A·D3K907 and 浙ad3k 907 are the same. */
export function plain(text: string): string {
  return text.toUpperCase().replace(/[^\p{L}\p{N}]/gu, '');
}

/** By asset: one object is one state of a record, so its texts stay true. */
const known = new WeakMap<Findable, Row<Findable>>();

function rowOf<T extends Findable>(asset: T): Row<T> {
  const row = known.get(asset);
  if (row) return row as Row<T>;
  const plate = plain(asset.label);
  const tag = plain(asset.tag);
  const made = { asset, plate, tag, all: `${plate} ${tag} ${plain(asset.serial)}` };
  known.set(asset, made);
  return made;
}

export function indexAssets<T extends Findable>(assets: readonly T[]): Index<T> {
  return { rows: assets.map(rowOf) };
}

const AT_ONCE = 500;

/** Makes the texts in small pieces, before the first key is pressed. Returns how to stop. */
export function warm(assets: readonly Findable[]): () => void {
  let at = 0;
  const some = (): void => {
    for (const asset of assets.slice(at, at + AT_ONCE)) rowOf(asset);
    at += AT_ONCE;
    if (at < assets.length) timer = setTimeout(some, 0);
  };
  let timer = setTimeout(some, 0);
  return () => clearTimeout(timer);
}

interface Hit<T> {
  asset: T;
  rank: number;
  plate: string;
}

const isBefore = (a: Hit<unknown>, b: Hit<unknown>): boolean =>
  a.rank === b.rank ? a.plate < b.plate : a.rank < b.rank;

/** The best matches: exact, then the end of the plate (people remember the last digits), its beginning, anything else. */
export function findAssets<T extends Findable>(index: Index<T>, typed: string, most = 8): T[] {
  const wanted = plain(typed);
  if (wanted === '') return [];
  const best: Hit<T>[] = [];
  for (const { asset, plate, tag, all } of index.rows) {
    if (!all.includes(wanted)) continue;
    const exact = plate === wanted || tag === wanted;
    const rank = exact ? 0 : plate.endsWith(wanted) ? 1 : plate.startsWith(wanted) ? 2 : 3;
    const hit = { asset, rank, plate };
    let at = best.length;
    while (at > 0 && isBefore(hit, best[at - 1] as Hit<T>)) at -= 1;
    if (at === most) continue;
    best.splice(at, 0, hit);
    if (best.length > most) best.pop();
  }
  return best.map((hit) => hit.asset);
}

/** The asset with exactly this tag, whatever the case. */
export function byTag<T extends Pick<Findable, 'tag'>>(assets: readonly T[], tag: string): T | null {
  const wanted = tag.toUpperCase();
  return assets.find((asset) => asset.tag.toUpperCase() === wanted) ?? null;
}
