/**
 * Names and views of a pack's diagram: the van's drawing where the pack has it, else the shot list's places.
 *
 * Neighbours: src/ui/diagrams/van.ts; Damages.svelte and document.ts ask here. Invariant: nothing but the drawing is known by name.
 */
import type { RecordOf } from '$core';
import type { Lang } from '$i18n/translate';
import { partName, VAN_VIEWS, type VanView } from '$ui/diagrams/van';

type Pack = RecordOf<'pack'>;

export function hasVan(pack: Pick<Pack, 'diagram'>): boolean {
  return pack.diagram === 'van';
}

export function isVanView(view: string): view is VanView {
  return VAN_VIEWS.some((each) => each === view);
}

/** How a damaged part is called. */
export function partLabel(
  pack: Pick<Pack, 'diagram' | 'slots'>,
  view: string,
  part: string,
  lang: Lang,
): string {
  if (hasVan(pack)) return partName(view, part, lang);
  return pack.slots.find((slot) => slot.id === part)?.[lang] ?? part;
}

/** The slot whose photo shows a view. */
export function slotOfView(pack: Pick<Pack, 'slots'>, view: string): string | null {
  return pack.slots.find((slot) => slot.view === view)?.id ?? null;
}
