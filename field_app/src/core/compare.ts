/**
 * Whether this device holds what the server says it holds, asked in idle time; what differs is fetched anew, part by part.
 *
 * Neighbours: `apply.ts` keeps the digests an answer brought; `loop.ts` calls `check` when nothing else is to do; the next
 * exchange reports what was put right. Invariants: only a bucket whose cursor stands where the digest was taken is compared; a
 * part is replaced in one transaction, and only by a state of the server that the cursor is not ahead of; the cursor stays,
 * and what has not been sent is not touched.
 */
import { DIGEST_CHECK_SECONDS, DIGEST_RANGES } from '../generated/limits';
import type { BucketDigest, Change, DigestAnswer, Repair, RepairAnswer } from '../generated/types';
import { showChanges } from './apply';
import type { Context } from './context';
import { got, type RecordRow } from './db';
import { partOf, Tallies } from './digest';
import { SYNC_MS } from './http';
import { applyChange, type Touched, withRepair } from './pages';
import { CoreError } from './problems';

/** After so many records the screen gets a turn. */
const AT_ONCE = 2000;

/** Compares every bucket whose time has come. Gives how many sub-ranges had to be put right. CoreError: the network failed. */
export async function check(ctx: Context): Promise<number> {
  const digests = (await ctx.db.meta<Record<string, BucketDigest>>('digests')) ?? {};
  let repaired = 0;
  for (const digest of Object.values(digests)) {
    if (!(await isDue(ctx, digest.bucket))) continue;
    const own = await tally(ctx, digest.bucket, digest.version);
    if (!own) continue;
    const { count, hash } = own.total();
    if (count !== digest.count || hash !== digest.hash) repaired += await mend(ctx, digest.bucket);
    await note(ctx, digest.bucket);
  }
  return repaired;
}

/** What this device holds of a bucket. null: its cursor does not stand at `version`. */
async function tally(ctx: Context, bucket: string, version: number): Promise<Tallies | null> {
  const rows = await ctx.db.read(['meta', 'records'], async (tx) => {
    const cursors = await got<Record<string, number> | undefined>(tx.objectStore('meta').get('cursors'));
    if (cursors?.[bucket] !== version) return null;
    return got<RecordRow[]>(tx.objectStore('records').index('bucket').getAll(bucket));
  });
  if (!rows) return null;
  const tallies = new Tallies();
  for (const [index, row] of rows.entries()) {
    if (index % AT_ONCE === AT_ONCE - 1)
      await new Promise<void>((resolve) => ctx.deps.setTimeout(resolve, 0));
    tallies.add(row);
  }
  return tallies;
}

async function mend(ctx: Context, bucket: string): Promise<number> {
  const said = await ctx.http.json<DigestAnswer>('POST', '/api/v1/digest', { bucket }, SYNC_MS);
  if (!Array.isArray(said?.parts) || said.parts.length !== DIGEST_RANGES)
    throw new CoreError('answer_unreadable');
  const own = await tally(ctx, bucket, said.version);
  if (!own) return 0; // something came in between: the next exchange brings a digest of what is here then
  const differs = ([count, hash]: [number, string], part: number): boolean =>
    own.of(part).count !== count || own.of(part).hash !== hash;
  let left = said.parts.flatMap((one, part) => (differs(one, part) ? [part] : []));
  const wrong = left.length;
  while (left.length > 0) {
    const answer = await ctx.http.json<RepairAnswer>(
      'POST',
      '/api/v1/repair',
      { bucket, parts: left },
      SYNC_MS,
    );
    if (!isRepair(answer, left)) throw new CoreError('answer_unreadable');
    if (!(await replaceParts(ctx, answer, said.version))) break;
    left = left.filter((part) => !answer.parts.includes(part));
  }
  return wrong - left.length;
}

/**
 * Replaces sub-ranges of a bucket by what the server says lies there, and notes that for the next exchange. What is newer here
 * than the answer stays. false: the cursor is ahead of the answer, nothing was changed. `found`: the version it was found at.
 */
async function replaceParts(ctx: Context, answer: RepairAnswer, found: number): Promise<boolean> {
  const touched: Touched = new Map();
  const { bucket, version } = answer;
  const parts = new Set(answer.parts);
  const replaced = await ctx.db.write(['meta', 'records'], async (tx) => {
    const meta = tx.objectStore('meta');
    const cursors = await got<Record<string, number> | undefined>(meta.get('cursors'));
    const cursor = cursors?.[bucket];
    if (cursor === undefined || cursor > version) return false;
    // No cursor reaches a row of a time that a restored server has forgotten: nothing newer will ever come for it.
    const isNewer = (row: RecordRow) =>
      row.v > version && row.buckets.some((name) => row.v <= (cursors?.[name] ?? 0));
    const named = new Set(answer.changes.map(({ kind, id }) => `${kind}/${id}`));
    for (const row of await got<RecordRow[]>(tx.objectStore('records').index('bucket').getAll(bucket))) {
      if (isNewer(row) || !parts.has(partOf(row.id))) continue;
      const { kind, id } = row;
      if (!named.has(`${kind}/${id}`))
        await applyChange(tx, bucket, { kind, id, v: 0, h: '', data: null, gone: true }, touched);
    }
    for (const change of answer.changes) {
      const here = await got<RecordRow | undefined>(tx.objectStore('records').get([change.kind, change.id]));
      const truth = here && !isNewer(here) ? Math.max(version, here.v) : version;
      await applyChange(tx, bucket, change, touched, truth);
    }
    const known = (await got<Repair[] | undefined>(meta.get('repairs'))) ?? [];
    meta.put(withRepair(known, { bucket, version: found, parts: answer.parts }), 'repairs');
    return true;
  });
  showChanges(ctx, touched);
  return replaced;
}

function isRepair(answer: Partial<RepairAnswer> | null, asked: readonly number[]): answer is RepairAnswer {
  const { parts, changes, version } = answer ?? {};
  if (!Array.isArray(parts) || parts.length === 0 || !Array.isArray(changes)) return false;
  return typeof version === 'number' && parts.every((part) => asked.includes(part)) && changes.every(isWhole);
}

const isWhole = (change: Change): boolean =>
  !change.gone && change.data !== null && change.data !== undefined;

// --- when it was compared last ----------------------------------------------------------------------------------------
async function isDue(ctx: Context, bucket: string): Promise<boolean> {
  const at = (await ctx.db.meta<Record<string, number>>('compared'))?.[bucket];
  const now = ctx.deps.now();
  return at === undefined || now - at >= DIGEST_CHECK_SECONDS * 1000 || now < at;
}

async function note(ctx: Context, bucket: string): Promise<void> {
  await ctx.db.write(['meta'], async (tx) => {
    const meta = tx.objectStore('meta');
    const known = (await got<Record<string, number> | undefined>(meta.get('compared'))) ?? {};
    meta.put({ ...known, [bucket]: ctx.deps.now() }, 'compared');
  });
}
