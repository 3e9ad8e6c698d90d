/**
 * Keeps a page where it is while a customer holds the device: back, another hash and closing do not lead away.
 *
 * Neighbours: CustomerMode.svelte holds it, the app's router listens to the same events and must not hear them meanwhile.
 * Invariant: after `release` everything is as before. A reload comes back because the wizard's state is stored.
 */
export function holdPage(): () => void {
  const here = location.href;
  history.pushState(history.state, '', here);

  function stay(event: Event): void {
    event.stopImmediatePropagation();
    // One entry is pushed for each that "back" takes away, so that it never runs out.
    if (event.type === 'popstate' || location.href !== here) {
      history.pushState(history.state, '', here);
    }
  }

  function ask(event: BeforeUnloadEvent): void {
    event.preventDefault();
  }

  window.addEventListener('popstate', stay, true);
  window.addEventListener('hashchange', stay, true);
  window.addEventListener('beforeunload', ask);
  return () => {
    window.removeEventListener('popstate', stay, true);
    window.removeEventListener('hashchange', stay, true);
    window.removeEventListener('beforeunload', ask);
  };
}
