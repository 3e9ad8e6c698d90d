/**
 * Saving: everything a person did in one step becomes durable in one transaction, or nothing does.
 *
 * Neighbours: `core.ts` calls `save`; `sync.ts` sends the rows. Invariants: number, chain hash, exact body, private parts, files
 * and wizard step are written together with strict durability; the promise resolves on `complete` only; the body's text is
 * made once and never again; nothing is written once the store says that the device is to be emptied (`wipe.ts`). What an entry
 * shows at once follows from its row (`view.ts`), so it is durable with it.
 */
import {
  BLOB_BYTES_MAX,
  ENTRY_BLOBS_MAX,
  ENTRY_BODY_BYTES_MAX,
  ENTRY_NEEDS_MAX,
  PRIVATE_PART_BYTES_MAX,
  PRIVATE_PARTS_MAX,
} from '../generated/limits';
import type { BlobRef, BlobRole, EntryBody } from '../generated/types';
import { type Bytes, base64, utf8 } from './bytes';
import { extend, sha256Hex } from './chain';
import { type Context, setOutbox } from './context';
import { type BlobRow, got, type JournalState, type OutboxRow, type PreviewRow } from './db';
import { isoOf, randomBytes } from './deps';
import { tick } from './hlc';
import { uuid7 } from './ids';
import { hashOf } from './media';
import { letPreviewsGo } from './pictures';
import { CoreError } from './problems';
import { noteRoom, refuseWithoutRoom } from './storage';
import type { NewBlob, NewEntry, Saved, WizardState } from './types';
import { effectsOf, keyOf, ruleOf } from './view';

const PRIORITY: Record<BlobRole, number> = { signature: 0, document: 1, damage: 2, photo: 3, voice: 4 };

/** Who acts, and how sure that is. */
export interface Actor {
  person: string;
  auth: 'pin' | 'password' | 'passkey';
  /** grace: the gate would be shut, but new work may go on for a while. */
  gate: 'clear' | 'grace';
}

interface Prepared {
  item: NewEntry;
  files: { ref: BlobRef; bytes: ArrayBuffer; preview: PreviewRow | null }[];
  /** Salt ‖ bytes. */
  private: Bytes[];
}

/** Makes the entries durable, in order. CoreError: nothing was saved. */
export async function save(ctx: Context, items: readonly NewEntry[], actor: Actor): Promise<Saved[]> {
  const prepared = await Promise.all(items.map((item) => prepare(ctx, item)));
  const size = prepared.reduce(
    (sum, one) => sum + one.files.reduce((all, file) => all + file.ref.size, 0),
    0,
  );
  await refuseWithoutRoom(ctx.deps, size, (bytes) => letPreviewsGo(ctx, bytes));
  const written = await roomMade(ctx, prepared, actor, size);
  if (size > 0) await noteRoom(ctx.deps, true);
  ctx.blobs.update((blobs) => {
    const fresh = new Set(written.blobs.map((blob) => blob.sha256));
    return [...blobs.filter((blob) => !fresh.has(blob.sha256)), ...written.blobs];
  });
  ctx.wizards.update((wizards) => stepped(wizards, items));
  setOutbox(ctx, [...ctx.outbox.get(), ...written.rows]);
  ctx.tell({ what: 'outbox' });
  return written.saved;
}

/** The transaction; one that finds no room for its files is tried once more after what can be fetched again has gone. */
async function roomMade(ctx: Context, all: Prepared[], actor: Actor, size: number): Promise<Written> {
  const attempt = (): Promise<Written> =>
    ctx.db.write(['meta', 'outbox', 'hashes', 'blobs', 'bytes', 'previews', 'wizards'], (tx) =>
      write(ctx, tx, all, actor),
    );
  const isFull = (fault: unknown): boolean =>
    fault instanceof CoreError && fault.problem.code === 'device_full';
  try {
    return await attempt();
  } catch (fault) {
    if (size === 0 || !isFull(fault)) throw fault;
  }
  await letPreviewsGo(ctx, Number.POSITIVE_INFINITY).catch(() => 0);
  try {
    return await attempt();
  } catch (fault) {
    if (isFull(fault)) await noteRoom(ctx.deps, false);
    throw fault;
  }
}

