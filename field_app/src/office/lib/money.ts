/**
 * Amounts as people type them, exact to the fen: never through a floating point figure. Pure.
 *
 * Neighbours: the forms of deposits, prices and credit. Invariant: what is no amount, or beyond the bound, is null.
 */
import { MONEY_FEN_MAX } from '$generated/limits';

/** "1,234.5" → 123450; null when it is no amount of at most two decimals within the bound. */
export function fenOf(text: string): number | null {
  const match = /^(\d{1,12})(?:\.(\d{1,2}))?$/.exec(text.trim().replaceAll(/[,，¥￥\s]/g, ''));
  if (!match) return null;
  const fen = Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0'));
  return fen <= MONEY_FEN_MAX ? fen : null;
}

/** 123450 → "1234.50", to be edited. */
export function yuanOf(fen: number): string {
  const cents = fen % 100;
  const whole = String((fen - cents) / 100);
  return cents === 0 ? whole : `${whole}.${String(cents).padStart(2, '0')}`;
}

/** A whole number in a range; null when it is none. */
export function wholeOf(text: string, max: number, min = 0): number | null {
  const value = /^\d{1,9}$/.test(text.trim()) ? Number(text.trim()) : Number.NaN;
  return value >= min && value <= max ? value : null;
}
