/**
 * The format helpers bound to the current language: reading one inside a template follows the language switch.
 *
 * Neighbours: format.ts (pure), locale.svelte.ts. Both entries use this one object.
 */
import * as format from './format';
import { locale } from './locale.svelte';

export const fmt = {
  plate: format.plate,
  count: (value: number): string => format.count(value, locale.current),
  bytes: (value: number): string => format.bytes(value, locale.current),
  bytesOf: (done: number, total: number): string => format.bytesOf(done, total, locale.current),
  distance: (km: number): string => format.distance(km, locale.current),
  percent: (share: number): string => format.percent(share, locale.current),
  money: (fen: number, currency = false): string => format.money(fen, locale.current, currency),
  dateTime: (iso: string, zone: string, long = false): string =>
    format.dateTime(iso, zone, locale.current, long, new Date().toISOString()),
  day: (iso: string, zone: string): string =>
    format.shortDay(iso, zone, locale.current, new Date().toISOString()),
  clock: (iso: string, zone: string): string => format.clock(iso, zone, locale.current),
  date: (iso: string, zone: string): string => format.date(iso, zone, locale.current),
  dayName: (iso: string, zone: string, nowIso?: string): string =>
    format.dayName(iso, zone, locale.current, nowIso),
  relativeDay: (iso: string, zone: string, nowIso: string): string =>
    format.relativeDay(iso, zone, nowIso, locale.current),
  duration: (ms: number): string => format.duration(ms, locale.current),
  timeLeft: (dueIso: string, nowIso: string): string => format.timeLeft(dueIso, nowIso, locale.current),
} as const;
