/**
 * Fingers on the picture: two that part bring it nearer, one points at what is to be sharp. Pure.
 *
 * Neighbours: Viewfinder.svelte passes pointers on. Invariant: what ends a pinch is no touch.
 */
const APART_MIN_PX = 24;

interface Point {
  x: number;
  y: number;
}

export class Pinch {
  readonly #fingers = new Map<number, Point>();
  #from: { apart: number; zoom: number } | null = null;

  down(id: number, at: Point, zoom: number): void {
    this.#fingers.set(id, at);
    if (this.#fingers.size === 2) this.#from = { apart: Math.max(APART_MIN_PX, this.#apart()), zoom };
  }

  /** The zoom these fingers ask for; null: none. */
  move(id: number, at: Point): number | null {
    if (!this.#fingers.has(id)) return null;
    this.#fingers.set(id, at);
    return this.#from && this.#fingers.size === 2
      ? (this.#from.zoom * this.#apart()) / this.#from.apart
      : null;
  }

  up(id: number): void {
    this.#fingers.delete(id);
  }

  /** Whether the fingers that just left had pinched; asked once for each touch. */
  was(): boolean {
    const pinched = this.#from !== null;
    this.#from = null;
    return pinched;
  }

  #apart(): number {
    const [a, b] = [...this.#fingers.values()];
    return a && b ? Math.hypot(a.x - b.x, a.y - b.y) : 0;
  }
}

/** Where in a picture that is shown whole inside a box a touch lies, 0–1 from its left and top; null: beside it. */
export function pointIn(
  touch: Point,
  box: { left: number; top: number; width: number; height: number },
  picture: { width: number; height: number },
): Point | null {
  const scale = Math.min(box.width / picture.width, box.height / picture.height);
  const x = 0.5 + (touch.x - box.left - box.width / 2) / (picture.width * scale);
  const y = 0.5 + (touch.y - box.top - box.height / 2) / (picture.height * scale);
  return x >= 0 && x <= 1 && y >= 0 && y <= 1 ? { x, y } : null;
}
