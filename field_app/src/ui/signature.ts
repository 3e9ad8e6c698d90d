/**
 * Strokes as they are recorded: points `[x, y, t_ms]`, x and y in 0..1000 of the pad's width and height, t from the first
 * point of the signature. Pure.
 *
 * Neighbour: SignaturePad.svelte. Invariant: independent of the screen's size, so that a signature is the same everywhere.
 */
export interface DrawnPoint {
  x: number;
  y: number;
  /** Milliseconds of any clock, the same for all points. */
  time: number;
}

export type Stroke = [x: number, y: number, tMs: number][];

const FULL = 1000;

function share(value: number, whole: number): number {
  return Math.min(FULL, Math.max(0, Math.round((value / whole) * FULL)));
}

/** Drawn points on a pad of `width` by `height` CSS pixels, as recorded strokes. Throws on a pad without size. */
export function toStrokes(
  drawn: readonly (readonly DrawnPoint[])[],
  width: number,
  height: number,
): Stroke[] {
  if (!(width > 0 && height > 0)) {
    throw new RangeError('a pad without size has no strokes');
  }
  const start = drawn[0]?.[0]?.time ?? 0;
  return drawn
    .filter((points) => points.length > 0)
    .map((points) =>
      points.map((p) => [share(p.x, width), share(p.y, height), Math.max(0, Math.round(p.time - start))]),
    );
}
