/**
 * What is open while a device is enrolled: its store, its identity, and the lists in memory that mirror the store.
 *
 * Neighbours: made by `core.ts`; `outbox.ts`, `apply.ts`, `blobs.ts` change the store and then the lists. Invariant: a list is
 * changed only after the transaction that changed the store has completed.
 */
import type { EntryBody, SyncRequest } from '../generated/types';
import { type BlobRow, type Db, got, type OutboxRow } from './db';
import type { Deps } from './deps';
import type { Http } from './http';
import type { DeviceKeys } from './keys';
import { spoiledOf } from './owncopy';
import type { Replica } from './replica';
import { type Writable, writable } from './store';
import type { DeviceInfo, Problem, Status, WizardState } from './types';

/** Why an exchange takes place. */
export type Reason = SyncRequest['reason'];

/** Up to where the server has proved to have the journal. */
export interface Proven {
  epoch: number;
  n: number;
  h: string;
  at: string;
}

/** What one tab tells the others after a commit. */
export type Told =
  | { what: 'outbox' }
  | { what: 'records'; keys: [string, string][] }
  | { what: 'sync'; status: SyncStatus }
  /** The leader heard something at `at`, or (null) has nobody to hear; `ask`: a new tab wants to know. */
  | { what: 'live'; at: string | null }
  | { what: 'ask' }
  | { what: 'kick'; reason: Reason }
  | { what: 'device' }
  /** The journal is destroyed. */
  | { what: 'wiped' };

/** How the synchronisation goes, as the leading tab knows. */
export interface SyncStatus {
  network: 'idle' | 'sending' | 'failing';
  nextRetryAt: number | null;
  problem: Problem | null;
  sending: Status['sending'];
}

export interface Context {
  deps: Deps;
  db: Db;
  http: Http;
  device: DeviceInfo;
  keys: DeviceKeys;
  replica: Replica;
  /** Names this run of the app; `mono` counts from its start. */
  boot: string;
  startedMono: number;
  skewMs: Writable<number | null>;
  outbox: Writable<readonly OutboxRow[]>;
  blobs: Writable<readonly BlobRow[]>;
  wizards: Writable<readonly WizardState[]>;
  proven: Writable<Proven | null>;
  fullUploadAt: Writable<string | null>;
  /** The journal's end at that moment. */
  fullUploadSeq: Writable<number>;
  /** When the server was last heard, by the device's clock. */
  heardAt: Writable<string | null>;
  tell(message: Told): void;
}

/** The lists of a context, empty. */
export function emptyLists(): Pick<
  Context,
  'outbox' | 'blobs' | 'wizards' | 'proven' | 'fullUploadAt' | 'fullUploadSeq' | 'heardAt' | 'skewMs'
> {
  return {
    outbox: writable<readonly OutboxRow[]>([]),
    blobs: writable<readonly BlobRow[]>([]),
    wizards: writable<readonly WizardState[]>([]),
    proven: writable<Proven | null>(null),
    fullUploadAt: writable<string | null>(null),
    fullUploadSeq: writable(0),
    heardAt: writable<string | null>(null),
    skewMs: writable<number | null>(null),
  };
}

const bodies = new WeakMap<OutboxRow, EntryBody | null>();

/** The parsed body of a row (its text stays what counts). null: the store gives back what was not written, or nobody can read. */
export function bodyOf(row: OutboxRow): EntryBody | null {
  const known = bodies.get(row);
  if (known !== undefined) return known;
  let parsed: EntryBody | null = null;
  try {
    const found = JSON.parse(row.body) as Partial<EntryBody> | null;
    const whole =
      typeof found?.action === 'string' && typeof found.args === 'object' && Array.isArray(found.blobs);
    if (whole) parsed = found as EntryBody;
  } catch {
    // one damaged body must not keep all the others from being seen and sent: it is declared lost (`push.ts`)
  }
  bodies.set(row, parsed);
  return parsed;
}

