/** The automatic shutter over made-up films: what is taken by itself, and what never is. */
import { describe, expect, test } from 'vitest';
import { AutoShutter, FIRST_HOLD_MS, type Frame, HOLD_MS, LOOK_MS, type Word } from './autoshutter';

const WIDTH = 128;
const HEIGHT = 72;
const FIRST = Math.ceil(FIRST_HOLD_MS / LOOK_MS) + 2;
const NEXT = Math.ceil(HOLD_MS / LOOK_MS) + 2;

type Scene = (x: number, y: number) => number;

/** A view of its own for each number: large shapes with sharp edges. */
const view =
  (number: number): Scene =>
  (x, y) => {
    const shape =
      Math.sin((x + 31 * number) / (13 + number)) + Math.cos((y - 17 * number) / (9 + (number % 3)));
    return shape > 0 ? 170 : 70;
  };

const plain: Scene = () => 120;

class Film {
  readonly auto = new AutoShutter();
  readonly words: Word[] = [];
  at = 0;

  /** Shows frames; takes what the shutter wants, and gives how many it took. */
  show(frames: number, scene: (frame: number) => Scene): number {
    let taken = 0;
    for (let number = 0; number < frames; number++) {
      this.at += LOOK_MS;
      const { word, progress } = this.auto.see(this.frame(scene(number)));
      this.words.push(word);
      expect(progress).toBeGreaterThanOrEqual(0);
      expect(progress).toBeLessThanOrEqual(1);
      if (word !== 'fire') continue;
      taken += 1;
      this.auto.taken();
    }
    return taken;
  }

  private frame(scene: Scene): Frame {
    const luma = new Float32Array(WIDTH * HEIGHT);
    for (let y = 0; y < HEIGHT; y++)
      for (let x = 0; x < WIDTH; x++) luma[y * WIDTH + x] = Math.min(255, Math.max(0, scene(x, y)));
    return { at: this.at, luma, width: WIDTH, height: HEIGHT };
  }
}

const moved =
  (scene: Scene, by: number): Scene =>
  (x, y) =>
    scene(x + by, y + by / 3);

describe('the automatic shutter', () => {
  test('takes a view held still, once', () => {
    const film = new Film();
    expect(film.show(FIRST, () => view(1))).toBe(1);
    expect(film.show(50, () => view(1))).toBe(0);
    expect(film.words.at(-1)).toBe('same');
  });

  test('takes each view of a walk that stops at each', () => {
    const film = new Film();
    let taken = film.show(FIRST, () => view(1));
    for (const number of [2, 3, 4, 5, 6, 7, 8]) {
      expect(film.show(5, (frame) => moved(view(number), 12 * (5 - frame)))).toBe(0);
      taken += film.show(NEXT, () => view(number));
    }
    expect(taken).toBe(8);
  });

  test('waits as long as the picture moves, also slowly', () => {
    const film = new Film();
    expect(film.show(40, (frame) => moved(view(2), 9 * frame))).toBe(0);
    expect(new Set(film.words)).toEqual(new Set(['moving']));
    const pan = new Film();
    pan.show(FIRST, () => view(1));
    // A little at a time: no two frames differ much, but the hold's first and its last do.
    expect(pan.show(30, (frame) => moved(view(4), 1.5 * frame))).toBe(0);
  });

  test('lets a hand tremble', () => {
    const film = new Film();
    expect(film.show(FIRST, (frame) => moved(view(3), frame % 2 ? 0.4 : -0.4))).toBe(1);
  });

  test('takes nothing in the dark, and goes on when light comes', () => {
    const film = new Film();
    const dark =
      (scene: Scene): Scene =>
      (x, y) =>
        scene(x, y) / 16;
    expect(film.show(30, () => dark(view(1)))).toBe(0);
    expect(film.words.at(-1)).toBe('dark');
    expect(film.show(FIRST, () => view(1))).toBe(1);
  });

  test('takes nothing without a sharp edge in it', () => {
    const film = new Film();
    expect(film.show(30, () => plain)).toBe(0);
    expect(film.words.at(-1)).toBe('blurred');
  });

  test('flickering light is no movement, and re-lighting the same view is no new one', () => {
    const film = new Film();
    const lit =
      (scene: Scene, by: number): Scene =>
      (x, y) =>
        scene(x, y) + by;
    expect(film.show(FIRST, (frame) => lit(view(5), frame % 2 ? 12 : -12))).toBe(1);
    expect(film.show(40, (frame) => lit(view(5), 25 + (frame % 2 ? 9 : -9)))).toBe(0);
  });

  test('a step to the side is not another view; a shot that did not count may be taken again', () => {
    const film = new Film();
    expect(film.show(FIRST, () => view(1))).toBe(1);
    expect(film.show(20, () => moved(view(1), 2))).toBe(0);
    film.auto.again();
    expect(film.show(FIRST, () => moved(view(1), 2))).toBe(1);
  });

  test('somebody who walks through the picture starts the hold anew', () => {
    const film = new Film();
    film.show(FIRST, () => view(1));
    const passer =
      (scene: Scene, at: number): Scene =>
      (x, y) =>
        x > at && x < at + 40 ? 20 : scene(x, y);
    const before = NEXT - 4;
    expect(film.show(before, () => view(2))).toBe(0);
    expect(film.show(4, (frame) => passer(view(2), 30 * frame))).toBe(0);
    expect(film.show(2, () => view(2))).toBe(0);
    expect(film.show(NEXT, () => view(2))).toBe(1);
  });

  test('a hold does not outlast a gap in which nobody looked', () => {
    const film = new Film();
    film.show(FIRST, () => view(1));
    film.show(3, () => view(2));
    film.at += 60_000;
    expect(film.show(2, () => view(2))).toBe(0);
  });

  test('a shot by hand counts as the last one', () => {
    const film = new Film();
    film.show(2, () => view(6));
    film.auto.taken();
    expect(film.show(40, () => view(6))).toBe(0);
    expect(film.show(NEXT + 1, () => view(7))).toBe(1);
  });
});
