/**
 * Which part of a drawing a finger means. Pure.
 *
 * Neighbours: Diagram.svelte asks. Invariant: what is smaller than a fingertip is met by a fingertip beside it.
 */
import type { DrawnPart, DrawnView } from './diagram';

/** What one finger covers, in px. */
export const FINGER_PX = 48;

type Point = readonly [number, number];

const known = new Map<string, readonly Point[]>();

/** SVG points as numbers; parsed once. */
function corners(polygon: string): readonly Point[] {
  const before = known.get(polygon);
  if (before !== undefined) return before;
  const points = polygon.split(' ').map((pair): Point => {
    const [x = 0, y = 0] = pair.split(',').map(Number);
    return [x, y];
  });
  known.set(polygon, points);
  return points;
}

/** True when a point lies inside SVG points. */
export function inside(polygon: string, x: number, y: number): boolean {
  const points = corners(polygon);
  let within = false;
  let [bx, by] = points[points.length - 1] ?? [0, 0];
  for (const [ax, ay] of points) {
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) within = !within;
    [bx, by] = [ax, ay];
  }
  return within;
}

/** How far a point lies from the outline, with each axis measured by its own px per thousandth. */
function away(points: readonly Point[], x: number, y: number, scale: Point): number {
  const [sx, sy] = scale;
  let least = Number.POSITIVE_INFINITY;
  let [bx, by] = points[points.length - 1] ?? [0, 0];
  for (const [ax, ay] of points) {
    const [dx, dy] = [(ax - bx) * sx, (ay - by) * sy];
    const [px, py] = [(x - bx) * sx, (y - by) * sy];
    const length = dx * dx + dy * dy;
    const along = length === 0 ? 0 : Math.max(0, Math.min(1, (px * dx + py * dy) / length));
    least = Math.min(least, Math.hypot(px - along * dx, py - along * dy));
    [bx, by] = [ax, ay];
  }
  return least;
}

/** What a part lacks of a fingertip on every side, in px; 0: it is large enough. `scale`: px per thousandth of width and height. */
export function reachOf(part: DrawnPart, scale: Point): number {
  const points = corners(part.polygon);
  const [xs, ys] = [points.map(([x]) => x * scale[0]), points.map(([, y]) => y * scale[1])];
  const least = Math.min(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys));
  return Math.max(0, (FINGER_PX - least) / 2);
}

/**
 * The part a touch means: of the small ones within reach the one that lacks most of a fingertip there, else the topmost the touch
 * lies in, else the nearest within half a fingertip; none far from all. `scale` as in `reachOf`.
 */
export function partNear(view: DrawnView, x: number, y: number, scale: Point): DrawnPart | undefined {
  const near = view.parts.map((part, order) => {
    const within = inside(part.polygon, x, y);
    const px = within ? 0 : away(corners(part.polygon), x, y, scale);
    const reach = reachOf(part, scale);
    return { part, order, within, reach, px, lack: px - reach * 0.5 };
  });
  const small = near
    .filter((each) => each.reach > 0 && each.px <= each.reach)
    .sort((a, b) => a.lack - b.lack || b.order - a.order)[0];
  const under = near.findLast((each) => each.within);
  const beside = near.filter((each) => each.px <= FINGER_PX / 2).sort((a, b) => a.px - b.px)[0];
  return (small ?? under ?? beside)?.part;
}
