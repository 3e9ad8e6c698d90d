/**
 * Files on their way up: tus 1.0 (creation, checksum), resumed after any cut, one at a time, the weightiest evidence first.
 *
 * Neighbours: `loop.ts` runs the lane, `apply.ts` lets bytes go when a receipt allows it. Invariants: bytes are only read
 * here, never dropped; the server's offset is the truth; what it examined and rejected stays listed with its reason; one file
 * that fails never holds up the others. The protocol is spoken here and by no library, since the core's own time limits, renewal and
 * store are needed at every request.
 */
import { bytesToHex } from '@noble/hashes/utils.js';
import { BLOB_CHUNK_BYTES } from '../generated/limits';
import { base64, utf8 } from './bytes';
import { type Context, entryOf, heldEntries } from './context';
import { type BlobRow, got } from './db';
import { CHUNK_MS, problemIn, SHORT_MS } from './http';
import { CoreError, problem, problemOf } from './problems';
import type { Problem } from './types';

const ENDPOINT = '/api/v1/blobs';
const CHUNK_BYTES_MIN = 64 * 1024;
/** Answers in a row that bring a file no further before it waits for the next round. */
const STALLS_MAX = 4;
const TUS = { 'Tus-Resumable': '1.0.0' };

/** The server has looked at the whole file (or its kind) and will not have it: sending it again changes nothing. */
const FINAL = new Set<string>([
  'blob_not_an_image',
  'blob_not_sound',
  'blob_too_many_pixels',
  'blob_type_refused',
  'blob_too_large',
]);

export interface Lane {
  progress(blob: BlobRow, sent: number): void;
  signal: AbortSignal;
}

/** The next file to send: the server has its entry (proven, or held beyond a gap), the smallest priority first, then the order of capture. */
export function nextBlob(ctx: Context, skip: ReadonlySet<string>): BlobRow | null {
  const proven = ctx.proven.get();
  const held = heldEntries(ctx);
  const ready = ctx.blobs.get().filter((blob) => {
    const covered = proven !== null && (blob.epoch < proven.epoch || blob.seq <= proven.n);
    const there = covered || held.has(entryOf(blob));
    return there && (blob.state === 'pending' || blob.state === 'uploading') && !skip.has(blob.sha256);
  });
  ready.sort((a, b) => a.priority - b.priority || a.epoch - b.epoch || a.seq - b.seq);
  return ready[0] ?? null;
}

/** Sends one file to its end. Resolves when the server is done with it, well or ill; CoreError to try again later. */
export async function upload(ctx: Context, blob: BlobRow, lane: Lane): Promise<'done' | 'rejected'> {
  const bytes = await ctx.db.get<ArrayBuffer>('bytes', blob.sha256);
  if (!bytes || (await digestOf(ctx, bytes)) !== blob.sha256) {
    // The store damaged it: nothing to send; the office sees it missing, the person sees it here.
    await change(ctx, blob.sha256, { state: 'rejected', problem: problem('blob_changed') });
    return 'rejected';
  }
  try {
    await change(ctx, blob.sha256, { state: 'uploading', problem: null });
    await new Upload(ctx, blob, bytes, lane).run();
    await change(ctx, blob.sha256, { state: 'done', sent: blob.size });
    return 'done';
  } catch (fault) {
    const why = problemOf(fault, 'server_away');
    if (FINAL.has(why.code)) {
      await change(ctx, blob.sha256, { state: 'rejected', problem: why });
      return 'rejected';
    }
    await change(ctx, blob.sha256, { state: 'pending', problem: why });
    throw fault;
  }
}

async function digestOf(ctx: Context, bytes: ArrayBuffer): Promise<string> {
  return bytesToHex(new Uint8Array(await ctx.deps.crypto.subtle.digest('SHA-256', bytes)));
}

class Upload {
  private readonly ctx: Context;
  private readonly blob: BlobRow;
  private readonly bytes: ArrayBuffer;
  private readonly lane: Lane;
  private chunkBytes = BLOB_CHUNK_BYTES;
  private url: string | null;
  private offset = 0;
  /** The server has answered a PATCH at the very end: only then has it put the whole together and looked at it. */
  private confirmed = false;

  constructor(ctx: Context, blob: BlobRow, bytes: ArrayBuffer, lane: Lane) {
    this.ctx = ctx;
    this.blob = blob;
    this.bytes = bytes;
    this.lane = lane;
    this.url = blob.upload;
  }

