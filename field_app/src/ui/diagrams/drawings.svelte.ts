/**
 * The drawings there are, each fetched when it is first needed.
 *
 * Neighbours: `diagram.ts` says what a drawing is; `schemas/records/assets.py` names the codes a pack may have. Invariants: a code
 * nobody knows, and a part of the app that cannot be had, is no drawing (null), never an error; a drawing once fetched stays.
 */
import { type Drawing, partOf } from './diagram';

const SOURCES: Readonly<Record<string, () => Promise<{ default: unknown }>>> = {
  van: () => import('./van.json'),
  car: () => import('./car.json'),
  truck: () => import('./truck.json'),
  kit: () => import('./kit.json'),
  machine: () => import('./machine.json'),
};

/** Codes of all drawings, in the order they are offered. */
export const DIAGRAMS: readonly string[] = Object.keys(SOURCES);

let fetched: Readonly<Record<string, Drawing>> = $state.raw({});
const asked = new Map<string, Promise<Drawing | null>>();

/** Fetches a drawing; null: there is none by this code, or it cannot be had now. */
export function fetchDrawing(code: string): Promise<Drawing | null> {
  const source = SOURCES[code];
  if (source === undefined) return Promise.resolve(null);
  const before = asked.get(code);
  if (before !== undefined) return before;
  const coming = source().then(
    (found) => {
      const drawing = found.default as Drawing;
      fetched = { ...fetched, [code]: drawing };
      return drawing;
    },
    () => {
      asked.delete(code);
      return null;
    },
  );
  asked.set(code, coming);
  return coming;
}

/** A drawing if it is here; else it is asked for, and whoever looks is told when it comes. */
export function drawing(code: string | null | undefined): Drawing | null {
  if (!code) return null;
  const found = fetched[code];
  if (found === undefined && !asked.has(code)) void fetchDrawing(code);
  return found ?? null;
}

/** Where a damage is, as its record says it; `diagram`: the drawing it was pinned on, if that was said. */
export interface Pinned {
  view: string;
  part: string;
  diagram?: string | null | undefined;
}

/** The drawing a damage was pinned on: its own, else the pack's. */
export function drawingOf(pinned: Pick<Pinned, 'diagram'>, packs: string | null | undefined): Drawing | null {
  return drawing(pinned.diagram ?? packs);
}

/** How a damaged part is called; null when no drawing knows it. */
export function partName(pinned: Pinned, packs: string | null | undefined, lang: 'zh' | 'en'): string | null {
  return partOf(drawingOf(pinned, packs), pinned.view, pinned.part)?.[lang] ?? null;
}