/** Takes over the entries that have not left, and shows their effects. What the server refused is not shown as if it held. */
export function setOutbox(ctx: Context, rows: readonly OutboxRow[]): void {
  ctx.outbox.set(rows);
  const shown = rows.filter((row) => row.outcome?.state !== 'refused').map(bodyOf);
  ctx.replica.setPending(
    shown.filter((body) => body !== null),
    ctx.device.device,
  );
}

/** Finds what is no longer as it was written. A body that was looked at `before`, and is the same still, is not read again. */
async function lookOver(
  tx: IDBTransaction,
  before: readonly OutboxRow[],
  rows: readonly OutboxRow[],
): Promise<void> {
  const known = new Map(before.map((row) => [row.hash, row]));
  for (const row of rows) {
    const same = known.get(row.hash);
    const body = same?.body === row.body ? bodies.get(same) : undefined;
    if (body !== undefined) bodies.set(row, body);
  }
  const fresh = rows.filter((row) => !bodies.has(row));
  for (const row of await spoiledOf(tx, fresh)) bodies.set(row, null);
}

/** Reads the lists from the store again: all at one moment, the entries shown last, so that nobody sees a mixture. */
export async function reload(ctx: Context): Promise<void> {
  const found = await ctx.db.read(['meta', 'outbox', 'hashes', 'blobs', 'wizards'], async (tx) => {
    const meta = tx.objectStore('meta');
    const [outbox, blobs, wizards, proven, fullUploadAt, fullUploadSeq, heardAt, skew] = await Promise.all([
      got<OutboxRow[]>(tx.objectStore('outbox').getAll()),
      got<BlobRow[]>(tx.objectStore('blobs').getAll()),
      got<WizardState[]>(tx.objectStore('wizards').getAll()),
      got<Proven | undefined>(meta.get('proven')),
      got<string | undefined>(meta.get('fullUploadAt')),
      got<number | undefined>(meta.get('fullUploadSeq')),
      got<string | undefined>(meta.get('heardAt')),
      got<number | undefined>(meta.get('skew')),
    ]);
    await lookOver(tx, ctx.outbox.get(), outbox);
    return { outbox, blobs, wizards, proven, fullUploadAt, fullUploadSeq, heardAt, skew };
  });
  ctx.proven.set(found.proven ?? null);
  ctx.fullUploadAt.set(found.fullUploadAt ?? null);
  ctx.fullUploadSeq.set(found.fullUploadSeq ?? 0);
  if ((found.heardAt ?? '') > (ctx.heardAt.get() ?? '')) ctx.heardAt.set(found.heardAt ?? null);
  ctx.skewMs.set(found.skew ?? null);
  ctx.wizards.set(found.wizards);
  ctx.blobs.set(found.blobs);
  setOutbox(ctx, found.outbox);
}

/** What is not proven by a receipt. A file the server examined and rejected is no longer awaited. */
export function unsentOf(
  rows: readonly OutboxRow[],
  blobs: readonly BlobRow[],
): { entries: number; photos: number; blobs: number; bytes: number } {
  const open = rows.filter((row) => !row.proven);
  const files = blobs.filter((blob) => blob.state !== 'rejected');
  const bytes =
    open.reduce((sum, row) => sum + row.body.length, 0) +
    files.reduce((sum, blob) => sum + Math.max(0, blob.size - blob.sent), 0);
  const photos = files.filter((blob) => blob.role === 'photo' || blob.role === 'damage').length;
  return { entries: open.length, photos, blobs: files.length, bytes };
}

/** Where an entry stands, as a key; of a file: its entry. */
export const entryOf = ({ epoch, seq }: { epoch: number; seq: number }): string => `${epoch}/${seq}`;

/** The entries a verified receipt names as held. */
export function heldEntries(ctx: Context): ReadonlySet<string> {
  return new Set(
    ctx.outbox
      .get()
      .filter((row) => row.held)
      .map(entryOf),
  );
}
