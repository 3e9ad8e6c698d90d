/**
 * The sections of the settings, each with an address of its own: `#/settings/<id>`.
 *
 * Neighbour: `Settings.svelte` shows them as tabs. Invariant: a section stands here once it works.
 */
import type { Component } from 'svelte';
import { t } from '$i18n/office';
import { may } from '../lib/may';
import AlertRules from './AlertRules.svelte';
import ContractTexts from './ContractTexts.svelte';
import CustomFields from './CustomFields.svelte';
import Depots from './Depots.svelte';
import GatePolicy from './GatePolicy.svelte';
import GateRules from './GateRules.svelte';
import Outbox from './Outbox.svelte';
import OwnNotices from './OwnNotices.svelte';
import Packs from './Packs.svelte';
import PlanFigures from './PlanFigures.svelte';
import PricePlans from './PricePlans.svelte';

export interface SettingsSection {
  id: string;
  text: () => string;
  component: Component;
  /** Absent: everybody who works in the office may look. */
  sees?: (roles: readonly string[]) => boolean;
}

export const SECTIONS: readonly SettingsSection[] = [
  { id: 'depots', text: () => t('depots.title'), component: Depots },
  { id: 'packs', text: () => t('packs.title'), component: Packs },
  { id: 'upload', text: () => t('policy.title'), component: GatePolicy },
  { id: 'gate', text: () => t('leavingRule.title'), component: GateRules },
  { id: 'prices', text: () => t('price.title'), component: PricePlans },
  { id: 'texts', text: () => t('clause.title'), component: ContractTexts },
  { id: 'fields', text: () => t('custom.title'), component: CustomFields },
  { id: 'planning', text: () => t('planFigures.title'), component: PlanFigures },
  { id: 'alerts', text: () => t('alerts.title'), component: AlertRules },
  { id: 'notices', text: () => t('notices.title'), component: OwnNotices },
  {
    id: 'outbox',
    text: () => t('outbox.tab'),
    component: Outbox,
    sees: (roles) => may(roles, 'read.outbox'),
  },
];
