/**
 * A new epoch: the server found a fork and goes on from the last common hash; what it lacks is chained anew and sent again.
 *
 * Neighbours: `apply.ts` calls it inside its transaction; `sync/engine.py` assigns epochs. Invariants: bodies stay as they
 * were written, only their chain hashes change; an entry up to the base counts as proven.
 */
import type { NewEpoch, Receipt } from '../generated/types';
import { utf8 } from './bytes';
import { extend, genesis } from './chain';
import type { Context, Proven } from './context';
import { type BlobRow, got, type JournalState, type OutboxRow } from './db';
import { isIntact } from './owncopy';

/**
 * The new epoch a signed receipt speaks of: the receipt's hash is the start of that epoch over a hash of our own, so that what lies
 * up to there is stored, and nothing has extended it yet. What an answer says beside it (`new_epoch`) is signed by nobody: a base
 * that is not ours would let go of work that was never sent. null: no such thing.
 */
export async function epochBehind(
  tx: IDBTransaction,
  ctx: Context,
  journal: JournalState,
  receipt: Receipt,
): Promise<NewEpoch | null> {
  if (receipt.epoch <= journal.epoch || receipt.device !== ctx.device.device) return null;
  const baseHash = await hashAt(tx, ctx, journal.epoch, receipt.n);
  if (!baseHash) return null;
  const start = genesis(ctx.device.organisation.id, ctx.device.device, receipt.epoch, baseHash);
  return start === receipt.h ? { epoch: receipt.epoch, base_seq: receipt.n, base_hash: baseHash } : null;
}

/** The chain hash of this device at a number. undefined: no longer, or never, known here. */
export async function hashAt(
  tx: IDBTransaction,
  ctx: Context,
  epoch: number,
  seq: number,
): Promise<string | undefined> {
  const known = await got<string | undefined>(tx.objectStore('hashes').get([epoch, seq]));
  if (known || seq > 0 || epoch > 0) return known;
  return genesis(ctx.device.organisation.id, ctx.device.device, 0);
}

/** Chains every entry after the base anew from the epoch's start. Changes the journal's end and what counts as proven. */
export async function adopt(
  tx: IDBTransaction,
  ctx: Context,
  journal: JournalState,
  next: NewEpoch,
): Promise<void> {
  const outbox = tx.objectStore('outbox');
  const hashes = tx.objectStore('hashes');
  const meta = tx.objectStore('meta');
  const rows = await got<OutboxRow[]>(outbox.getAll());
  const bySeq = new Map(rows.map((row) => [row.seq, row]));
  let hash = genesis(ctx.device.organisation.id, ctx.device.device, next.epoch, next.base_hash);
  hashes.put(hash, [next.epoch, next.base_seq]);
  for (const row of rows) {
    if (row.seq > next.base_seq) continue;
    outbox.delete([row.epoch, row.seq]);
    outbox.put({ ...row, epoch: next.epoch, proven: true });
  }
  for (let seq = next.base_seq + 1; seq <= journal.seq; seq++) {
    const row = bySeq.get(seq);
    // Without its body, or with another than was written, an entry is declared lost by the hash it had: taken as given, the
    // chain goes on from it. Chained anew, a damaged body would pass for the true one.
    const old = await got<string | undefined>(hashes.get([journal.epoch, seq]));
    const intact = row !== undefined && (await isIntact(tx, row));
    hash = intact ? extend(hash, seq, utf8(row.body)) : (old ?? row?.hash ?? hash);
    hashes.put(hash, [next.epoch, seq]);
    if (!row) continue;
    outbox.delete([row.epoch, row.seq]);
    outbox.put({ ...row, epoch: next.epoch, hash, outcome: null, proven: false, held: false });
  }
  for (const blob of await got<BlobRow[]>(tx.objectStore('blobs').getAll())) {
    tx.objectStore('blobs').put({ ...blob, epoch: next.epoch });
  }
  const seq = Math.max(journal.seq, next.base_seq);
  meta.put({ ...journal, epoch: next.epoch, seq, hash } satisfies JournalState, 'journal');
  const at = (await got<Proven | undefined>(meta.get('proven')))?.at ?? '';
  const start = genesis(ctx.device.organisation.id, ctx.device.device, next.epoch, next.base_hash);
  meta.put({ epoch: next.epoch, n: next.base_seq, h: start, at } satisfies Proven, 'proven');
}
