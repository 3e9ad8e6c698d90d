/**
 * One exchange with the server: build the push, send it, verify the receipt, hand all to one transaction.
 *
 * Neighbours: `loop.ts` decides when; `apply.ts` writes what came back. Invariants: what is sent is read from the store, not
 * from memory; entries travel as the exact text written; a receipt that does not verify removes nothing, but pages are
 * applied all the same — a stuck upload never blocks the download.
 */
import { LOSSES_MAX, PUSH_BODY_BYTES_MAX, PUSH_ENTRIES_MAX } from '../generated/limits';
import {
  type DeclaredLoss,
  type Head,
  PROTOCOL_VERSION,
  type PushedEntry,
  type Receipt,
  type Repair,
  type SyncAnswer,
  type SyncRequest,
} from '../generated/types';
import { type Applied, applyAnswer, isOver } from './apply';
import { utf8 } from './bytes';
import { extend, headText } from './chain';
import { type Context, type Proven, type Reason, unsentOf } from './context';
import { type BlobRow, got, type JournalState, type OutboxRow } from './db';
import { isoOf } from './deps';
import { hashAt } from './epoch';
import { SYNC_MS } from './http';
import { sign, verifyReceipt } from './keys';
import { CoreError, problem, problemOf } from './problems';
import { estimate } from './storage';
import type { Problem } from './types';

/** What an exchange came to. */
export interface Exchanged {
  applied: Applied;
  /** There is more to send or to fetch: go on at once. */
  again: boolean;
  /** Something a person should know although the exchange itself went well. */
  problem: Problem | null;
  revoked: boolean;
  /** The office wants this device emptied, once everything it has is up. */
  wiping: boolean;
  /** The server asks for a newer app; nothing is left to send. */
  outdated: boolean;
}

interface Push {
  head: Omit<Head, 'signature'>;
  entries: PushedEntry[];
  lost: DeclaredLoss[];
  /** Up to where the journal was proven as this was read. */
  from: number;
  /** Whether entries remain beyond this push. */
  more: boolean;
  /** A number is missing of which not even the hash is here: nothing can be declared, the server stays before it. */
  gap: boolean;
}

/** What is to be sent, in order and within the bounds of one push: every body the server is not known to have. */
export async function readPush(ctx: Context, bytesMax: number): Promise<Push> {
  return ctx.db.read(['meta', 'outbox', 'hashes'], async (tx) => {
    const journal = await got<JournalState | undefined>(tx.objectStore('meta').get('journal'));
    if (!journal) throw new CoreError('not_ready');
    const proven = await got<Proven | undefined>(tx.objectStore('meta').get('proven'));
    const from = proven?.epoch === journal.epoch ? proven.n : 0;
    const unsent = await readUnsent(tx, journal);
    const rotten = await findRotten(tx, ctx, unsent);
    const rows = unsent.filter((row) => !rotten.has(row.seq));
    const entries: PushedEntry[] = [];
    let size = 0;
    for (const row of rows) {
      size += row.body.length * 3 + row.private.reduce((sum, part) => sum + part.length, 0); // UTF-8 at worst
      if (entries.length > 0 && size > bytesMax) break;
      entries.push({ seq: row.seq, hash: row.hash, body: row.body, private: row.private });
    }
    const whole = entries.length === rows.length && unsent.length < PUSH_ENTRIES_MAX;
    const last = whole ? journal.seq : (entries.at(-1)?.seq ?? journal.seq);
    const { lost, until, gap } = await readLost(tx, journal.epoch, from + 1, last, rotten);
    return {
      head: { epoch: journal.epoch, seq: journal.seq, hash: journal.hash },
      entries: entries.filter((entry) => entry.seq <= until),
      lost,
      from,
      more: until < journal.seq,
      gap,
    };
  });
}

/** The first entries, at most a push full, that are neither proven nor held by the server. */
async function readUnsent(tx: IDBTransaction, { epoch, seq }: JournalState): Promise<OutboxRow[]> {
  const outbox = tx.objectStore('outbox');
  const rows: OutboxRow[] = [];
  for (let first = 0; rows.length < PUSH_ENTRIES_MAX && first <= seq; ) {
    const range = IDBKeyRange.bound([epoch, first], [epoch, seq]);
    const page = await got<OutboxRow[]>(outbox.getAll(range, PUSH_ENTRIES_MAX));
    rows.push(...page.filter((row) => !row.proven && !row.held));
    first = page.length < PUSH_ENTRIES_MAX ? seq + 1 : (page.at(-1)?.seq ?? seq) + 1;
  }
  return rows.slice(0, PUSH_ENTRIES_MAX);
}

/**
 * Bodies that are no longer what was written: they do not give the hash that was kept apart. They are declared lost and what is
 * left of them goes along; sent as entries, the server would refuse them for ever.
 */
async function findRotten(tx: IDBTransaction, ctx: Context, rows: OutboxRow[]): Promise<Map<number, string>> {
  const rotten = new Map<number, string>();
  for (const row of rows) {
    const before = await hashAt(tx, ctx, row.epoch, row.seq - 1);
    const kept = await hashAt(tx, ctx, row.epoch, row.seq);
    if (before && kept && extend(before, row.seq, utf8(row.body)) !== kept) rotten.set(row.seq, row.body);
  }
  return rotten;
}

interface Losses {
  lost: DeclaredLoss[];
  /** Up to where this push may reach: further losses go with the next. */
  until: number;
  gap: boolean;
}

