/**
 * Pages and changes written into the replica: records, the buckets they lie in, cursors, and what a bucket should come to.
 *
 * Neighbours: `apply.ts` (an answer, a frame) and `compare.ts` (a repair) run these inside their transactions. Invariants: a
 * page and its cursor are written together; a record leaves the store when the last of its buckets has let it go.
 */
import { REPAIRS_REPORTED_MAX } from '../generated/limits';
import type { BucketDigest, Change, Page, Repair, SyncAnswer } from '../generated/types';
import { got, type RecordRow } from './db';

/** What a transaction changed: `row` null where the record is gone. */
export type Touched = Map<string, { kind: string; id: string; row: RecordRow | null }>;

export async function applyPages(
  tx: IDBTransaction,
  answer: SyncAnswer,
  touched: Touched,
): Promise<{ morePages: boolean; pagesMoved: boolean }> {
  const meta = tx.objectStore('meta');
  const before = (await got<Record<string, number> | undefined>(meta.get('cursors'))) ?? {};
  const floors = { ...(await got<Record<string, number> | undefined>(meta.get('floors'))) };
  const cursors = { ...before };
  for (const bucket of answer.gone_buckets) {
    await dropBucket(tx, bucket, touched);
    delete cursors[bucket];
    delete floors[bucket];
  }
  for (const page of answer.pages) {
    if (page.reset) {
      await dropBucket(tx, page.bucket, touched);
      cursors[page.bucket] = page.after;
    }
    if (!follows(page, cursors[page.bucket] ?? 0)) continue;
    if (page.reset || !cursors[page.bucket]) floors[page.bucket] = page.floor ?? 0; // the bucket begins here
    for (const change of page.changes) await applyChange(tx, page.bucket, change, touched);
    cursors[page.bucket] = page.to;
  }
  meta.put(cursors, 'cursors');
  meta.put(floors, 'floors');
  return {
    morePages: answer.pages.some((page) => page.more),
    pagesMoved: answer.pages.some((page) => cursors[page.bucket] !== before[page.bucket]),
  };
}

/** Whether a page connects to the cursor without a hole and goes further (or is a bucket's empty first page). */
function follows(page: Page, cursor: number): boolean {
  return page.after <= cursor && page.to >= cursor;
}

export async function applyChange(
  tx: IDBTransaction,
  bucket: string,
  change: Change,
  touched: Touched,
  /** What is here with at most this version gives way, whatever the change's. */
  truth = 0,
): Promise<void> {
  const records = tx.objectStore('records');
  const { kind, id } = change;
  const known = await got<RecordRow | undefined>(records.get([kind, id]));
  const others = (known?.buckets ?? []).filter((name) => name !== bucket);
  let row: RecordRow | null;
  if (change.gone || !change.data) {
    row = known && others.length > 0 ? { ...known, buckets: others } : null;
  } else if (known && known.v > change.v && known.v > truth) {
    row = { ...known, buckets: [...others, bucket] };
  } else {
    row = { kind, id, v: change.v, h: change.h ?? '', data: change.data, buckets: [...others, bucket] };
  }
  if (row) records.put(row);
  else records.delete([kind, id]);
  touched.set(`${kind}/${id}`, { kind, id, row });
}

async function dropBucket(tx: IDBTransaction, bucket: string, touched: Touched): Promise<void> {
  const rows = await got<RecordRow[]>(tx.objectStore('records').index('bucket').getAll(bucket));
  for (const { kind, id } of rows) {
    await applyChange(tx, bucket, { kind, id, v: 0, h: '', data: null, gone: true }, touched);
  }
}

/** Keeps what each bucket should come to (`compare.ts`), and lets go of what was reported. */
export async function noteDigests(
  tx: IDBTransaction,
  { answer, repairs }: { answer: SyncAnswer; repairs: readonly Repair[] },
): Promise<void> {
  const meta = tx.objectStore('meta');
  const known = { ...(await got<Record<string, BucketDigest> | undefined>(meta.get('digests'))) };
  for (const bucket of answer.gone_buckets) delete known[bucket];
  for (const digest of answer.digests) known[digest.bucket] = digest;
  meta.put(known, 'digests');
  if (repairs.length === 0) return;
  const said = new Set(repairs.map((one) => JSON.stringify(one)));
  const kept = (await got<Repair[] | undefined>(meta.get('repairs'))) ?? [];
  meta.put(
    kept.filter((one) => !said.has(JSON.stringify(one))),
    'repairs',
  );
}

/** The reports with one more: those of one bucket and version are one; the oldest give way. */
export function withRepair(known: readonly Repair[], made: Repair): Repair[] {
  const same = known.find((one) => one.bucket === made.bucket && one.version === made.version);
  const parts = [...new Set([...(same?.parts ?? []), ...made.parts])];
  return [...known.filter((one) => one !== same), { ...made, parts }].slice(-REPAIRS_REPORTED_MAX);
}
