/**
 * Short messages that pass by: `toast('已保存')`. Never for an error a person must act on (use Notice).
 *
 * Neighbour: Toasts.svelte shows them. Invariants: at most three at once; the oldest leaves first, one that can be undone last · while a
 * hand or the focus is on them (`hold`) none leaves by itself.
 */
import type { Tone } from './tones';

const SHOWN_MAX = 3;
const PASSING_MS = 5_000;
/** Long enough to read, to change one's mind and to get there. */
const WITH_ACTION_MS = 12_000;
const AFTER_HOLD_MS = 3_000;

export interface Toast {
  id: number;
  text: string;
  tone: Tone;
  action?: { text: string; run: () => void } | undefined;
}

export interface ToastOptions {
  tone?: Tone;
  action?: { text: string; run: () => void };
  /** How long it stays, in milliseconds. */
  ms?: number;
}

let lastId = 0;
let held = false;
/** Their time was over while they were held. */
const late = new Set<number>();

export const toasts = $state<Toast[]>([]);

/** Show a message; returns its id for `dismiss`. */
export function toast(text: string, options: ToastOptions = {}): number {
  lastId += 1;
  const id = lastId;
  const { tone = 'ok', action } = options;
  // The same words twice say nothing more: the one shown starts anew.
  const same = toasts.findIndex((one) => one.text === text && one.tone === tone && !one.action && !action);
  if (same >= 0) toasts.splice(same, 1);
  toasts.push({ id, text, tone, action });
  if (toasts.length > SHOWN_MAX) {
    const plain = toasts.findIndex((one) => !one.action);
    toasts.splice(Math.max(0, plain), 1);
  }
  setTimeout(() => (held ? late.add(id) : dismiss(id)), options.ms ?? (action ? WITH_ACTION_MS : PASSING_MS));
  return id;
}

export function dismiss(id: number): void {
  late.delete(id);
  const at = toasts.findIndex((one) => one.id === id);
  if (at >= 0) {
    toasts.splice(at, 1);
  }
}

/** Somebody is at them: they wait, and once let go leave a little later. */
export function hold(on: boolean): void {
  held = on;
  if (on) return;
  const over = [...late];
  setTimeout(() => {
    if (!held) for (const id of over) dismiss(id);
  }, AFTER_HOLD_MS);
}

/** Good news that is not true any more: what was saved has been refused. */
export function withdraw(): void {
  for (const one of toasts.filter((shown) => shown.tone === 'ok')) {
    dismiss(one.id);
  }
}