/** Numbers whose body this store can no longer read: their hashes survive apart, so they can be declared. */
async function readLost(
  tx: IDBTransaction,
  epoch: number,
  first: number,
  last: number,
  rotten: ReadonlyMap<number, string>,
): Promise<Losses> {
  const losses: Losses = { lost: [], until: last, gap: false };
  if (first > last) return losses;
  const range = IDBKeyRange.bound([epoch, first], [epoch, last]);
  const keys = await got<IDBValidKey[]>(tx.objectStore('outbox').getAllKeys(range));
  const present = new Set((keys as [number, number][]).map(([, seq]) => seq));
  for (const seq of rotten.keys()) present.delete(seq);
  if (present.size === last - first + 1) return losses;
  for (let seq = first; seq <= last; seq++) {
    if (present.has(seq)) continue;
    if (losses.lost.length === LOSSES_MAX) return { ...losses, until: seq - 1 };
    const hash = await got<string | undefined>(tx.objectStore('hashes').get([epoch, seq]));
    if (!hash) return { ...losses, gap: true };
    losses.lost.push({ seq, hash, body: rotten.get(seq) ?? null });
  }
  return losses;
}

/** One round trip. CoreError when nothing came back or nothing of it could be used. */
export async function exchange(
  ctx: Context,
  reason: Reason,
  bytesMax = PUSH_BODY_BYTES_MAX,
): Promise<Exchanged> {
  const push = await readPush(ctx, bytesMax);
  const blobs = await ctx.db.all<BlobRow>('blobs');
  const request = await requestFor(ctx, push, blobs, reason);
  const finished = new Set(blobs.filter(isOver).map((blob) => blob.sha256));
  const sentAt = ctx.deps.now();
  const answer = readAnswer(await ctx.http.json<unknown>('POST', '/api/v1/sync', request, SYNC_MS));
  const skew = Math.round((sentAt + ctx.deps.now()) / 2 - Date.parse(answer.at));
  let receipt: Receipt | null = null;
  let trouble: Problem | null = null;
  try {
    receipt = await verifyReceipt(ctx.deps.crypto, ctx.device.organisation.keys, answer.receipt);
  } catch (fault) {
    trouble = problemOf(fault, 'receipt_invalid');
  }
  const from = { epoch: push.head.epoch, n: push.from };
  const applied = await applyAnswer(ctx, {
    answer,
    receipt,
    finished,
    skew,
    from,
    repairs: request.repairs,
  });
  if (push.gap || applied.receipt === 'behind') trouble ??= problem('journal_gap');
  else if (receipt && applied.receipt === 'no' && !applied.newEpoch) trouble ??= problem('receipt_invalid');
  const { commands } = answer;
  const wiping = commands.some(({ type, code }) => type === 'wipe' && code === 'device_wiping');
  const wipe = commands.some(({ type, code }) => type === 'wipe' && code !== 'device_wiping');
  const outdated = commands.some((command) => command.type === 'reload');
  if (commands.some((command) => command.type === 're_enrol')) trouble = problem('epoch_unknown');
  if (outdated) trouble ??= problem('app_outdated');
  const afresh = applied.newEpoch || applied.receipt === 'set_back'; // the journal is sent from an earlier end
  return {
    applied,
    again:
      !wipe && ((applied.morePages && applied.pagesMoved) || afresh || (applied.provenMoved && push.more)),
    problem: wipe ? problem('device_revoked') : trouble,
    revoked: wipe,
    wiping,
    outdated,
  };
}

async function requestFor(ctx: Context, push: Push, blobs: BlobRow[], reason: Reason): Promise<SyncRequest> {
  const repairs = (await ctx.db.meta<Repair[]>('repairs')) ?? [];
  const { deps, device, keys } = ctx;
  const { epoch, seq, hash } = push.head;
  const text = headText(device.organisation.id, device.device, epoch, seq, hash);
  // What this very exchange settles is not pending any more: without a later one the office would go on waiting for it.
  const unsent = unsentOf(
    ctx.outbox.get(),
    blobs.filter((blob) => !isOver(blob)),
  );
  return {
    protocol: PROTOCOL_VERSION,
    app: deps.app,
    device: device.device,
    head: { epoch, seq, hash, signature: await sign(deps.crypto, keys.private, text) },
    entries: push.entries,
    lost: push.lost,
    pending: { entries: unsent.entries, blobs: unsent.blobs, bytes: unsent.bytes },
    cursors: (await ctx.db.meta<Record<string, number>>('cursors')) ?? {},
    floors: (await ctx.db.meta<Record<string, number>>('floors')) ?? {},
    repairs,
    clock: {
      wall: isoOf(deps.now()),
      mono: Math.round(deps.mono() - ctx.startedMono),
      boot: ctx.boot,
    },
    storage: await estimate(deps),
    reason,
  };
}

/** An answer with the parts this version cannot do without; unknown fields are left alone. */
export function readAnswer(raw: unknown): SyncAnswer {
  const answer = raw as Partial<SyncAnswer> | null;
  const whole =
    typeof answer?.receipt === 'string' &&
    Array.isArray(answer.outcomes) &&
    Array.isArray(answer.pages) &&
    typeof answer.at === 'string';
  if (!whole) throw new CoreError('answer_unreadable');
  return {
    ...(answer as SyncAnswer),
    digests: answer.digests ?? [],
    gone_buckets: answer.gone_buckets ?? [],
    commands: answer.commands ?? [],
    new_epoch: answer.new_epoch ?? null,
    notices: answer.notices ?? [],
  };
}
