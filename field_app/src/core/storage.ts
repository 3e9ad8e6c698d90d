/**
 * Room on the device: ask to keep it, show what is left, refuse a new photo rather than risk an old one.
 *
 * Neighbours: `outbox.ts` asks before a save with files; `core.ts` shows the estimate. Invariant: a platform that says nothing
 * is believed to have room — the transaction itself still fails whole when it has not.
 */
import type { Deps } from './deps';
import { CoreError } from './problems';
import type { OutboxItem } from './types';

/** Kept free beside a new file: the journal must always be able to go on. Bytes. */
export const RESERVE_BYTES = 8 * 1024 * 1024;

export interface StorageState {
  used: number;
  quota: number;
  persisted: boolean;
}

/** What was used when a write last found no room, whatever the platform had promised. */
const ceilings = new WeakMap<StorageManager, number>();

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

/** The same for a person: after a write that found no room nothing is left, until one does or clearly less is used. */
export async function estimateShown(deps: Deps): Promise<StorageState | null> {
  const state = await estimate(deps);
  const ceiling = deps.storage ? ceilings.get(deps.storage) : undefined;
  if (!state || ceiling === undefined || state.used <= ceiling - RESERVE_BYTES) return state;
  return { ...state, quota: state.used };
}

/** Whether a write just found room. Without, it is only said: the next one tries again, since room may have been made elsewhere. */
export async function noteRoom(deps: Deps, found: boolean): Promise<void> {
  if (!deps.storage) return;
  if (found) {
    ceilings.delete(deps.storage);
    return;
  }
  const state = await estimate(deps);
  if (state) ceilings.set(deps.storage, state.used);
}

/**
 * Whether the platform says what is left, or only a round figure beyond what is used (Chromium since 138, so that nobody can
 * tell devices apart by their disks): then nothing may be promised from it.
 */
export function saysWhatIsLeft({ used, quota }: Pick<StorageState, 'used' | 'quota'>): boolean {
  const left = quota - used;
  return left < GIB || left % GIB !== 0;
}

/** Asks the platform not to clear this app's data. */
export async function askToPersist(deps: Deps): Promise<boolean> {
  try {
    return (await deps.storage?.persist?.()) ?? false;
  } catch {
    return false;
  }
}

const GIB = 1024 ** 3;
/** Photos that wait here from which on it is said that they should go up, where nobody says what room is left. */
const WAITING_WARN = 150;

/** What a photo is taken to weigh where none waits here to be asked. Bytes. */
const PHOTO_BYTES = 3 * 1024 * 1024;
/** Beside each original lies its preview. */
const PREVIEW_SHARE = 1.06;
/** So many photos left is said well before there is none: half a day's work. */
const PHOTOS_WARN = 100;
/** Below this much left nothing is kept that can be fetched again. Bytes. */
const SPARE_BYTES = 64 * 1024 * 1024;

/** What is said of the room for photos. */
export interface Room {
  /** About how many more; null: the platform does not say. */
  photos: number | null;
  /** How many wait here. */
  waiting: number;
  /** It is time to upload. */
  low: boolean;
}

/** The room there is, and whether it is time to upload; null while nothing is known. */
export function roomOf(
  state: Pick<StorageState, 'used' | 'quota'> | null,
  outbox: readonly OutboxItem[],
): Room | null {
  if (state === null) return null;
  const sizes = outbox.flatMap((item) =>
    item.type === 'blob' && (item.role === 'photo' || item.role === 'damage') ? [item.size] : [],
  );
  const photos = saysWhatIsLeft(state) ? photosLeft(state, sizes) : null;
  const low = photos === null ? sizes.length >= WAITING_WARN : photos < PHOTOS_WARN;
  return { photos, waiting: sizes.length, low };
}

/** About how many photos can still be kept. `sizes`: of those that wait here, in bytes. */
export function photosLeft(state: Pick<StorageState, 'used' | 'quota'>, sizes: readonly number[]): number {
  const mean = sizes.length > 0 ? sizes.reduce((sum, size) => sum + size, 0) / sizes.length : PHOTO_BYTES;
  const free = state.quota - state.used - RESERVE_BYTES;
  return Math.max(0, Math.floor(free / (Math.max(1, mean) * PREVIEW_SHARE)));
}

/** Whether there is room to keep what could be fetched again. */
export async function hasSpare(deps: Deps): Promise<boolean> {
  const state = await estimate(deps);
  return state === null || state.quota - state.used > SPARE_BYTES;
}

/**
 * CoreError `device_full` when so many bytes more would eat into the reserve, even after what can be fetched again has gone.
 * `letGo` drops at least so many bytes of that, if it has them, and says how many it dropped.
 */
export async function refuseWithoutRoom(
  deps: Deps,
  bytes: number,
  letGo: (bytes: number) => Promise<number>,
): Promise<void> {
  if (bytes === 0) return;
  const state = await estimate(deps);
  if (!state) return;
  const left = state.quota - state.used;
  const short = bytes + RESERVE_BYTES - left;
  if (short <= 0) return;
  // The platform may count what went only later: what was dropped is believed, and the transaction fails whole if it is wrong.
  if ((await letGo(short)) >= short) return;
  throw new CoreError('device_full', { left: Math.max(0, left), needed: bytes });
}
