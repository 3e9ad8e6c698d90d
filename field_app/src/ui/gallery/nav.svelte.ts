/** The gallery's sample navigation of the office. */
import { t } from '$i18n/office';
import type { NavGroup } from '../nav';

export const nav = (): NavGroup[] => [
  {
    id: 'today',
    text: t('nav.today'),
    items: [
      { id: 'board', text: t('office.board'), icon: 'board' as const },
      {
        id: 'approvals',
        text: t('office.approvals'),
        icon: 'inbox' as const,
        count: 4,
        tone: 'signal' as const,
      },
      { id: 'assets', text: t('office.assets'), icon: 'truck' as const },
      { id: 'customers', text: t('office.customers'), icon: 'users' as const },
      { id: 'rentals', text: t('office.rentals'), icon: 'rental' as const },
      { id: 'repairs', text: t('office.repairs'), icon: 'wrench' as const },
      {
        id: 'conflicts',
        text: t('office.conflicts'),
        icon: 'conflict' as const,
        count: 1,
        tone: 'stop' as const,
      },
      { id: 'devices', text: t('office.devices'), icon: 'device' as const },
    ],
  },
];
