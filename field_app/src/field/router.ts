/**
 * Which screen an address names: a small typed hash router. Pure but for `go`.
 *
 * Neighbours: `App.svelte` listens to the address and shows the screen. Invariants: an address that cannot be read is Today;
 * `#enrol=CODE` (what the office's QR code holds) is the one form without a slash.
 */

export type Route =
  | { name: 'today' }
  | { name: 'scan' }
  | { name: 'asset'; id: string }
  | { name: 'handover'; handover: string }
  | { name: 'walkin'; asset: string }
  | { name: 'handout'; asset: string }
  | { name: 'stock'; id: string }
  | { name: 'swap' | 'transfer'; asset: string }
  | { name: 'sync' }
  | { name: 'me' }
  | { name: 'enrol'; code: string };

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const CODE_CHARS_MAX = 40;
const TODAY: Route = { name: 'today' };

/** The route of `location.hash`, with or without its `#`. */
export function parse(hash: string): Route {
  const text = hash.replace(/^#/, '');
  if (text.startsWith('enrol=')) {
    return { name: 'enrol', code: decoded(text.slice('enrol='.length)).slice(0, CODE_CHARS_MAX) };
  }
  const [name, id = '', ...rest] = text.replace(/^\//, '').split('/');
  if (rest.length > 0) return TODAY;
  if (name === 'scan' || name === 'sync' || name === 'me') return id === '' ? { name } : TODAY;
  if (name === 'asset' && ID.test(id)) return { name, id };
  if (name === 'stock' && (id === '' || ID.test(id))) return { name, id };
  if (name === 'walkin' && (id === '' || ID.test(id))) return { name, asset: id };
  if ((name === 'swap' || name === 'handout' || name === 'transfer') && ID.test(id))
    return { name, asset: id };
  if (name === 'handover' && ID.test(id)) return { name, handover: id };
  return TODAY;
}

/** The address of a route. */
export function href(route: Route): string {
  if (route.name === 'enrol') return `#enrol=${encodeURIComponent(route.code)}`;
  if (route.name === 'asset') return `#/asset/${route.id}`;
  if (route.name === 'stock') return route.id === '' ? '#/stock' : `#/stock/${route.id}`;
  if (route.name === 'walkin') return route.asset === '' ? '#/walkin' : `#/walkin/${route.asset}`;
  if (route.name === 'swap' || route.name === 'handout' || route.name === 'transfer') {
    return `#/${route.name}/${route.asset}`;
  }
  if (route.name === 'handover') return `#/handover/${route.handover}`;
  return `#/${route.name}`;
}

/** Shows a route. `replace`: the way back does not lead here again. */
export function go(route: Route, replace = false): void {
  if (!replace) {
    location.hash = href(route);
    return;
  }
  history.replaceState(null, '', href(route));
  dispatchEvent(new HashChangeEvent('hashchange'));
}

/** Back where the person came from; Today when this was the first screen. */
export function back(): void {
  if (history.length > 1) history.back();
  else go(TODAY, true);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
