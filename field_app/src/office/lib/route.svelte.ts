/**
 * Where the office stands: the address bar's hash as a rune.
 *
 * Neighbour: `router.ts` (pure). Invariant: `replace` leaves no step behind in the history.
 */
import { href, parse, type Route } from './router';

class Place {
  current = $state.raw<Route>({ page: 'board' });

  /** Follow the address bar; returns the way to stop. */
  follow(): () => void {
    const read = (): void => {
      this.current = parse(location.hash);
    };
    read();
    window.addEventListener('hashchange', read);
    return () => window.removeEventListener('hashchange', read);
  }

  go(route: Route): void {
    location.hash = href(route);
  }

  replace(route: Route): void {
    history.replaceState(null, '', href(route));
    this.current = route;
  }
}

export const place = new Place();
