/**
 * Several tabs, one journal: one tab leads the synchronisation, all tell each other what they committed.
 *
 * Neighbours: `core.ts`. Invariants: the lead is a Web Lock, so it passes on by itself when a tab dies; saving needs no lead
 * (IndexedDB orders the transactions).
 */
import type { Told } from './context';
import type { Channel, Deps } from './deps';

/** Waits for the lead, calls `lead` once it is here; the returned function gives it up. */
export function seekLead(deps: Deps, name: string, lead: () => void): () => void {
  if (!deps.locks) {
    lead();
    return () => undefined;
  }
  const abort = new AbortController();
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  deps.locks
    .request(name, { signal: abort.signal }, () => {
      lead();
      return held;
    })
    .catch(() => undefined); // given up while waiting
  return () => {
    abort.abort();
    release();
  };
}

/** What this tab tells the others and hears from them. */
export class Bus {
  private readonly channel: Channel | null;

  constructor(deps: Deps, name: string, hear: (message: Told) => void) {
    this.channel = deps.channel?.(name) ?? null;
    if (this.channel) this.channel.onmessage = (event) => hear(event.data as Told);
  }

  tell(message: Told): void {
    this.channel?.postMessage(message);
  }

  close(): void {
    this.channel?.close();
  }
}
