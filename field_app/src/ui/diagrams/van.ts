/**
 * The van as line art: five views, their strokes, and the parts a damage can be pinned to.
 *
 * Neighbours: VanDiagram.svelte draws it; van.json and parts.json are written by `python -m server.demo.drawing.export`
 * from the outlines the demo's photos are painted with, so a pin lies at the same place in both.
 * Invariants: shapes are in units of a width of 1000 and `height`; parts, pins and picks are in 0..1000 of both axes.
 */
import partsJson from './parts.json';
import vanJson from './van.json';

export const VAN_VIEWS = ['front', 'left', 'right', 'rear', 'top'] as const;
export type VanView = (typeof VAN_VIEWS)[number];

/** One stroke: `weight` 2 is an outline, 1 a detail; roles name what it is. */
export interface VanShape {
  role: string;
  weight: number;
  d: string;
}

export interface VanDrawing {
  height: number;
  shapes: VanShape[];
}

/** One part of one view; `polygon` as SVG points, `x` and `y` its centre. */
export interface VanPart {
  id: string;
  view: string;
  zh: string;
  en: string;
  x: number;
  y: number;
  polygon: string;
}

/** A pin: `label` is what stands in it (its number); `mine` is one just being placed. */
export interface DiagramPin {
  id: string;
  x: number;
  y: number;
  label: string;
  tone: 'old' | 'new' | 'mine';
}

/** What a touch on the diagram means. */
export interface DiagramPick {
  view: VanView;
  part: string;
  x: number;
  y: number;
}

export const VAN: Record<VanView, VanDrawing> = vanJson;
export const PARTS: readonly VanPart[] = partsJson;

/** The parts of a view, later ones lying above earlier ones. */
export function partsOf(view: VanView): VanPart[] {
  return PARTS.filter((part) => part.view === view);
}

/** The name of a part, or its id when it is not one of the van's. */
export function partName(view: string, id: string, lang: 'zh' | 'en'): string {
  const found = PARTS.find((part) => part.view === view && part.id === id);
  return found === undefined ? id : found[lang];
}

/** True when a point lies inside SVG points. */
export function inside(polygon: string, x: number, y: number): boolean {
  const points = polygon.split(' ').map((pair) => pair.split(',').map(Number));
  let within = false;
  let [bx, by] = points[points.length - 1] ?? [0, 0];
  for (const [ax = 0, ay = 0] of points) {
    const [px = 0, py = 0] = [bx, by];
    if (ay > y !== py > y && x < ((px - ax) * (y - ay)) / (py - ay) + ax) {
      within = !within;
    }
    [bx, by] = [ax, ay];
  }
  return within;
}

/** The topmost part at a point, if any. */
export function partAt(view: VanView, x: number, y: number): VanPart | undefined {
  return partsOf(view).findLast((part) => inside(part.polygon, x, y));
}
