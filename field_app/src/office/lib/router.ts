/**
 * Addresses of the office's pages: `#/board`, `#/handovers/<id>`, `#/devices/<tab>/<id>`, `#/conflicts/<tab>/<id>`, and the pages of
 * one device: `#/devices/<tab>/<id>/quarantine`, `…/report`; all others `#/<page>/<what the page itself reads>`. Pure.
 *
 * Neighbours: `route.svelte.ts` keeps the current one; `../pages.ts` says what stands on the plain pages; every link is made by
 * `href`. Invariant: parsing never fails; what is not an address of a page is the board.
 */
export const DEVICE_TABS = ['all', 'invites', 'incidents'] as const;
export const CONFLICT_TABS = ['open', 'done', 'waiting', 'incidents'] as const;
export type ConflictTab = (typeof CONFLICT_TABS)[number];
export type DeviceTab = (typeof DEVICE_TABS)[number];

/** What a device has a page of its own for. */
export const DEVICE_VIEWS = ['quarantine', 'report'] as const;
export type DeviceView = (typeof DEVICE_VIEWS)[number];

/** Pages that read the rest of their address themselves. */
export const PLAIN_PAGES = [
  'todos',
  'assets',
  'customers',
  'rentals',
  'sheets',
  'faults',
  'labels',
  'audit',
  'people',
  'settings',
  'planning',
] as const;
export type PlainPage = (typeof PLAIN_PAGES)[number];

const PATH_PARTS_MAX = 4;

export type Route =
  | { page: 'board' }
  | { page: 'handovers'; id: string | null }
  | { page: 'devices'; tab: DeviceTab; id: string | null; view?: DeviceView }
  | { page: 'conflicts'; tab: ConflictTab; id: string | null }
  | { page: PlainPage; path: readonly string[] };

export type Page = Route['page'];

const ID = /^[0-9a-f-]{8,64}$/i;

function idOf(text: string | undefined): string | null {
  return text !== undefined && ID.test(text) ? text : null;
}

/** The page a hash names. */
export function parse(hash: string): Route {
  const parts = hash.replace(/^#?\/?/, '').split('/');
  const [page, second, third, fourth] = parts;
  if (page === 'handovers') {
    return { page, id: idOf(second) };
  }
  if (page === 'conflicts') {
    const tab = CONFLICT_TABS.find((known) => known === second) ?? 'open';
    return { page, tab, id: idOf(third) };
  }
  if (page === 'devices') {
    const tab = DEVICE_TABS.find((known) => known === second) ?? 'all';
    const id = idOf(third);
    const view = DEVICE_VIEWS.find((known) => known === fourth);
    return id !== null && view !== undefined ? { page, tab, id, view } : { page, tab, id };
  }
  const plain = PLAIN_PAGES.find((known) => known === page);
  if (plain !== undefined) {
    const path = parts.slice(1, 1 + PATH_PARTS_MAX).filter((part) => part !== '');
    return { page: plain, path: path.map(decoded) };
  }
  return { page: 'board' };
}

/** The address of a page. */
export function href(route: Route): string {
  if (route.page === 'handovers') {
    return route.id === null ? '#/handovers' : `#/handovers/${route.id}`;
  }
  if (route.page === 'conflicts') {
    const base = `#/conflicts/${route.tab}`;
    return route.id === null ? base : `${base}/${route.id}`;
  }
  if (route.page === 'devices') {
    const base = `#/devices/${route.tab}`;
    if (route.id === null) return base;
    return route.view === undefined ? `${base}/${route.id}` : `${base}/${route.id}/${route.view}`;
  }
  if (route.page === 'board') return '#/board';
  return `#/${[route.page, ...route.path.map(encodeURIComponent)].join('/')}`;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The address of a plain page: `to('assets', id)`. */
export const to = (page: PlainPage, ...path: string[]): string => href({ page, path });

export const toHandover = (id: string): string => href({ page: 'handovers', id });
export const toDevice = (id: string | null, tab: DeviceTab = 'all'): string =>
  href({ page: 'devices', tab, id });
export const toDeviceView = (id: string, view: DeviceView): string =>
  href({ page: 'devices', tab: 'all', id, view });
