/**
 * Whether a shot is good enough to be evidence. Pure.
 *
 * Neighbours: `core.capture` measures (variance of the Laplacian, mean brightness 0–255); shots.ts asks. The bounds are low on
 * purpose: a refusal on the spot must be right, and a person may override it with a reason.
 */
export type Flaw = 'blurred' | 'dark';

/** At 384 px: sharp shots measure above 150, a blur of 8 px of 1280 under 8; a dial in a dark cabin has a mean of 29. */
export const SHARPNESS_MIN = 12;
export const BRIGHTNESS_MIN = 16;

export function flawOf(shot: { sharpness: number; brightness: number }): Flaw | null {
  if (shot.brightness < BRIGHTNESS_MIN) return 'dark';
  return shot.sharpness < SHARPNESS_MIN ? 'blurred' : null;
}
