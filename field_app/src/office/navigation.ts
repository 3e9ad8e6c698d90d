/**
 * The navigation of the office: its groups, which page stands in which, what waits on each, which four a thumb reaches first.
 *
 * Neighbours: `pages.ts` has the plain pages, `$ui/OfficeShell.svelte` draws this. Invariants: every page a person may see stands in
 * exactly one group (one that no group names comes last) · a group without a page is not shown · nothing of it is kept.
 */
import { t } from '$i18n/office';
import type { NavGroup, NavItem } from '$ui/nav';
import { groupHandovers } from './lib/board';
import { tabWithWork } from './lib/conflicts';
import type { OfficeData } from './lib/data.svelte';
import { href, type Page, type PlainPage, to } from './lib/router';
import { type OfficePage, PAGES } from './pages';

type GroupName = 'today' | 'field' | 'business' | 'running';

const GROUPS: Readonly<Record<GroupName, readonly Page[]>> = {
  today: ['board', 'todos', 'planning'],
  field: ['handovers', 'faults', 'conflicts'],
  business: ['rentals', 'customers', 'assets', 'labels'],
  running: ['people', 'devices', 'sheets', 'audit', 'settings'],
};

/** At the bottom of a phone, from left to right: what is asked on the move. */
export const FRONT: readonly Page[] = ['board', 'todos', 'handovers', 'rentals'];

/** The plain pages these roles see. */
export const pagesFor = (roles: readonly string[]): readonly OfficePage[] =>
  PAGES.filter((page) => page.sees?.(roles) ?? true);

/** The groups as this person sees them; `undecided`: entries without effect that wait for a word. */
export function navigation(data: OfficeData, undecided: number): readonly NavGroup[] {
  const items = new Map<Page, NavItem>(
    [...own(data, undecided), ...pagesFor(data.roles).map((page) => plain(page, data))].map((item) => [
      item.id as Page,
      item,
    ]),
  );
  const groups = (Object.keys(GROUPS) as GroupName[]).map((id) => {
    const found = GROUPS[id].flatMap((page) => items.get(page) ?? []);
    for (const item of found) items.delete(item.id as Page);
    return { id, text: t(`nav.${id}`), items: found };
  });
  const last = groups.at(-1);
  last?.items.push(...items.values());
  return groups.filter((group) => group.items.length > 0);
}

function plain(page: OfficePage, data: OfficeData): NavItem {
  const { id, icon, tone = 'signal' } = page;
  return { id, icon, tone, text: page.text(), href: to(id as PlainPage), count: page.count?.(data) ?? 0 };
}

/** The pages that have addresses of their own shape. */
function own(data: OfficeData, undecided: number): NavItem[] {
  const here = <T extends { depot_id: string }>(list: readonly T[]) =>
    list.filter((one) => data.inDepot(one));
  const open = (list: readonly { depot_id: string; state: string }[]) =>
    here(list).filter((one) => one.state === 'open').length;
  const conflicts = open(data.list('conflict').current);
  return [
    {
      id: 'board',
      text: t('office.board'),
      icon: 'board',
      href: href({ page: 'board' }),
      count: groupHandovers(here(data.list('handover').current), data.zone, data.now).now.length,
      tone: 'signal',
    },
    {
      id: 'handovers',
      text: t('office.handovers'),
      icon: 'transfer',
      href: href({ page: 'handovers', id: null }),
    },
    {
      id: 'conflicts',
      text: t('office.conflicts'),
      icon: 'conflict',
      href: href({ page: 'conflicts', tab: tabWithWork(conflicts, undecided), id: null }),
      count: conflicts + undecided,
      tone: 'stop',
    },
    {
      id: 'devices',
      text: t('office.devices'),
      icon: 'device',
      href: href({ page: 'devices', tab: 'all', id: null }),
      count: open(data.list('incident').current),
      tone: 'stop',
    },
  ];
}
