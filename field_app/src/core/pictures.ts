/**
 * Pictures for the screens: local bytes first, then the kept preview, then the server.
 *
 * Neighbours: `core.ts` offers `blobUrl` and `prefetch`; `outbox.ts` lets previews go where a new original needs their room.
 * Invariants: object URLs and kept previews are bounded; what is kept can be fetched again, and is kept only where there is room to
 * spare; a picture that cannot be had is null, never a rejection.
 */
import type { Context } from './context';
import { type BlobRow, got, type PreviewRow } from './db';
import { CHUNK_MS } from './http';
import { hasSpare } from './storage';

const URLS_MAX = 300;
export const PREVIEWS_MAX = 800;

export class Pictures {
  private readonly urls = new Map<string, string>();
  private readonly asked = new Map<string, Promise<string | null>>();

  async url(ctx: Context, sha256: string, size: 'preview' | 'original'): Promise<string | null> {
    const key = `${size}/${sha256}`;
    const known = this.urls.get(key);
    if (known) return known;
    const asked = this.asked.get(key) ?? this.make(ctx, sha256, size, key);
    this.asked.set(key, asked);
    try {
      return await asked;
    } finally {
      this.asked.delete(key);
    }
  }

  drop(ctx: Context): void {
    for (const url of this.urls.values()) ctx.deps.objectUrl.drop(url);
    this.urls.clear();
  }

  private async make(
    ctx: Context,
    sha256: string,
    size: 'preview' | 'original',
    key: string,
  ): Promise<string | null> {
    try {
      const blob = size === 'preview' ? await previewOf(ctx, sha256) : await originalOf(ctx, sha256);
      if (!blob) return null;
      const url = ctx.deps.objectUrl.make(blob);
      this.urls.set(key, url);
      const oldest = this.urls.entries().next().value;
      if (this.urls.size > URLS_MAX && oldest) {
        this.urls.delete(oldest[0]);
        ctx.deps.objectUrl.drop(oldest[1]);
      }
      return url;
    } catch {
      return null; // offline, not ours, or gone: the screen shows that there is no picture
    }
  }
}

async function localOf(ctx: Context, sha256: string): Promise<Blob | null> {
  const bytes = await ctx.db.get<ArrayBuffer>('bytes', sha256);
  if (!bytes) return null;
  const row = await ctx.db.get<BlobRow>('blobs', sha256);
  return new Blob([bytes], { type: row?.type ?? 'application/octet-stream' });
}

/** The whole file from here or from the server, else its preview; null or a rejection when nobody has it now. */
export async function bestOf(ctx: Context, sha256: string): Promise<Blob | null> {
  try {
    return await originalOf(ctx, sha256);
  } catch {
    return previewOf(ctx, sha256);
  }
}

async function originalOf(ctx: Context, sha256: string): Promise<Blob | null> {
  return (await localOf(ctx, sha256)) ?? fetched(ctx, `/api/v1/blobs/${sha256}`);
}

async function previewOf(ctx: Context, sha256: string): Promise<Blob | null> {
  const kept = await ctx.db.get<PreviewRow>('previews', sha256);
  if (kept) return new Blob([kept.bytes], { type: kept.type });
  return (await localOf(ctx, sha256)) ?? keepPreview(ctx, sha256);
}

async function fetched(ctx: Context, path: string): Promise<Blob> {
  const response = await ctx.http.ask({ method: 'GET', path, timeoutMs: CHUNK_MS });
  const type = response.headers.get('Content-Type') ?? 'application/octet-stream';
  return new Blob([await response.arrayBuffer()], { type });
}

async function keepPreview(ctx: Context, sha256: string): Promise<Blob> {
  const blob = await fetched(ctx, `/api/v1/blobs/${sha256}/preview`);
  if (!(await hasSpare(ctx.deps))) return blob;
  const row: PreviewRow = { sha256, bytes: await blob.arrayBuffer(), type: blob.type, at: ctx.deps.now() };
  await ctx.db.write(['previews'], async (tx) => {
    tx.objectStore('previews').put(row);
  });
  return blob;
}

/** Keeps previews for offline use; one that cannot be had is left for the next time. */
export async function prefetch(ctx: Context, shas: readonly string[]): Promise<void> {
  for (const sha256 of new Set(shas)) {
    try {
      if (await hasSpare(ctx.deps)) await previewOf(ctx, sha256);
    } catch {
      // not now
    }
  }
}

/** Drops the oldest kept previews beyond the bound, but never one whose original has not left. */
export async function prunePreviews(ctx: Context): Promise<void> {
  await ctx.db.write(['previews', 'blobs'], async (tx) => {
    const previews = tx.objectStore('previews');
    if ((await got(previews.count())) <= PREVIEWS_MAX) return;
    const here = new Set(await got(tx.objectStore('blobs').getAllKeys()));
    const rows = (await got<PreviewRow[]>(previews.getAll())).filter((row) => !here.has(row.sha256));
    rows.sort((a, b) => b.at - a.at);
    for (const row of rows.slice(PREVIEWS_MAX)) previews.delete(row.sha256);
  });
}

/** Drops kept previews whose original is not here, the oldest first, until so many bytes are gone; gives how many went. */
export async function letPreviewsGo(ctx: Context, bytes: number): Promise<number> {
  return ctx.db.write(['previews', 'blobs'], async (tx) => {
    const previews = tx.objectStore('previews');
    const here = new Set(await got(tx.objectStore('blobs').getAllKeys()));
    const rows = (await got<PreviewRow[]>(previews.getAll())).filter((row) => !here.has(row.sha256));
    rows.sort((a, b) => a.at - b.at);
    let gone = 0;
    for (const row of rows) {
      if (gone >= bytes) break;
      gone += row.bytes.byteLength;
      previews.delete(row.sha256);
    }
    return gone;
  });
}
