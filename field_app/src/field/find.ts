/**
 * Finding an asset by what a person types of its plate, number or tag. Pure.
 *
 * Neighbours: `Today.svelte`, `scan/TypeIn.svelte`. Invariant: an index is made once per list of assets, so that each key pressed costs one
 * pass over short texts (10,000 assets stay below 50 ms).
 */

/** What is searched of an asset. */
export interface Findable {
  label: string;
  tag: string;
  serial: string;
}

export interface Index<T> {
  rows: readonly { asset: T; plate: string; tag: string; all: string }[];
}

/** Letters and digits only, upper case: 浙A·D3K907 and 浙ad3k 907 are the same. */
export function plain(text: string): string {
  return text.toUpperCase().replace(/[^\p{L}\p{N}]/gu, '');
}

export function indexAssets<T extends Findable>(assets: readonly T[]): Index<T> {
  return {
    rows: assets.map((asset) => {
      const plate = plain(asset.label);
      const tag = plain(asset.tag);
      return { asset, plate, tag, all: `${plate} ${tag} ${plain(asset.serial)}` };
    }),
  };
}

/** The best matches: exact, then the end of the plate (people remember the last digits), its beginning, anything else. */
export function findAssets<T extends Findable>(index: Index<T>, typed: string, most = 8): T[] {
  const wanted = plain(typed);
  if (wanted === '') return [];
  const hits: { asset: T; rank: number; plate: string }[] = [];
  for (const { asset, plate, tag, all } of index.rows) {
    if (!all.includes(wanted)) continue;
    const exact = plate === wanted || tag === wanted;
    const rank = exact ? 0 : plate.endsWith(wanted) ? 1 : plate.startsWith(wanted) ? 2 : 3;
    hits.push({ asset, rank, plate });
  }
  hits.sort((a, b) => a.rank - b.rank || a.plate.localeCompare(b.plate));
  return hits.slice(0, most).map((hit) => hit.asset);
}

/** The asset with exactly this tag, whatever the case. */
export function byTag<T extends Pick<Findable, 'tag'>>(assets: readonly T[], tag: string): T | null {
  const wanted = tag.toUpperCase();
  return assets.find((asset) => asset.tag.toUpperCase() === wanted) ?? null;
}
