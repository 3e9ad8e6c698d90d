/**
 * What an answer changes, in ONE transaction: outcomes, pages with their cursors, the receipt, what may leave.
 *
 * Neighbours: `sync.ts` brings answers, `live.ts` frames; `replica.ts` is told after the commit. Invariants: a page and its
 * cursor are applied together; an entry leaves only when a verified receipt covers it with its own hash AND every page of
 * that answer is here, so that its effect cannot vanish from sight in between; bytes leave only when the server has said
 * "done" for them, their entry is covered and the receipt no longer names them missing; what is proven is taken back only by
 * a receipt asked for with that very proof in hand (a server restored from a backup), never by a late answer.
 */
import type { LiveFrame, Policy, Receipt, Repair, SyncAnswer } from '../generated/types';
import { type Context, type Proven, reload } from './context';
import { type BlobRow, got, type JournalState, type OutboxRow, type StoreName } from './db';
import { isoOf } from './deps';
import { adopt, epochBehind, hashAt } from './epoch';
import { applyChange, applyPages, noteDigests, type Touched } from './pages';

const RECEIPTS_KEPT = 50;
/** Hashes kept behind the proven end, for a server that was restored and asks for a base further back. */
const HASHES_KEPT = 1000;

export interface Incoming {
  answer: SyncAnswer;
  /** Verified; null when its signature did not hold. */
  receipt: Receipt | null;
  /** Files the server was done with before the request was written: only of these does the receipt say anything. */
  finished: ReadonlySet<string>;
  skew: number;
  /** What was proven when the request was written. */
  from: { epoch: number; n: number };
  /** What the request reported as put right. */
  repairs: readonly Repair[];
}

/**
 * What became of a receipt. `set_back`: the server ends earlier than it had proved, on our chain — it was restored from a
 * backup and is sent everything after its end again. `behind`: it ends so much earlier that our hash there is gone.
 */
export type Believed = 'no' | 'yes' | 'set_back' | 'behind';

export interface Applied {
  receipt: Believed;
  /** More is proven than before, or known to be held by the server. */
  provenMoved: boolean;
  /** Some bucket has more to give. */
  morePages: boolean;
  /** A cursor moved: asking again makes sense. */
  pagesMoved: boolean;
  newEpoch: boolean;
  /** Files the server had said "done" for and now misses again. */
  missedAgain: number;
}

const NOTHING = { receipt: 'no', provenMoved: false, newEpoch: false, missedAgain: 0 } as const;
const ALL: StoreName[] = ['meta', 'outbox', 'hashes', 'blobs', 'bytes', 'records', 'receipts'];

export async function applyAnswer(ctx: Context, incoming: Incoming): Promise<Applied> {
  const { answer } = incoming;
  const touched: Touched = new Map();
  const applied = await ctx.db.write(ALL, async (tx) => {
    const pages = await applyPages(tx, answer, touched);
    await noteDigests(tx, incoming);
    const journal = await got<JournalState | undefined>(tx.objectStore('meta').get('journal'));
    if (!journal) return { ...NOTHING, ...pages };
    await noteOutcomes(tx, answer);
    const epoch = incoming.receipt && (await epochBehind(tx, ctx, journal, incoming.receipt));
    if (epoch) {
      await adopt(tx, ctx, journal, epoch);
      return { ...NOTHING, ...pages, provenMoved: true, newEpoch: true };
    }
    const taken = await takeReceipt(tx, ctx, journal, incoming);
    const believed = taken.receipt === 'yes' || taken.receipt === 'set_back';
    if (believed && !pages.morePages) await release(tx, journal);
    const missedAgain = believed ? await releaseBlobs(tx, incoming.receipt, incoming.finished) : 0;
    if (believed) await noteFullUpload(tx, journal, answer.at);
    tx.objectStore('meta').put(incoming.skew, 'skew');
    tx.objectStore('meta').put(isoOf(ctx.deps.now()), 'heardAt');
    return {
      ...NOTHING,
      ...pages,
      ...taken,
      missedAgain,
    };
  });
  await after(ctx, touched);
  if (answer.policy) await notePolicy(ctx, answer.policy);
  return applied;
}

