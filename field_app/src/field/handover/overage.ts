/**
 * What a reading says against the last one and against what the rental includes. Pure.
 *
 * Neighbours: Meters.svelte and document.ts show it; billing in the office computes its own. Whole units only.
 */
export interface Distance {
  /** Since the check-out; negative when the dial shows less than before. */
  driven: number;
  included: number | null;
  /** Beyond what is included; 0 when nothing is, or nothing is agreed. */
  over: number;
}

/** Distance since `from`; null when either reading is unknown. */
export function distance(
  value: number | null,
  from: number | null,
  included: number | null,
): Distance | null {
  if (value === null || from === null) return null;
  const driven = value - from;
  return { driven, included, over: included === null ? 0 : Math.max(0, driven - included) };
}

/**
 * The full value a few typed end digits stand for: the smallest one not below `last` that ends in them. Null when the digits
 * are as many as the last reading's (then they are the value) or none.
 */
export function completed(typed: string, last: number | null, max: number): number | null {
  if (last === null || !/^\d{2,9}$/.test(typed) || typed.length >= String(last).length) return null;
  const span = 10 ** typed.length;
  const base = last - (last % span) + Number(typed);
  const value = base < last ? base + span : base;
  return value <= max ? value : null;
}

/** True when a value lies so far above the last one that a slip of the finger is likelier than the drive. */
export function implausible(value: number, last: number | null, days: number): boolean {
  const PER_DAY = 1_500;
  return last !== null && value - last > PER_DAY * Math.max(1, Math.ceil(days));
}
