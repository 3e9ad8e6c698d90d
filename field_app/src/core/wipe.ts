/**
 * The end of a wipe: nothing is destroyed before a receipt covers all of it; then everything is, and the office is told.
 *
 * Neighbours: `opened.ts` drops the replica and asks here after each exchange; `core.ts` destroys. Invariants: what is to be said
 * is signed while the key is still here and lies apart from the journal, so that it can be said until it is heard; a device that
 * cannot prove everything (a gap nobody can close) is never wiped; the store refuses new work (`outbox.ts`) before it is asked what
 * is proven, so that nothing in any tab is saved in between.
 */
import type { WipedRequest } from '../generated/types';
import { headText } from './chain';
import type { Context, Proven } from './context';
import { type BlobRow, type Db, got, type JournalState, type OutboxRow } from './db';
import type { Deps } from './deps';
import type { Http } from './http';
import { dropKept } from './kept';
import { sign } from './keys';
import type { Wiped } from './types';

/** What is said once everything is destroyed. null: something of this device is not proven yet, or may still be saved. */
export async function farewellOf(ctx: Context): Promise<WipedRequest | null> {
  const end = await ctx.db.read(['meta', 'outbox', 'blobs'], async (tx) => {
    const meta = tx.objectStore('meta');
    const journal = await got<JournalState | undefined>(meta.get('journal'));
    const proven = await got<Proven | undefined>(meta.get('proven'));
    const rows = await got<OutboxRow[]>(tx.objectStore('outbox').getAll());
    const blobs = await got<BlobRow[]>(tx.objectStore('blobs').getAll());
    if (!(await got<boolean | undefined>(meta.get('wiping')))) return null; // what is saved from here on would be destroyed
    if (!journal || proven?.epoch !== journal.epoch || proven.n !== journal.seq) return null;
    const all = rows.every((row) => row.proven) && blobs.every((blob) => blob.state === 'rejected');
    return all && proven.h === journal.hash ? journal : null;
  });
  if (!end) return null;
  const { device, organisation } = ctx.device;
  const { epoch, seq, hash } = end;
  const text = headText(organisation.id, device, epoch, seq, hash).replace(
    'handover-head-v1',
    'handover-wiped-v1',
  );
  return { device, epoch, seq, hash, signature: await sign(ctx.deps.crypto, ctx.keys.private, text) };
}

const FAREWELL = 'farewell:';

/** Kept apart from the journal until it is done: what to destroy, and what to say then. */
export interface Farewell {
  name: string;
  said: WipedRequest;
}

/** What is still to be said; two, when a browser that was enrolled anew was emptied again before the first was heard. */
async function farewells(root: Db): Promise<Farewell[]> {
  const all = IDBKeyRange.bound(FAREWELL, `${FAREWELL}\uffff`);
  return root.read(['meta'], (tx) => got<Farewell[]>(tx.objectStore('meta').getAll(all)));
}

/** What is kept of a device that was emptied, for whoever holds it next: no content, only that nothing was left behind. */
export type LastWord = Omit<Wiped, 'told'>;

/** What this browser was before it was emptied, while it has not become a device anew. */
export async function wipedBefore(root: Db | null): Promise<Wiped | null> {
  const last = await root?.meta<LastWord>('wiped');
  return root && last ? { ...last, told: (await farewells(root)).length === 0 } : null;
}

/** What the root store knows of it goes with the decision: which journal was open, whose, who is signed in. What stays says only that
 * it was emptied (`wiped`) and what the office must still hear (`farewell`). */
export async function forsake(root: Db, farewell: Farewell, last: LastWord): Promise<void> {
  await root.write(['meta'], async (tx) => {
    const meta = tx.objectStore('meta');
    const keys = await got(meta.getAllKeys());
    const values = await got<unknown[]>(meta.getAll());
    const open = values[keys.indexOf('current')] === farewell.name;
    for (const [at, key] of keys.entries()) if (values[at] === farewell.name) meta.delete(key);
    if (open) meta.delete('session');
    meta.put(farewell, `${FAREWELL}${farewell.said.device}`);
    meta.put(last, 'wiped');
  });
}

/** Removes a database; other tabs that hold it open have been told to close it. */
export function destroy(factory: IDBFactory, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = factory.deleteDatabase(name);
    request.onsuccess = () => resolve();
    request.onerror = () => reject(request.error);
  });
}

/** Destroys what is to be destroyed and says so, after a crash in between, too; true when nothing is left to do. */
export async function takeFarewell(deps: Deps, http: Http, root: Db): Promise<boolean> {
  for (const { name, said } of await farewells(root)) {
    try {
      dropKept(deps.kept);
      await destroy(deps.indexedDB, name);
      await http.plainJson('POST', '/api/v1/wiped', said);
      await root.write(['meta'], async (tx) => {
        tx.objectStore('meta').delete(`${FAREWELL}${said.device}`);
      });
    } catch {
      return false; // said again later
    }
  }
  return true;
}