/** A live frame: applied only if it follows the cursor. stale: it says nothing new; gap: ask the server. */
export async function applyFrame(ctx: Context, frame: LiveFrame): Promise<'applied' | 'stale' | 'gap'> {
  const touched: Touched = new Map();
  const result = await ctx.db.write(['meta', 'records'], async (tx) => {
    const meta = tx.objectStore('meta');
    const cursors = (await got<Record<string, number> | undefined>(meta.get('cursors'))) ?? {};
    const cursor = cursors[frame.bucket];
    if (cursor !== undefined && frame.to <= cursor) return 'stale';
    if (cursor === undefined || frame.prev !== cursor) return 'gap';
    for (const change of frame.changes) await applyChange(tx, frame.bucket, change, touched);
    meta.put({ ...cursors, [frame.bucket]: frame.to }, 'cursors');
    return 'applied';
  });
  showChanges(ctx, touched);
  return result;
}

async function after(ctx: Context, touched: Touched): Promise<void> {
  // Records first: an entry that leaves must not take its effect off the screen before the record shows it.
  showChanges(ctx, touched);
  await reload(ctx);
  ctx.tell({ what: 'outbox' });
}

export function showChanges(ctx: Context, touched: Touched): void {
  if (touched.size === 0) return;
  const changes = [...touched.values()];
  ctx.replica.put(changes);
  ctx.tell({ what: 'records', keys: changes.map((change) => [change.kind, change.id]) });
}

async function notePolicy(ctx: Context, policy: Policy): Promise<void> {
  const known = ctx.device.policy;
  if (JSON.stringify(known) === JSON.stringify(policy)) return;
  ctx.device = { ...ctx.device, policy };
  await ctx.db.setMeta('device', ctx.device);
  ctx.tell({ what: 'device' });
}

// --- entries ----------------------------------------------------------------------------------------------------------
async function noteOutcomes(tx: IDBTransaction, answer: SyncAnswer): Promise<void> {
  const outbox = tx.objectStore('outbox');
  for (const outcome of answer.outcomes) {
    const row = await got<OutboxRow | undefined>(outbox.get([outcome.epoch, outcome.seq]));
    if (row && (outcome.id === null || outcome.id === row.id)) outbox.put({ ...row, outcome });
  }
}

/**
 * Believes a receipt whose hash is the one this device computed; marks what it covers.
 *
 * A receipt for less than is proven already is a late answer — unless the request was written with that proof in hand: then
 * the server has lost it. If our hash at its end agrees, what is proven is set back to there: the bodies still here are sent
 * again, the others declared lost. If that hash is gone (`HASHES_KEPT`), nothing can bridge the gap: what the device writes
 * is still sent and kept by the server as held, and held work does not keep the gate shut (`gate.ts`).
 */
async function takeReceipt(
  tx: IDBTransaction,
  ctx: Context,
  journal: JournalState,
  { answer, receipt, from }: Incoming,
): Promise<Pick<Applied, 'receipt' | 'provenMoved'>> {
  const no = { receipt: 'no', provenMoved: false } as const;
  if (!receipt || receipt.organisation !== ctx.device.organisation.id) return no;
  if (receipt.device !== ctx.device.device || receipt.epoch !== journal.epoch) return no;
  const meta = tx.objectStore('meta');
  const proven = await got<Proven | undefined>(meta.get('proven'));
  const before = proven?.epoch === receipt.epoch ? proven.n : 0;
  const back = receipt.n < before;
  if (back && (from.epoch !== receipt.epoch || from.n !== before)) return no;
  const own = await hashAt(tx, ctx, receipt.epoch, receipt.n);
  if (back && own === undefined)
    return { receipt: 'behind', provenMoved: await noteBeyond(tx, ctx, receipt, true) };
  if (own !== receipt.h) return no;
  const rows = await got<OutboxRow[]>(tx.objectStore('outbox').getAll(upTo(receipt.epoch, receipt.n)));
  for (const row of rows) if (!row.proven) tx.objectStore('outbox').put({ ...row, proven: true });
  const moreHeld = await noteBeyond(tx, ctx, receipt, back);
  meta.put({ epoch: receipt.epoch, n: receipt.n, h: receipt.h, at: receipt.at } satisfies Proven, 'proven');
  await forgetHashes(tx, receipt);
  await keepReceipt(tx, receipt, answer.receipt);
  return { receipt: back ? 'set_back' : 'yes', provenMoved: receipt.n > before || moreHeld };
}

