/**
 * One exchange with the server: send the push (`push.ts`), verify the receipt, hand all to one transaction.
 *
 * Neighbours: `loop.ts` decides when; `apply.ts` writes what came back. Invariants: what is sent is read from the store, not
 * from memory; entries travel as the exact text written; a receipt that does not verify removes nothing, but pages are
 * applied all the same — a stuck upload never blocks the download.
 */
import { PUSH_BODY_BYTES_MAX } from '../generated/limits';
import {
  PROTOCOL_VERSION,
  type Receipt,
  type Repair,
  type SyncAnswer,
  type SyncRequest,
} from '../generated/types';
import { type Applied, applyAnswer, isOver } from './apply';
import { headText } from './chain';
import { type Context, type Reason, unsentOf } from './context';
import type { BlobRow } from './db';
import { isoOf } from './deps';
import { SYNC_MS } from './http';
import { sign, verifyReceipt } from './keys';
import { CoreError, problem, problemOf } from './problems';
import { type Push, readPush } from './push';
import { estimate } from './storage';
import type { Problem } from './types';

/** An entry did not arrive as it was sent. */
const CHANGED: ReadonlySet<string> = new Set(['entry_hash_mismatch', 'entry_private_mismatch']);
/** What is said, and tried again with patience. */
export const SENT_AGAIN = 'entry_hash_mismatch';

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
  // Some bytes were changed on their way: nothing from there on was taken, it is all still here and goes again.
  if (answer.outcomes.some((one) => one.id === null && CHANGED.has(one.code ?? '')))
    trouble ??= problem(SENT_AGAIN);
  const { commands } = answer;
  const wiping = commands.some(({ type, code }) => type === 'wipe' && code === 'device_wiping');
  const wipe = commands.some(({ type, code }) => type === 'wipe' && code !== 'device_wiping');
  const outdated = commands.some((command) => command.type === 'reload');
  // An epoch that does not begin from a hash of ours leads on another journal: what is here is not in it.
  const foreign = receipt !== null && receipt.epoch > push.head.epoch && !applied.newEpoch;
  if (foreign || commands.some((command) => command.type === 're_enrol')) trouble = problem('epoch_unknown');
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
    gap: push.gap,
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
