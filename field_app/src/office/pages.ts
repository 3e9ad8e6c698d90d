/**
 * The office's plain pages: what each is called, its icon, who sees it, what stands on it.
 *
 * Neighbours: `navigation.ts` sorts them into the navigation's groups, `Shell.svelte` draws the page; `lib/router.ts` names the addresses. Invariants: a page
 * stands here once it works · one that nobody's role may read is not shown to them (the server decides again).
 */
import type { Component } from 'svelte';
import { t } from '$i18n/office';
import type { IconName } from '$ui/icons';
import Assets from './assets/Assets.svelte';
import Audit from './audit/Audit.svelte';
import Customers from './customers/Customers.svelte';
import Faults from './faults/Faults.svelte';
import Labels from './labels/Labels.svelte';
import type { OfficeData } from './lib/data.svelte';
import { may } from './lib/may';
import type { PlainPage } from './lib/router';
import { waitsForMe } from './lib/todos';
import People from './people/People.svelte';
import Planning from './planning/Planning.svelte';
import Rentals from './rentals/Rentals.svelte';
import Settings from './settings/Settings.svelte';
import Sheets from './sheets/Sheets.svelte';
import Todos from './todos/Todos.svelte';

export interface OfficePage {
  id: PlainPage;
  text: () => string;
  icon: IconName;
  /** Gets what stands behind the page's name in the address. */
  component: Component<{ path: readonly string[] }>;
  /** Work that waits here: shown in the navigation. */
  count?: (data: OfficeData) => number;
  tone?: 'signal' | 'stop';
  /** Absent: everybody who works in the office. */
  sees?: (roles: readonly string[]) => boolean;
}

/** Their place in the navigation is `navigation.ts`'s. */
export const PAGES: readonly OfficePage[] = [
  { id: 'rentals', text: () => t('office.rentals'), icon: 'rental', component: Rentals },
  { id: 'customers', text: () => t('office.customers'), icon: 'users', component: Customers },
  { id: 'planning', text: () => t('plan.title'), icon: 'calendar', component: Planning },
  { id: 'assets', text: () => t('office.assets'), icon: 'truck', component: Assets },
  {
    id: 'todos',
    text: () => t('todos.title'),
    icon: 'list',
    component: Todos,
    count: (data) => {
      const me = { person: data.status.person?.id, roles: data.roles };
      return data.list('todo').current.filter((one) => data.inDepot(one) && waitsForMe(one, me)).length;
    },
  },
  {
    id: 'faults',
    text: () => t('faults.title'),
    icon: 'wrench',
    component: Faults,
    count: (data) =>
      data.list('fault').current.filter((one) => one.state === 'open' && data.inDepot(one)).length,
    tone: 'signal',
  },
  { id: 'labels', text: () => t('labels.title'), icon: 'qr', component: Labels },
  {
    id: 'sheets',
    text: () => t('sheets.title'),
    icon: 'file',
    component: Sheets,
    sees: (roles) => may(roles, 'read.sheets'),
  },
  {
    id: 'audit',
    text: () => t('audit.title'),
    icon: 'shield',
    component: Audit,
    sees: (roles) => may(roles, 'read.trail'),
  },
  { id: 'people', text: () => t('office.people'), icon: 'user', component: People },
  { id: 'settings', text: () => t('office.settings'), icon: 'settings', component: Settings },
];
