/**
 * Photos: the hash of the bytes as the browser first gave them, a small preview, and two measures of quality.
 *
 * Neighbours: `core.ts` offers `capture`; `outbox.ts` uses the hash. Invariants: the original bytes are never re-encoded;
 * decoding happens off the main thread (createImageBitmap), measuring on a copy of at most MEASURE_EDGE pixels.
 */

import { bytesToHex } from '@noble/hashes/utils.js';
import { PREVIEW_EDGE_PX } from '../generated/limits';
import { sha256Hex } from './chain';
import type { Deps } from './deps';
import { CoreError } from './problems';
import type { Captured } from './types';

const MEASURE_EDGE = 384;
const PREVIEW_QUALITY = 0.8;

const hashes = new WeakMap<Blob, string>();

/** SHA-256 of a file's bytes; remembered per Blob object, whose bytes cannot change. */
export async function hashOf(deps: Pick<Deps, 'crypto'>, blob: Blob, bytes: ArrayBuffer): Promise<string> {
  const known = hashes.get(blob);
  if (known) return known;
  const hash = deps.crypto.subtle
    ? bytesToHex(new Uint8Array(await deps.crypto.subtle.digest('SHA-256', bytes)))
    : sha256Hex(new Uint8Array(bytes));
  hashes.set(blob, hash);
  return hash;
}

/** Hashes, decodes, shrinks and measures a photo. CoreError `not_an_image` when it cannot be decoded. */
export async function capture(deps: Pick<Deps, 'crypto'>, blob: Blob): Promise<Captured> {
  const sha256 = await hashOf(deps, blob, await blob.arrayBuffer());
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(blob, { imageOrientation: 'from-image' });
  } catch (fault) {
    throw new CoreError('not_an_image', { fault: String(fault) });
  }
  try {
    const { width, height } = bitmap;
    const preview = await drawn(bitmap, PREVIEW_EDGE_PX).blob();
    const { pixels } = drawn(bitmap, MEASURE_EDGE);
    const measured = measure(pixels());
    return { sha256, width, height, preview, ...measured };
  } finally {
    bitmap.close();
  }
}

interface Drawn {
  blob(): Promise<Blob>;
  pixels(): ImageData;
}

/** The picture drawn with its longer edge at most `edge` pixels. */
function drawn(bitmap: ImageBitmap, edge: number): Drawn {
  const scale = Math.min(1, edge / Math.max(bitmap.width, bitmap.height));
  const width = Math.max(1, Math.round(bitmap.width * scale));
  const height = Math.max(1, Math.round(bitmap.height * scale));
  if ('OffscreenCanvas' in globalThis) {
    const canvas = new OffscreenCanvas(width, height);
    const pen = canvas.getContext('2d');
    pen?.drawImage(bitmap, 0, 0, width, height);
    return {
      blob: () => canvas.convertToBlob({ type: 'image/jpeg', quality: PREVIEW_QUALITY }),
      pixels: () => (pen as OffscreenCanvasRenderingContext2D).getImageData(0, 0, width, height),
    };
  }
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const pen = canvas.getContext('2d');
  pen?.drawImage(bitmap, 0, 0, width, height);
  return {
    blob: () =>
      new Promise((resolve, reject) =>
        canvas.toBlob(
          (made) => (made ? resolve(made) : reject(new CoreError('not_an_image'))),
          'image/jpeg',
          PREVIEW_QUALITY,
        ),
      ),
    pixels: () => (pen as CanvasRenderingContext2D).getImageData(0, 0, width, height),
  };
}

/**
 * Sharpness: variance of the 4-neighbour Laplacian of the luma (Pech-Pacheco et al., 2000). Brightness: mean luma, 0–255
 * (ITU-R BT.601 weights).
 */
export function measure(image: { data: ArrayLike<number>; width: number; height: number }): {
  sharpness: number;
  brightness: number;
} {
  const { data, width, height } = image;
  const luma = new Float32Array(width * height);
  let total = 0;
  for (let at = 0; at < luma.length; at++) {
    const value =
      0.299 * (data[4 * at] ?? 0) + 0.587 * (data[4 * at + 1] ?? 0) + 0.114 * (data[4 * at + 2] ?? 0);
    luma[at] = value;
    total += value;
  }
  let sum = 0;
  let squares = 0;
  let count = 0;
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const at = y * width + x;
      const around =
        (luma[at - 1] ?? 0) + (luma[at + 1] ?? 0) + (luma[at - width] ?? 0) + (luma[at + width] ?? 0);
      const edge = around - 4 * (luma[at] ?? 0);
      sum += edge;
      squares += edge * edge;
      count += 1;
    }
  }
  const mean = count ? sum / count : 0;
  const round = (value: number): number => Math.round(value * 10) / 10;
  return {
    sharpness: round(count ? squares / count - mean * mean : 0),
    brightness: round(luma.length ? total / luma.length : 0),
  };
}