/** Old hashes go, but for the start of their epoch: a fork may go back to it. */
async function forgetHashes(tx: IDBTransaction, { epoch, n }: Receipt): Promise<void> {
  const hashes = tx.objectStore('hashes');
  const start = (await got(hashes.getKey(upTo(epoch, n)))) as [number, number] | undefined;
  const last = n - HASHES_KEPT;
  if (start && start[1] < last) hashes.delete(IDBKeyRange.bound(start, [epoch, last], true));
}

/**
 * What lies beyond a receipt's end: not proven (any more, if the server fell `back`), and held where the receipt and the
 * entry's own outcome say so. Gives whether more is held than before.
 */
async function noteBeyond(
  tx: IDBTransaction,
  ctx: Context,
  receipt: Receipt,
  back: boolean,
): Promise<boolean> {
  if (!back && receipt.held.length === 0 && !ctx.outbox.get().some((row) => row.held)) return false;
  const outbox = tx.objectStore('outbox');
  const beyond = IDBKeyRange.bound([receipt.epoch, receipt.n + 1], [receipt.epoch, Number.MAX_SAFE_INTEGER]);
  let more = false;
  for (const row of await got<OutboxRow[]>(outbox.getAll(beyond))) {
    const named = receipt.held.some(([first, last]) => first <= row.seq && row.seq <= last);
    const held = named && row.outcome?.state === 'held';
    if (!row.proven && held === (row.held ?? false)) continue;
    more ||= held && !row.held;
    outbox.put({ ...row, proven: false, held });
  }
  return more;
}

async function keepReceipt(tx: IDBTransaction, { epoch, n, at }: Receipt, jws: string): Promise<void> {
  const receipts = tx.objectStore('receipts');
  receipts.put({ epoch, n, at, jws });
  const kept = await got<IDBValidKey[]>(receipts.getAllKeys());
  for (const key of kept.slice(0, Math.max(0, kept.length - RECEIPTS_KEPT))) receipts.delete(key);
}

const upTo = (epoch: number, seq: number): IDBKeyRange => IDBKeyRange.bound([epoch, 0], [epoch, seq]);

/** Entries that are proven leave: every page of this answer is here, and it was read after their effects were written. */
async function release(tx: IDBTransaction, journal: JournalState): Promise<void> {
  const outbox = tx.objectStore('outbox');
  const rows = await got<OutboxRow[]>(outbox.getAll(upTo(journal.epoch, journal.seq)));
  for (const row of rows) if (row.proven) outbox.delete([row.epoch, row.seq]);
}

/** Drops the bytes that are no longer awaited; gives how many the server misses although it had said "done". */
async function releaseBlobs(
  tx: IDBTransaction,
  receipt: Receipt | null,
  finished: ReadonlySet<string>,
): Promise<number> {
  if (!receipt) return 0;
  let missedAgain = 0;
  const missing = new Set(receipt.missing);
  const allNamed = receipt.missing.length === receipt.missing_count;
  const blobs = tx.objectStore('blobs');
  for (const blob of await got<BlobRow[]>(blobs.getAll())) {
    const covered = blob.epoch < receipt.epoch || blob.seq <= receipt.n;
    if (!isOver(blob) || !finished.has(blob.sha256)) continue;
    if (missing.has(blob.sha256)) {
      if (blob.state !== 'done') continue;
      missedAgain += 1;
      blobs.put({ ...blob, state: 'pending', sent: 0, upload: null });
    } else if (covered && allNamed) {
      blobs.delete(blob.sha256);
      tx.objectStore('bytes').delete(blob.sha256);
    }
  }
  return missedAgain;
}

/** Whether the server is done with a file. */
export const isOver = (blob: BlobRow): boolean => blob.state === 'done' || blob.state === 'rejected';

/** Remembers when nothing at all was left to send. */
async function noteFullUpload(tx: IDBTransaction, journal: JournalState, at: string): Promise<void> {
  const proven = await got<Proven | undefined>(tx.objectStore('meta').get('proven'));
  if (!proven || proven.epoch !== journal.epoch || proven.n !== journal.seq) return;
  const blobs = await got<BlobRow[]>(tx.objectStore('blobs').getAll());
  if (!blobs.every((blob) => blob.state === 'rejected')) return;
  tx.objectStore('meta').put(at, 'fullUploadAt');
  tx.objectStore('meta').put(journal.seq, 'fullUploadSeq');
}
