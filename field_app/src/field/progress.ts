/**
 * The gate's figures: how much of what was unsent at opening has gone up, and how long the rest will take. Pure.
 *
 * Neighbour: `Gate.svelte`. Invariant: a total never shrinks below what is still unsent, so that no bar runs backwards past its end when a
 * handover is finished behind the gate.
 */
import type { OutboxItem, Status } from '$core';

export interface Figure {
  done: number;
  total: number;
}

export interface Progress {
  entries: Figure;
  photos: Figure;
  /** Signatures and documents. */
  files: Figure;
  bytes: Figure;
}

/** Done and total of entries, photos, other files and bytes. The bytes of a file on its way are no longer among the unsent. */
export function progressOf(status: Pick<Status, 'unsent' | 'opening'>): Progress {
  const { unsent, opening } = status;
  const figure = (left: number, atOpening = 0): Figure => {
    const total = Math.max(atOpening, left);
    return { done: total - left, total };
  };
  return {
    entries: figure(unsent.entries, opening?.entries),
    photos: figure(unsent.photos, opening?.photos),
    files: figure(unsent.blobs - unsent.photos, opening ? opening.blobs - opening.photos : 0),
    bytes: figure(unsent.bytes, opening?.bytes),
  };
}

/** One sight of the bytes done at a time in ms. */
export interface Sight {
  at: number;
  done: number;
}

/** The pace is that of these last ms: what the network gives now, not what it gave. */
const WINDOW_MS = 20_000;
const WATCH_MS = 3000;

/** The sights the pace is read from, with a new one; a step back (work added, another count) begins anew. */
export function watched(sights: readonly Sight[], now: Sight): Sight[] {
  const last = sights.at(-1);
  if (last && (now.done < last.done || now.at < last.at)) return [now];
  return [...sights.filter((one) => now.at - one.at <= WINDOW_MS), now];
}

/** Milliseconds until the rest is up at the present pace; null until that is worth saying, and while nothing moves. */
export function timeLeft(sights: readonly Sight[], total: number): number | null {
  const [first] = sights;
  const now = sights.at(-1);
  if (!first || !now) return null;
  const ms = now.at - first.at;
  const moved = now.done - first.done;
  if (ms < WATCH_MS || moved <= 0 || total <= now.done) return null;
  return ((total - now.done) / moved) * ms;
}

/** What of one handover is not proven to be at the server yet. */
export interface Moving {
  handover: string | null;
  entries: number;
  photos: number;
  /** Signatures and documents. */
  files: number;
  sending: boolean;
}

/** The outbox by handover, in the order it was recorded; counted as the figures above are, so that both go down together. */
export function byHandover(items: readonly OutboxItem[]): Moving[] {
  const found = new Map<string | null, Moving>();
  for (const item of items) {
    const one = found.get(item.handover) ?? {
      handover: item.handover,
      entries: 0,
      photos: 0,
      files: 0,
      sending: false,
    };
    if (item.type === 'entry') {
      if (item.state !== 'proven') one.entries += 1;
    } else if (item.state !== 'rejected') {
      if (item.role === 'photo' || item.role === 'damage') one.photos += 1;
      else one.files += 1;
    }
    if (item.state === 'sending' || item.state === 'uploading') one.sending = true;
    found.set(item.handover, one);
  }
  return [...found.values()].filter((one) => one.entries + one.photos + one.files > 0);
}
