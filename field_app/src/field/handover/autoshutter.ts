/**
 * When the shutter may release by itself: the picture is held still, sharp and bright enough, and shows something else than the
 * last shot did. Pure: frames in, a word out.
 *
 * Neighbours: `frames.ts` reads frames from the live picture, Viewfinder.svelte shows the word and obeys it; quality.ts judges
 * the shot itself afterwards. Invariants: no word depends on anything but the frames given and when they were seen · one hold gives one
 * shot · what is not clearly another view is never taken by itself.
 */
import { sharpnessOf } from '$core/imaging';
import { BRIGHTNESS_MIN } from './quality';

/** Side of the small picture that is looked at. Pixels; the height follows the camera's. */
export const FRAME_WIDTH = 128;
/** How often it is looked at. */
export const LOOK_MS = 200;
/** How long it must be held still. */
export const HOLD_MS = 700;
/** The same before the first shot, when there is nothing to differ from yet: time to get into place. */
export const FIRST_HOLD_MS = 1_500;
/** A pause in the frames longer than this ends a hold: nobody knows what was seen meanwhile. */
const GAP_MS = 900;

const COLUMNS = 16;
const ROWS = 12;
/** Mean difference of the cells, 0–255, up to which the picture counts as held still: a hand's own tremble gives 1–2. */
const STILL_MAX = 3.5;
/** One minus the correlation with the last shot, from which it is another view: the same view re-lit or a step aside gives under 0.2. */
const CHANGED_MIN = 0.28;
/** At 128 px; a moving or unfocused picture of anything gives under 20, a plain car door 40 and more. */
const SHARP_MIN = 14;

/** What is seen now. `luma`: row by row, 0–255. */
export interface Frame {
  at: number;
  luma: ArrayLike<number>;
  width: number;
  height: number;
}

/** `fire`: release now. The others say what is in the way, `hold` that nothing is. */
export type Word = 'fire' | 'hold' | 'moving' | 'dark' | 'blurred' | 'same';

export interface Seen {
  word: Word;
  /** 0–1: how much of the hold is over. */
  progress: number;
}

export class AutoShutter {
  #last: Float32Array | null = null;
  #lastAt = Number.NEGATIVE_INFINITY;
  /** The cells as the hold began: a slow pan moves away from them though no two frames differ much. */
  #from: Float32Array | null = null;
  #since = 0;
  /** The cells of the last shot. */
  #shot: Float32Array | null = null;

  /** One more frame. After `fire` the caller releases and says so by `taken`. */
  see(frame: Frame): Seen {
    const cells = cellsOf(frame);
    const still = this.#last !== null && this.#steady(cells, frame.at);
    this.#last = cells;
    this.#lastAt = frame.at;
    const why = this.#against(cells, frame, still);
    if (why !== null) {
      this.#from = null;
      return { word: why, progress: 0 };
    }
    if (this.#from === null) {
      this.#from = cells;
      this.#since = frame.at;
    }
    const hold = this.#shot === null ? FIRST_HOLD_MS : HOLD_MS;
    const progress = Math.min(1, (frame.at - this.#since) / hold);
    return { word: progress >= 1 ? 'fire' : 'hold', progress };
  }

  /** A shot was taken, by itself or by hand: what is seen now is not taken again. */
  taken(): void {
    this.#shot = this.#last;
    this.#from = null;
  }

  /** The last shot did not count: the same view may be taken again. */
  again(): void {
    this.#shot = null;
    this.#from = null;
  }

  #steady(cells: Float32Array, at: number): boolean {
    if (at - this.#lastAt > GAP_MS) return false;
    const near = (other: Float32Array | null): boolean =>
      other === null || (other.length === cells.length && difference(cells, other) <= STILL_MAX);
    return near(this.#last) && near(this.#from);
  }

  #against(cells: Float32Array, frame: Frame, still: boolean): Word | null {
    if (mean(cells) < BRIGHTNESS_MIN) return 'dark';
    if (!still) return 'moving';
    if (this.#shot !== null && unlike(cells, this.#shot) < CHANGED_MIN) return 'same';
    return sharpnessOf(frame.luma, frame.width, frame.height) < SHARP_MIN ? 'blurred' : null;
  }
}

/** Means of a grid of cells: small enough that a trembling hand does not count, large enough that a step does. */
function cellsOf({ luma, width, height }: Frame): Float32Array {
  const sums = new Float32Array(COLUMNS * ROWS);
  const counts = new Uint32Array(COLUMNS * ROWS);
  for (let y = 0; y < height; y++) {
    const row = Math.floor((y * ROWS) / height) * COLUMNS;
    for (let x = 0; x < width; x++) {
      const cell = row + Math.floor((x * COLUMNS) / width);
      sums[cell] = (sums[cell] ?? 0) + (luma[y * width + x] ?? 0);
      counts[cell] = (counts[cell] ?? 0) + 1;
    }
  }
  return sums.map((sum, cell) => sum / Math.max(1, counts[cell] ?? 1));
}

const mean = (cells: Float32Array): number => cells.reduce((sum, each) => sum + each, 0) / cells.length;

/** Mean difference of two pictures' cells once both are equally bright: flickering light is not movement. */
function difference(a: Float32Array, b: Float32Array): number {
  const shift = mean(a) - mean(b);
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += Math.abs((a[at] ?? 0) - (b[at] ?? 0) - shift);
  return sum / a.length;
}

/** One minus the correlation of two pictures' cells: 0 the same view, however lit; 1 nothing in common. */
function unlike(a: Float32Array, b: Float32Array): number {
  const [meanA, meanB] = [mean(a), mean(b)];
  let both = 0;
  let ofA = 0;
  let ofB = 0;
  for (let at = 0; at < a.length; at++) {
    const x = (a[at] ?? 0) - meanA;
    const y = (b[at] ?? 0) - meanB;
    both += x * y;
    ofA += x * x;
    ofB += y * y;
  }
  return ofA * ofB > 0 ? 1 - both / Math.sqrt(ofA * ofB) : 1;
}
