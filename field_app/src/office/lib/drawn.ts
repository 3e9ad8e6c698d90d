/**
 * Damages on the drawings they were pinned on, for the office's pages.
 *
 * Neighbours: DrawnViews.svelte shows them; `$ui/diagrams` has the drawings. Invariant: a damage is shown on its own drawing, also when
 * its pack has another one since.
 */
import type { RecordOf } from '$core/types';
import { locale } from '$i18n/office';
import { type DiagramPin, type DrawnView, isPlaced } from '$ui/diagrams/diagram';
import { drawing, drawingOf, partName } from '$ui/diagrams/drawings.svelte';

type Damage = RecordOf<'damage'>;
type Pack = Pick<RecordOf<'pack'>, 'diagram' | 'slots'>;

/** A damage with the number in its pin. */
export interface Numbered {
  damage: Damage;
  label: string;
  tone: 'old' | 'new';
}

/** One view with the pins that lie on it. */
export interface Seen {
  key: string;
  view: DrawnView;
  pins: DiagramPin[];
}

/** The views that show something; without any damage the two that show the pack's thing best. */
export function seenViews(damages: readonly Numbered[], pack: Pack | null): Seen[] {
  if (damages.length === 0) {
    const views = drawing(pack?.diagram)?.views ?? [];
    const sides = views.filter((view) => view.id === 'left' || view.id === 'right');
    return (sides.length > 0 ? sides : views.slice(0, 1)).map((view) => ({ key: view.id, view, pins: [] }));
  }
  const codes = [...new Set(damages.map(({ damage }) => damage.diagram ?? pack?.diagram))];
  return codes.flatMap((code) => {
    const drawn = drawing(code);
    const own = damages.filter(({ damage }) => (damage.diagram ?? pack?.diagram) === code);
    return (drawn?.views ?? []).flatMap((view) => {
      const here = own.filter(({ damage }) => damage.view === view.id && isPlaced(drawn, damage));
      if (here.length === 0) return [];
      const pins = here.map(({ damage: { id, x, y }, label, tone }) => ({ id, x, y, label, tone }));
      return [{ key: `${code}/${view.id}`, view, pins }];
    });
  });
}

/** How the place of a damage is called: the drawing's word, else the shot list's. */
export function placeName(damage: Damage, pack: Pack | null): string {
  const slot = pack?.slots.find((one) => one.id === damage.part);
  return partName(damage, pack?.diagram, locale.current) ?? slot?.[locale.current] ?? damage.part;
}

/** The name of the thing a damage was pinned on, when the pack has another drawing since. */
export function otherDrawing(damage: Damage, pack: Pack | null): string | null {
  if (!damage.diagram || damage.diagram === pack?.diagram) return null;
  return drawingOf(damage, null)?.[locale.current] ?? null;
}
