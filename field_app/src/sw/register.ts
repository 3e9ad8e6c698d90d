/**
 * The page's side of the service worker: start it, hear of a new version, change to it at a quiet moment.
 *
 * Neighbours: `sw.ts`; the field and office entries call `registerWorker` once. Invariant: the page is reloaded only after `apply` was
 * called here, never because another tab or a first installation changed the controller.
 */

/** A new version that is installed and waits. `apply` changes to it and reloads this page; call it when nothing is being captured. */
export interface WaitingUpdate {
  apply(): void;
}

/**
 * Starts the worker at `/sw.js`. `onWaiting` is called each time a new version is ready.
 * Resolves to false where there is no worker support (an insecure address): the app then works, but only online.
 */
export async function registerWorker(onWaiting: (update: WaitingUpdate) => void): Promise<boolean> {
  if (!('serviceWorker' in navigator)) return false;
  const registration = await navigator.serviceWorker.register('/sw.js', {
    scope: '/',
    updateViaCache: 'none',
  });
  const tell = (worker: ServiceWorker): void => onWaiting({ apply: () => changeTo(worker) });
  if (registration.waiting && navigator.serviceWorker.controller) tell(registration.waiting);
  registration.addEventListener('updatefound', () => {
    const worker = registration.installing;
    worker?.addEventListener('statechange', () => {
      // Without a controller this is the first installation: nothing old is running that could be replaced.
      if (worker.state === 'installed' && navigator.serviceWorker.controller) tell(worker);
    });
  });
  return true;
}

function changeTo(worker: ServiceWorker): void {
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
  worker.postMessage({ type: 'SKIP_WAITING' });
}
