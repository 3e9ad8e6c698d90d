/**
 * Short messages that pass by: `toast('已保存')`. Never for an error a person must act on (use Notice).
 *
 * Neighbour: Toasts.svelte shows them. Invariant: at most three at once; the oldest leaves first.
 */
import type { Tone } from './tones';

const SHOWN_MAX = 3;

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

export const toasts = $state<Toast[]>([]);

/** Show a message; returns its id for `dismiss`. */
export function toast(text: string, options: ToastOptions = {}): number {
  lastId += 1;
  const id = lastId;
  toasts.push({ id, text, tone: options.tone ?? 'ok', action: options.action });
  if (toasts.length > SHOWN_MAX) {
    toasts.shift();
  }
  setTimeout(() => dismiss(id), options.ms ?? 5000);
  return id;
}

export function dismiss(id: number): void {
  const at = toasts.findIndex((one) => one.id === id);
  if (at >= 0) {
    toasts.splice(at, 1);
  }
}

/** Good news that is not true any more: what was saved has been refused. */
export function withdraw(): void {
  for (const one of toasts.filter((shown) => shown.tone === 'ok')) {
    dismiss(one.id);
  }
}
