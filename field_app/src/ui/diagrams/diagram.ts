/**
 * What a drawing is.
 *
 * Neighbours: Diagram.svelte draws it; `touch.ts` says which part a finger means; `drawings.svelte.ts` fetches the one that is needed;
 * the `.json` beside this are written by `python -m server.demo.drawing.export`. Pure.
 * Invariant: lines are in units of a width of 1000 and `height`; parts, pins and picks are in 0..1000 of both axes.
 */
export type LineKind = 'solid' | 'open' | 'glass' | 'lamp' | 'wheel';

/** One stroke: `weight` 2 is an outline, 1 a detail. */
export interface DrawnLine {
  kind: LineKind;
  weight: number;
  d: string;
}

/** One part of one view; `polygon` as SVG points, `x` and `y` a point inside it. */
export interface DrawnPart {
  id: string;
  zh: string;
  en: string;
  x: number;
  y: number;
  polygon: string;
}

/** One side of a thing. `ground`: where it stands; `share`: how much of the room it takes, in hundredths. */
export interface DrawnView {
  id: string;
  zh: string;
  en: string;
  height: number;
  ground: number | null;
  share: number;
  lines: DrawnLine[];
  parts: DrawnPart[];
}

export interface Drawing {
  code: string;
  zh: string;
  en: string;
  views: DrawnView[];
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
  view: string;
  part: string;
  x: number;
  y: number;
}

export function viewOf(drawing: Drawing | null, view: string): DrawnView | undefined {
  return drawing?.views.find((each) => each.id === view);
}

export function partOf(drawing: Drawing | null, view: string, part: string): DrawnPart | undefined {
  return viewOf(drawing, view)?.parts.find((each) => each.id === part);
}

/** Whether a damage can be pinned on this drawing: a part of it by that name, in that view. */
export function isPlaced(drawing: Drawing | null, at: { view: string; part: string }): boolean {
  return partOf(drawing, at.view, at.part) !== undefined;
}