async function prepare(ctx: Context, item: NewEntry): Promise<Prepared> {
  const { blobs = [], private: parts = [] } = item.extra ?? {};
  if (blobs.length > ENTRY_BLOBS_MAX || parts.length > PRIVATE_PARTS_MAX) throw new CoreError('too_much');
  const files = await Promise.all(blobs.map((blob) => prepareFile(ctx, blob)));
  const salted = parts.map((part) => {
    const bytes = new Uint8Array(16 + part.length);
    bytes.set(randomBytes(ctx.deps, 16), 0);
    bytes.set(part, 16);
    return bytes;
  });
  if (salted.some((part) => part.length > PRIVATE_PART_BYTES_MAX)) throw new CoreError('too_much');
  return { item, files, private: salted };
}

async function prepareFile(ctx: Context, blob: NewBlob): Promise<Prepared['files'][number]> {
  if (blob.bytes.size < 1 || blob.bytes.size > BLOB_BYTES_MAX) throw new CoreError('blob_too_large');
  const bytes = await blob.bytes.arrayBuffer();
  const sha256 = await hashOf(ctx.deps, blob.bytes, bytes);
  if (blob.sha256 !== undefined && blob.sha256 !== sha256) throw new CoreError('blob_changed');
  const ref: BlobRef = { sha256, size: bytes.byteLength, type: blob.type, role: blob.role };
  if (!blob.preview) return { ref, bytes, preview: null };
  const small = await blob.preview.arrayBuffer();
  return { ref, bytes, preview: { sha256, bytes: small, type: blob.preview.type, at: ctx.deps.now() } };
}

interface Written {
  rows: OutboxRow[];
  blobs: BlobRow[];
  saved: Saved[];
}

async function write(ctx: Context, tx: IDBTransaction, all: Prepared[], actor: Actor): Promise<Written> {
  const meta = tx.objectStore('meta');
  const journal = await got<JournalState | undefined>(meta.get('journal'));
  // Asked here, not before: the files were prepared meanwhile, and the order to empty the device may have come in any tab.
  const wiping = await got<boolean | undefined>(meta.get('wiping'));
  if (!journal || wiping) throw new CoreError('not_ready');
  const written: Written = { rows: [], blobs: [], saved: [] };
  const made = new Map<string, string>();
  for (const one of all) {
    const body = bodyFor(ctx, one, actor, journal, made);
    const text = JSON.stringify(body);
    const bytes = utf8(text);
    if (bytes.length > ENTRY_BODY_BYTES_MAX) throw new CoreError('too_much');
    journal.seq = body.seq;
    journal.hash = extend(journal.hash, body.seq, bytes);
    journal.hlc = body.hlc;
    const row = rowOf(one.item, body, text, journal.hash, one.private);
    tx.objectStore('outbox').add(row);
    tx.objectStore('hashes').put(journal.hash, [row.epoch, row.seq]);
    for (const file of one.files) written.blobs.push(await writeFile(tx, file, row, body.at));
    writeWizard(tx, one.item);
    written.rows.push(row);
    written.saved.push({ id: row.id, epoch: row.epoch, seq: row.seq, hash: row.hash, at: body.at });
  }
  meta.put(journal, 'journal');
  return written;
}

