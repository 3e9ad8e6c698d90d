/**
 * What is done to a picture's pixels: a small preview, two measures of quality, a copy with words under it.
 *
 * Neighbours: `media.worker.ts` runs this beside the screen, `media.ts` on the screen's own thread where a worker cannot draw.
 * Invariants: the bytes given are only read; drawing measures on a copy of at most MEASURE_EDGE pixels; a bitmap is closed.
 */
import { PREVIEW_EDGE_PX } from '../generated/limits';

const MEASURE_EDGE = 384;
const PREVIEW_QUALITY = 0.8;
/** The longer edge of a copy that is given away. */
const COPY_EDGE = 2560;
const COPY_QUALITY = 0.88;

/** What a picture comes to. Sizes in pixels; sharpness and brightness as `measure` gives them. */
export interface Examined {
  width: number;
  height: number;
  preview: Blob;
  sharpness: number;
  brightness: number;
}

type Canvas = OffscreenCanvas | HTMLCanvasElement;
type Pen = OffscreenCanvasRenderingContext2D | CanvasRenderingContext2D;

/** Decodes upright, shrinks and measures. Rejects when it cannot be decoded. */
export async function examine(blob: Blob): Promise<Examined> {
  const bitmap = await createImageBitmap(blob, { imageOrientation: 'from-image' });
  try {
    const { width, height } = bitmap;
    const small = drawn(bitmap, PREVIEW_EDGE_PX);
    const preview = await jpeg(small.canvas, PREVIEW_QUALITY);
    // Measured on the original's pixels, not on the preview's: shrinking twice would flatter a blurred one.
    const { pen, canvas } = drawn(bitmap, MEASURE_EDGE);
    return { width, height, preview, ...measure(pen.getImageData(0, 0, canvas.width, canvas.height)) };
  } finally {
    bitmap.close();
  }
}

/** A copy as JPEG with the lines on a band under the picture; nothing of what the file says of itself goes along. */
export async function stamp(blob: Blob, lines: readonly string[]): Promise<Blob> {
  const bitmap = await createImageBitmap(blob, { imageOrientation: 'from-image' });
  try {
    const { width, height } = fitted(bitmap, COPY_EDGE);
    const text = Math.max(14, Math.round(Math.min(width, height) / 26));
    const wrapped = lines.filter((line) => line !== '');
    const band = Math.round(text * 1.5 * wrapped.length + text);
    const [canvas, pen] = sheet(width, height + band);
    pen.drawImage(bitmap, 0, 0, width, height);
    pen.fillStyle = '#10201d';
    pen.fillRect(0, height, width, band);
    pen.fillStyle = '#f5f7f4';
    pen.textBaseline = 'top';
    wrapped.forEach((line, at) => {
      pen.font = `${at === 0 ? 700 : 400} ${text}px "PingFang SC", "HarmonyOS Sans SC", "MiSans", "Noto Sans SC", sans-serif`;
      pen.fillText(line, text, height + text * (0.6 + 1.5 * at), width - 2 * text);
    });
    return await jpeg(canvas, COPY_QUALITY);
  } finally {
    bitmap.close();
  }
}

interface Size {
  width: number;
  height: number;
}

function fitted({ width, height }: Size, edge: number): Size {
  const scale = Math.min(1, edge / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** An empty canvas and its pen. Throws where nothing can be drawn. */
function sheet(width: number, height: number): [Canvas, Pen] {
  const canvas: Canvas =
    'OffscreenCanvas' in globalThis ? new OffscreenCanvas(width, height) : document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const pen = canvas.getContext('2d') as Pen | null;
  if (!pen) throw new TypeError('nothing can be drawn here');
  return [canvas, pen];
}

/** The picture drawn with its longer edge at most `edge` pixels. */
function drawn(bitmap: ImageBitmap, edge: number): { canvas: Canvas; pen: Pen } {
  const { width, height } = fitted(bitmap, edge);
  const [canvas, pen] = sheet(width, height);
  pen.drawImage(bitmap, 0, 0, width, height);
  return { canvas, pen };
}

function jpeg(canvas: Canvas, quality: number): Promise<Blob> {
  if ('convertToBlob' in canvas) return canvas.convertToBlob({ type: 'image/jpeg', quality });
  return new Promise((resolve, reject) =>
    canvas.toBlob(
      (made) => (made ? resolve(made) : reject(new TypeError('the canvas gave no picture'))),
      'image/jpeg',
      quality,
    ),
  );
}

/**
 * Sharpness: variance of the 4-neighbour Laplacian of the luma (Pech-Pacheco et al., 2000). Brightness: mean luma, 0–255
 * (ITU-R BT.601 weights).
 */
export function measure(image: { data: ArrayLike<number>; width: number; height: number }): {
  sharpness: number;
  brightness: number;
} {
  const luma = lumaOf(image);
  const round = (value: number): number => Math.round(value * 10) / 10;
  return {
    sharpness: round(sharpnessOf(luma, image.width, image.height)),
    brightness: round(luma.length ? luma.reduce((sum, value) => sum + value, 0) / luma.length : 0),
  };
}

/** The luma of every pixel, 0–255. */
export function lumaOf({ data, width, height }: { data: ArrayLike<number> } & Size): Float32Array {
  const luma = new Float32Array(width * height);
  for (let at = 0; at < luma.length; at++) {
    luma[at] =
      0.299 * (data[4 * at] ?? 0) + 0.587 * (data[4 * at + 1] ?? 0) + 0.114 * (data[4 * at + 2] ?? 0);
  }
  return luma;
}

/** Variance of the Laplacian. */
export function sharpnessOf(luma: ArrayLike<number>, width: number, height: number): number {
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
  return count ? squares / count - mean * mean : 0;
}
