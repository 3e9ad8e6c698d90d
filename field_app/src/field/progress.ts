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
  blobs: Figure;
  bytes: Figure;
}

/** Done and total of entries, files and bytes; the file on its way counts by its bytes. */
export function progressOf(status: Pick<Status, 'unsent' | 'opening' | 'sending'>): Progress {
  const { unsent, opening, sending } = status;
  const moving = sending.what === 'blob' ? Math.min(sending.sent, sending.size) : 0;
  const figure = (name: 'entries' | 'blobs' | 'bytes', extra = 0): Figure => {
    const total = Math.max(opening?.[name] ?? 0, unsent[name]);
    return { done: Math.min(total, total - unsent[name] + extra), total };
  };
  return { entries: figure('entries'), blobs: figure('blobs'), bytes: figure('bytes', moving) };
}

/** One sight of the bytes done at a time in ms. */
export interface Sight {
  at: number;
  done: number;
}

const WATCH_MS = 3000;

/** Milliseconds until the rest is up at the pace since `first`; null until that is worth saying. */
export function timeLeft(first: Sight, now: Sight, total: number): number | null {
  const ms = now.at - first.at;
  const moved = now.done - first.done;
  if (ms < WATCH_MS || moved <= 0 || total <= now.done) return null;
  return ((total - now.done) / moved) * ms;
}

/** What one handover still has on its way. */
export interface Moving {
  handover: string | null;
  entries: number;
  entriesProven: number;
  files: number;
  filesDone: number;
  sending: boolean;
}

/** The outbox by handover, in the order it was recorded. */
export function byHandover(items: readonly OutboxItem[]): Moving[] {
  const found = new Map<string | null, Moving>();
  for (const item of items) {
    const one = found.get(item.handover) ?? {
      handover: item.handover,
      entries: 0,
      entriesProven: 0,
      files: 0,
      filesDone: 0,
      sending: false,
    };
    if (item.type === 'entry') {
      one.entries += 1;
      if (item.state === 'proven') one.entriesProven += 1;
    } else {
      one.files += 1;
      if (item.state === 'done' || item.state === 'rejected') one.filesDone += 1;
    }
    if (item.state === 'sending' || item.state === 'uploading') one.sending = true;
    found.set(item.handover, one);
  }
  return [...found.values()];
}