/** The body of the next entry. `made`: records that earlier entries of the same step make. */
function bodyFor(
  ctx: Context,
  { item, files, private: parts }: Prepared,
  actor: Actor,
  journal: JournalState,
  made: Map<string, string>,
): EntryBody {
  const { deps, replica } = ctx;
  const now = deps.now();
  const body: EntryBody = {
    id: uuid7(now, randomBytes(deps, 10)),
    epoch: journal.epoch,
    seq: journal.seq + 1,
    nonce: [...randomBytes(deps, 16)].map((byte) => byte.toString(16).padStart(2, '0')).join(''),
    action: item.action,
    v: ruleOf(item.action)?.v ?? 1,
    args: item.args as unknown as Record<string, unknown>,
    actor: actor.person,
    auth: actor.auth,
    at: isoOf(now),
    zone: deps.zone(),
    mono: Math.round(deps.mono() - ctx.startedMono),
    boot: ctx.boot,
    skew: ctx.skewMs.get(),
    hlc: tick(journal.hlc, now),
    app: deps.app,
    gate: actor.gate,
    seen: {},
    needs: [],
    blobs: files.map((file) => file.ref),
    private: parts.map(sha256Hex),
    geo: null,
  };
  const needs = new Set(item.extra?.needs ?? []);
  const effects = effectsOf(body, ctx.device.device, replica.lookup);
  for (const one of [...effects, ...(item.extra?.seen ?? [])]) {
    const seen = replica.version(one.kind, one.id);
    if (seen !== undefined) body.seen[one.id] = seen;
  }
  for (const effect of effects) {
    const maker = made.get(keyOf(effect.kind, effect.id)) ?? replica.madeBy(effect.kind, effect.id);
    if (maker) needs.add(maker);
    else if (effect.create && body.seen[effect.id] === undefined)
      made.set(keyOf(effect.kind, effect.id), body.id);
  }
  body.needs = [...needs].slice(0, ENTRY_NEEDS_MAX);
  return body;
}

function rowOf(item: NewEntry, body: EntryBody, text: string, hash: string, parts: Bytes[]): OutboxRow {
  const handover = body.args.handover_id ?? body.args.transfer_id;
  return {
    epoch: body.epoch,
    seq: body.seq,
    id: body.id,
    hash,
    body: text,
    private: parts.map(base64),
    label: item.extra?.label ?? item.action,
    handover: typeof handover === 'string' ? handover : null,
    outcome: null,
    proven: false,
  };
}

async function writeFile(
  tx: IDBTransaction,
  { ref, bytes, preview }: Prepared['files'][number],
  entry: OutboxRow,
  at: string,
): Promise<BlobRow> {
  const known = await got<BlobRow | undefined>(tx.objectStore('blobs').get(ref.sha256));
  const row: BlobRow = {
    ...ref,
    priority: Math.min(PRIORITY[ref.role], known?.priority ?? 9),
    state: 'pending',
    epoch: entry.epoch,
    seq: entry.seq,
    at,
    handover: entry.handover,
    label: entry.label,
    sent: 0,
    upload: null,
    problem: null,
  };
  tx.objectStore('blobs').put(row);
  tx.objectStore('bytes').put(bytes, ref.sha256);
  if (preview) tx.objectStore('previews').put(preview);
  return row;
}

function wizardOver(item: NewEntry): string | null {
  const handover = (item.args as { handover_id?: unknown }).handover_id;
  return item.extra?.wizard === null && typeof handover === 'string' ? handover : null;
}

function writeWizard(tx: IDBTransaction, item: NewEntry): void {
  const over = wizardOver(item);
  if (over) tx.objectStore('wizards').delete(over);
  else if (item.extra?.wizard) tx.objectStore('wizards').put(item.extra.wizard);
}

/** The wizards' list after these entries, as the transaction left it. */
function stepped(wizards: readonly WizardState[], items: readonly NewEntry[]): readonly WizardState[] {
  let list = wizards;
  for (const item of items) {
    const step = item.extra?.wizard;
    const gone = wizardOver(item) ?? step?.handover;
    if (gone === undefined) continue;
    list = list.filter((wizard) => wizard.handover !== gone);
    if (step) list = [...list, step];
  }
  return list;
}
