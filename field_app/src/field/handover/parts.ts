/**
 * Names and views of a pack's diagram: its drawing where this device has it, else the shot list's places.
 *
 * Neighbours: src/ui/diagrams; Damages.svelte and closing.ts ask here. Invariant: nothing but a drawing is known by name.
 */
import type { RecordOf } from '$core';
import type { Lang } from '$i18n/translate';
import { isPlaced } from '$ui/diagrams/diagram';
import { drawing, type Pinned, partName } from '$ui/diagrams/drawings.svelte';

type Pack = RecordOf<'pack'>;

/** How a damaged part is called. */
export function partLabel(pack: Pick<Pack, 'diagram' | 'slots'>, pinned: Pinned, lang: Lang): string {
  return (
    partName(pinned, pack.diagram, lang) ??
    pack.slots.find((slot) => slot.id === pinned.part)?.[lang] ??
    pinned.part
  );
}

/** Whether a damage was pinned on the drawing the pack has now. */
export function isOnDrawing(pack: Pick<Pack, 'diagram'>, pinned: Pinned): boolean {
  return (pinned.diagram ?? pack.diagram) === pack.diagram && isPlaced(drawing(pack.diagram), pinned);
}

/** The slot whose photo shows a view. */
export function slotOfView(pack: Pick<Pack, 'slots'>, view: string): string | null {
  return pack.slots.find((slot) => slot.view === view)?.id ?? null;
}
