/** The shapes of a navigation in groups; `OfficeShell.svelte` draws it. */
import type { IconName } from './icons';

export interface NavItem {
  id: string;
  text: string;
  icon: IconName;
  href?: string;
  /** What waits there; 0 is not shown. */
  count?: number;
  /** A count that needs a hand stands out. */
  tone?: 'signal' | 'stop';
}

export interface NavGroup {
  id: string;
  text: string;
  items: NavItem[];
}

/** What fits under a thumb on a narrow screen; the rest is behind "more". */
const NARROW_MAX = 4;

/** The pages at the bottom of a narrow screen: those named in `front`; without it the first four. */
export function underThumb(
  all: readonly NavItem[],
  front: readonly string[] | undefined,
): readonly NavItem[] {
  const wanted = front === undefined ? all : front.flatMap((id) => all.find((item) => item.id === id) ?? []);
  return wanted.slice(0, NARROW_MAX);
}

/** The groups without the pages at the bottom, and without groups that have none left. */
export function behindMore(groups: readonly NavGroup[], under: readonly NavItem[]): readonly NavGroup[] {
  return groups
    .map((group) => ({ ...group, items: group.items.filter((item) => !under.includes(item)) }))
    .filter((group) => group.items.length > 0);
}
