/**
 * The world as the core sees it: clock, randomness, network, store, locks — all given, so that tests can give others.
 *
 * Neighbours: `core.ts` takes a `Deps`; `browserDeps` is the real one. Invariant: no other file of the core (but `kept.ts` and
 * `media.ts`, which decodes pictures) touches a global of the browser.
 */
import type { Bytes } from './bytes';
import { type Kept, keptHere } from './kept';

export type Timer = ReturnType<typeof setTimeout>;

/** The part of a BroadcastChannel the core uses. */
export interface Channel {
  postMessage(message: unknown): void;
  onmessage: ((event: MessageEvent) => void) | null;
  close(): void;
}

/** The part of a WebSocket the core uses. */
export interface Socket {
  onopen: ((event: Event) => void) | null;
  onmessage: ((event: MessageEvent) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
  onerror: ((event: Event) => void) | null;
  close(): void;
}

export interface Deps {
  fetch: (url: string, init: RequestInit) => Promise<Response>;
  indexedDB: IDBFactory;
  crypto: Crypto;
  /** ms since 1970, as the device believes. */
  now(): number;
  /** ms since some fixed moment of this run; never jumps. */
  mono(): number;
  /** 0 ≤ x < 1, for jitter. */
  random(): number;
  setTimeout(run: () => void, ms: number): Timer;
  clearTimeout(timer: Timer): void;
  /** null: no locks here, this is the only tab. */
  locks: LockManager | null;
  channel: ((name: string) => Channel) | null;
  socket: ((url: string) => Socket) | null;
  storage: StorageManager | null;
  /** Where screens keep small choices beside the store. */
  kept: readonly Kept[];
  /** Calls back with true when the page is hidden, false when it is seen again. */
  onVisibility(run: (hidden: boolean) => void): () => void;
  /** Calls back when the platform believes that a network came. Only a hint to try: it is never asked whether there is one. */
  onOnline(run: () => void): () => void;
  /** Asks for a newer version of the app; `Core.offerUpdate` is called when there is one. */
  lookForUpdate(): void;
  objectUrl: { make(blob: Blob): string; drop(url: string): void };
  /** '' or an origin: what stands before `/api/v1/…`. */
  base: string;
  socketBase: string;
  zone(): string;
  app: string;
  platform: string;
}

/** The browser itself. `app`: the version of this build. */
export function browserDeps(app: string): Deps {
  return {
    fetch: (url, init) => fetch(url, init),
    indexedDB,
    crypto,
    now: () => Date.now(),
    mono: () => performance.now(),
    random: () => Math.random(),
    setTimeout: (run, ms) => setTimeout(run, ms),
    clearTimeout: (timer) => clearTimeout(timer),
    locks: navigator.locks ?? null,
    channel: 'BroadcastChannel' in globalThis ? (name) => new BroadcastChannel(name) : null,
    socket: (url) => new WebSocket(url),
    storage: navigator.storage ?? null,
    kept: keptHere(),
    onVisibility(run) {
      const tell = (): void => run(document.visibilityState === 'hidden');
      document.addEventListener('visibilitychange', tell);
      return () => document.removeEventListener('visibilitychange', tell);
    },
    onOnline(run) {
      window.addEventListener('online', run);
      return () => window.removeEventListener('online', run);
    },
    lookForUpdate() {
      const asked = navigator.serviceWorker?.getRegistration().then((found) => found?.update());
      asked?.catch(() => undefined); // asked again with the next answer
    },
    objectUrl: { make: (blob) => URL.createObjectURL(blob), drop: (url) => URL.revokeObjectURL(url) },
    base: '',
    socketBase: location.origin.replace(/^http/, 'ws'),
    zone: () => Intl.DateTimeFormat().resolvedOptions().timeZone,
    app,
    platform: navigator.userAgent.slice(0, 200),
  };
}

export function randomBytes(deps: Pick<Deps, 'crypto'>, length: number): Bytes {
  return deps.crypto.getRandomValues(new Uint8Array(length));
}

export const isoOf = (ms: number): string => new Date(ms).toISOString();
