/**
 * The tones of a state. A state is never told by colour alone: each tone brings an icon, and a word stands beside it.
 *
 * Neighbours: Chip, Notice, Card, Toasts. Ranking of use: brand = normal work, signal = live or unsent, the rest say states.
 */
import type { IconName } from './icons';

export type Tone = 'ok' | 'warn' | 'stop' | 'info' | 'brand' | 'signal';

export const TONE_ICON: Readonly<Record<Tone, IconName>> = {
  ok: 'check',
  warn: 'warn',
  stop: 'stop',
  info: 'info',
  brand: 'dot',
  signal: 'upload',
};
