/**
 * Whether this device's own copy of an entry is still what was written.
 *
 * Neighbours: `push.ts` declares lost what is not, `exportfile.ts` and `epoch.ts` leave it out, `context.ts` neither shows it nor builds
 * upon it; `sync/own_copy.py` is the same. Invariant: the hash that was kept apart decides, never what the row says of itself.
 */
import { utf8 } from './bytes';
import { extend } from './chain';
import { got, type OutboxRow } from './db';

/** Whether an entry's body still gives the hash that was kept apart. Unknown counts as yes: the server looks, too. */
export async function isIntact(tx: IDBTransaction, row: OutboxRow): Promise<boolean> {
  const hashes = tx.objectStore('hashes');
  const before = await got<string | undefined>(hashes.get([row.epoch, row.seq - 1]));
  return gives(row, before, await got<string | undefined>(hashes.get([row.epoch, row.seq])));
}

/** Those of the rows that are no longer what was written. */
export async function spoiledOf(tx: IDBTransaction, rows: readonly OutboxRow[]): Promise<OutboxRow[]> {
  const [first, last] = [rows[0], rows.at(-1)];
  if (!first || !last) return [];
  const hashes = tx.objectStore('hashes');
  const range = IDBKeyRange.bound([first.epoch, first.seq - 1], [last.epoch, last.seq]);
  const [keys, values] = await Promise.all([
    got<IDBValidKey[]>(hashes.getAllKeys(range)),
    got<string[]>(hashes.getAll(range)),
  ]);
  const kept = new Map(keys.map((key, at) => [String(key), values[at]]));
  const at = (epoch: number, seq: number): string | undefined => kept.get(String([epoch, seq]));
  return rows.filter((row) => !gives(row, at(row.epoch, row.seq - 1), at(row.epoch, row.seq)));
}

function gives(row: OutboxRow, before: string | undefined, kept: string | undefined): boolean {
  return before === undefined || extend(before, row.seq, utf8(row.body)) === (kept ?? row.hash);
}
