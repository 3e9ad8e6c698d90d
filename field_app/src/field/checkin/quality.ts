/**
 * Whether a shot is good enough to be evidence. Pure.
 *
 * Neighbours: `core.capture` measures (variance of the Laplacian, mean brightness 0–255); shots.ts asks. The bounds are low on
 * purpose: a refusal on the spot must be right, and a person may override it with a reason.
 */
export type Flaw = 'blurred' | 'dark';

/** Measured on the demo's and on phone pictures: sharp ones lie above 60, hand-shaken ones under 10. */
export const SHARPNESS_MIN = 12;
export const BRIGHTNESS_MIN = 28;

export function flawOf(shot: { sharpness: number; brightness: number }): Flaw | null {
  if (shot.brightness < BRIGHTNESS_MIN) return 'dark';
  return shot.sharpness < SHARPNESS_MIN ? 'blurred' : null;
}
