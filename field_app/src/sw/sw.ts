/**
 * The service worker: the app's files, whole and of one version, so that it opens without a network.
 *
 * Neighbours: `vite/precache.ts` writes the list; `register.ts` in the page asks for the change to a new version.
 * Invariants: records never pass here (anything under `/api/`, `/healthz` or another origin is left alone); a new version waits until the
 * page says that the moment is quiet, because a reload in the middle of a capture would be felt.
 */
import { clientsClaim } from 'workbox-core';
import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute } from 'workbox-precaching';
import { NavigationRoute, registerRoute } from 'workbox-routing';

declare const self: ServiceWorkerGlobalScope;
declare const __PRECACHE__: { url: string; revision: string | null }[];

const SERVER_ONLY = [/^\/api\//, /^\/healthz/, /^\/metrics/, /^\/schema/, /\.[a-z0-9]+$/];

cleanupOutdatedCaches();
precacheAndRoute(__PRECACHE__, { cleanURLs: false });
registerRoute(
  new NavigationRoute(createHandlerBoundToURL('/office/'), {
    allowlist: [/^\/office(\/|$)/],
    denylist: SERVER_ONLY,
  }),
);
registerRoute(new NavigationRoute(createHandlerBoundToURL('/'), { denylist: SERVER_ONLY }));

// The first load must already work offline, lazily loaded parts included, without a second visit.
clientsClaim();

self.addEventListener('message', (event) => {
  const message: unknown = event.data;
  if (
    typeof message === 'object' &&
    message !== null &&
    'type' in message &&
    message.type === 'SKIP_WAITING'
  ) {
    void self.skipWaiting();
  }
});