  async run(): Promise<void> {
    if (this.url) await this.find();
    for (let stalls = 0; stalls < STALLS_MAX; ) {
      const before = this.offset;
      if (!this.url) {
        await this.create();
      } else {
        this.lane.progress(this.blob, this.offset);
        await this.patch(this.url);
        await change(this.ctx, this.blob.sha256, { sent: this.offset });
      }
      if (this.confirmed) {
        this.lane.progress(this.blob, this.offset);
        return;
      }
      stalls = this.offset > before ? 0 : stalls + 1;
    }
    throw new CoreError('server_away', { sha256: this.blob.sha256, offset: this.offset });
  }

  private async create(): Promise<void> {
    const response = await this.ctx.http.ask({
      method: 'POST',
      path: ENDPOINT,
      headers: {
        ...TUS,
        'Upload-Length': String(this.bytes.byteLength),
        'Upload-Metadata': `sha256 ${base64(utf8(this.blob.sha256))},type ${base64(utf8(this.blob.type))}`,
      },
      timeoutMs: SHORT_MS,
      signal: this.lane.signal,
    });
    const location = response.headers.get('Location');
    if (!location) throw new CoreError('answer_unreadable');
    this.url = new URL(location, 'http://relative').pathname;
    this.offset = offsetIn(response) ?? 0;
    await change(this.ctx, this.blob.sha256, { upload: this.url });
  }

  /** Where the server is. An upload it no longer knows starts anew. */
  private async find(): Promise<void> {
    const response = await this.ctx.http.ask({
      method: 'HEAD',
      path: this.url ?? '',
      headers: TUS,
      timeoutMs: SHORT_MS,
      signal: this.lane.signal,
      accept: [404, 410],
    });
    const offset = offsetIn(response);
    if (!response.ok || offset === null) this.url = null;
    this.offset = offset ?? 0;
  }

  private async patch(url: string): Promise<void> {
    const chunk = this.bytes.slice(this.offset, this.offset + this.chunkBytes);
    const digest = await this.ctx.deps.crypto.subtle.digest('SHA-256', chunk);
    let response: Response;
    try {
      response = await this.ctx.http.ask({
        method: 'PATCH',
        path: url,
        headers: {
          ...TUS,
          'Content-Type': 'application/offset+octet-stream',
          'Upload-Offset': String(this.offset),
          'Upload-Checksum': `sha256 ${base64(new Uint8Array(digest))}`,
        },
        body: chunk,
        timeoutMs: CHUNK_MS,
        signal: this.lane.signal,
        accept: [404, 409, 410, 460],
      });
    } catch (fault) {
      // A chunk that does not fit the time is halved and tried again: a slow network still makes way.
      if (problemOf(fault, 'network').code !== 'server_away' || this.chunkBytes <= CHUNK_BYTES_MIN)
        throw fault;
      this.chunkBytes = Math.max(CHUNK_BYTES_MIN, this.chunkBytes / 2);
      return this.find();
    }
    await this.moved(response);
  }

  private async moved(response: Response): Promise<void> {
    if (response.ok || response.status === 409) {
      const offset = offsetIn(response);
      if (offset === null && response.ok) throw new CoreError('answer_unreadable');
      if (offset === null) return this.find();
      this.offset = offset;
      this.confirmed = response.ok && offset >= this.bytes.byteLength;
    } else if (response.status === 460) {
      const why = await problemIn(response);
      if (why.code === 'blob_hash_mismatch') this.restart();
    } else {
      this.restart();
    }
  }

  private restart(): void {
    this.url = null;
    this.offset = 0;
  }
}

function offsetIn(response: Response): number | null {
  const raw = response.headers.get('Upload-Offset');
  const offset = raw === null || raw === '' ? Number.NaN : Number(raw);
  return Number.isSafeInteger(offset) && offset >= 0 ? offset : null;
}

/** Changes some fields of a file's row, in the store and then in memory. */
async function change(
  ctx: Context,
  sha256: string,
  fields: Partial<Pick<BlobRow, 'state' | 'sent' | 'upload'>> & { problem?: Problem | null },
): Promise<void> {
  const row = await ctx.db.write(['blobs'], async (tx) => {
    const store = tx.objectStore('blobs');
    const known = await got<BlobRow | undefined>(store.get(sha256));
    if (!known) return null;
    const next: BlobRow = { ...known, ...fields };
    store.put(next);
    return next;
  });
  if (!row) return;
  ctx.blobs.update((blobs) => blobs.map((blob) => (blob.sha256 === sha256 ? row : blob)));
  ctx.tell({ what: 'outbox' });
}
