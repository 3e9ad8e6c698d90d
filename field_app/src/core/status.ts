/**
 * What the screens are told: one status, and the lists of the sync centre. Pure.
 *
 * Neighbours: `core.ts` recomputes after every change. Invariant: counts come from the lists that mirror the store.
 */
import { bodyOf, type Context, entryOf, heldEntries, unsentOf } from './context';
import type { BlobRow, OutboxRow } from './db';
import type { Facts } from './gate';
import type { OutboxBlob, OutboxEntry, OutboxItem, Status } from './types';

export const FIRST: Status = {
  phase: 'starting',
  gate: 'open',
  device: null,
  person: null,
  eviction: null,
  wiped: null,
  unsent: { entries: 0, photos: 0, blobs: 0, bytes: 0 },
  grace: null,
  opening: null,
  sending: { what: null, label: '', sent: 0, size: 0 },
  network: 'idle',
  nextRetryAt: null,
  problem: null,
  proven: null,
  lastFullUploadAt: null,
  reading: false,
  storage: null,
  live: false,
  heardAt: null,
  skewMs: null,
  leader: false,
  updateWaiting: false,
};

/** The part of the status that follows from an open journal. */
export function statusOf(
  ctx: Context,
): Pick<Status, 'device' | 'unsent' | 'proven' | 'lastFullUploadAt' | 'heardAt' | 'skewMs'> {
  const proven = ctx.proven.get();
  return {
    device: ctx.device,
    unsent: unsentOf(ctx.outbox.get(), ctx.blobs.get()),
    proven: proven && proven.at !== '' ? { epoch: proven.epoch, seq: proven.n, at: proven.at } : null,
    lastFullUploadAt: ctx.fullUploadAt.get(),
    heardAt: ctx.heardAt.get(),
    skewMs: ctx.skewMs.get(),
  };
}

/** What the gate waits for: the unsent, less what the server holds beyond a gap and the files it has for that. */
export function awaitedOf(ctx: Context): Status['unsent'] {
  const held = heldEntries(ctx);
  const entries = ctx.outbox.get().filter((row) => !row.held);
  const files = ctx.blobs.get().filter((blob) => blob.state !== 'done' || !held.has(entryOf(blob)));
  return unsentOf(entries, files);
}

/** What the gate depends on, as it now stands. */
export function factsOf(ctx: Context): Facts {
  const files = ctx.blobs.get().filter((blob) => blob.state !== 'rejected');
  const proven = ctx.proven.get();
  const seq = Math.max(proven?.n ?? 0, ...ctx.outbox.get().map((row) => row.seq));
  const at = ctx.fullUploadAt.get();
  return {
    unsent: awaitedOf(ctx),
    oldestFileAt: files.length > 0 ? Math.min(...files.map((blob) => Date.parse(blob.at))) : null,
    fullUploadAt: at === null ? null : Date.parse(at) + (ctx.skewMs.get() ?? 0), // the server's word, by this clock
    entriesSince: Math.max(0, seq - ctx.fullUploadSeq.get()),
    now: ctx.deps.now(),
  };
}

/** Entries in order, then files in the order they go. */
export function outboxItems(ctx: Context, sending: Status['sending']): OutboxItem[] {
  const entries = ctx.outbox.get().map((row) => entryItem(row, sending.what === 'entries'));
  const blobs = [...ctx.blobs.get()].sort((a, b) => a.priority - b.priority || a.seq - b.seq).map(blobItem);
  return [...entries, ...blobs];
}

function entryItem(row: OutboxRow, sending: boolean): OutboxEntry {
  const body = bodyOf(row);
  return {
    type: 'entry',
    id: row.id,
    epoch: row.epoch,
    seq: row.seq,
    action: body?.action ?? '',
    label: row.label,
    at: body?.at ?? '',
    actor: body?.actor ?? '',
    handover: row.handover,
    state: row.proven ? 'proven' : sending ? 'sending' : 'waiting',
    outcome: row.outcome,
    bytes: row.body.length,
  };
}

function blobItem({ sha256, role, label, at, handover, state, sent, size, problem }: BlobRow): OutboxBlob {
  return { type: 'blob', sha256, role, label, at, handover, state, sent, size, problem };
}
