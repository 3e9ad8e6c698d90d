/**
 * What of a signature travels as private parts: the signer's name and phone, and the strokes. Pure but for TextEncoder.
 *
 * Neighbours: SignaturePad gives strokes in 0..1000 of its width and of its height; schemas/actions/signatures.py wants both axes
 * in thousandths of the width. Invariant: a private part never exceeds the wire's bound; too many points are thinned evenly.
 */
import { PRIVATE_PART_BYTES_MAX, SIGNATURE_POINTS_MAX, SIGNATURE_STROKES_MAX } from '$generated/limits';
import type { Stroke } from '$ui/signature';

const encoder = new TextEncoder();

/** Strokes with y in thousandths of the width. `height` over `width` of the pad in any unit. */
export function toWidth(strokes: readonly Stroke[], width: number, height: number): Stroke[] {
  const ratio = width > 0 ? height / width : 1;
  return strokes.map((stroke) => stroke.map(([x, y, t]) => [x, Math.round(y * ratio), t]));
}

function thinned(strokes: readonly Stroke[]): Stroke[] {
  return strokes.map((stroke) => stroke.filter((_, at) => at % 2 === 0 || at === stroke.length - 1));
}

function points(strokes: readonly Stroke[]): number {
  return strokes.reduce((sum, stroke) => sum + stroke.length, 0);
}

/** `{"strokes": …}` as bytes within the bounds of the wire. */
export function strokesPart(strokes: readonly Stroke[]): Uint8Array {
  let kept: Stroke[] = strokes.slice(0, SIGNATURE_STROKES_MAX);
  let bytes = encoder.encode(JSON.stringify({ strokes: kept }));
  while (bytes.byteLength > PRIVATE_PART_BYTES_MAX || points(kept) > SIGNATURE_POINTS_MAX) {
    const fewer = thinned(kept);
    kept = points(fewer) < points(kept) ? fewer : kept.slice(0, Math.floor(kept.length / 2));
    bytes = encoder.encode(JSON.stringify({ strokes: kept }));
  }
  return bytes;
}

/** `{"name", "phone"}` as bytes. */
export function signerPart(name: string, phone: string): Uint8Array {
  return encoder.encode(
    JSON.stringify({ name: name.trim().slice(0, 200), phone: phone.trim().slice(0, 40) }),
  );
}
