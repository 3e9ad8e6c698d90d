/**
 * Room on the device: ask to keep it, show what is left, refuse a new photo rather than risk an old one.
 *
 * Neighbours: `outbox.ts` asks before a save with files; `core.ts` shows the estimate. Invariant: a platform that says nothing
 * is believed to have room — the transaction itself still fails whole when it has not.
 */
import type { Deps } from './deps';
import { CoreError } from './problems';

/** Kept free beside a new file: the journal must always be able to go on. Bytes. */
export const RESERVE_BYTES = 8 * 1024 * 1024;

export interface StorageState {
  used: number;
  quota: number;
  persisted: boolean;
}

/** Bytes used and granted; null where the platform does not say. */
export async function estimate(deps: Deps): Promise<StorageState | null> {
  try {
    const found = await deps.storage?.estimate();
    if (found?.quota === undefined || found.usage === undefined) return null;
    const persisted = (await deps.storage?.persisted?.()) ?? false;
    return { used: Math.round(found.usage), quota: Math.round(found.quota), persisted };
  } catch {
    return null; // private windows refuse to answer
  }
}

/** Asks the platform not to clear this app's data. */
export async function askToPersist(deps: Deps): Promise<boolean> {
  try {
    return (await deps.storage?.persist?.()) ?? false;
  } catch {
    return false;
  }
}

/** CoreError `device_full` when so many bytes more would eat into the reserve. */
export async function refuseWithoutRoom(deps: Deps, bytes: number): Promise<void> {
  if (bytes === 0) return;
  const state = await estimate(deps);
  if (state && state.quota - state.used < bytes + RESERVE_BYTES) {
    throw new CoreError('device_full', { left: Math.max(0, state.quota - state.used), needed: bytes });
  }
}
