/**
 * Hybrid logical clock as text: 13 digits of milliseconds, a dash, 4 hex digits of counter. Sorts as text.
 *
 * Neighbour: `sync/hlc.py` is the same clock; `tests/vectors/hlc.json` holds both equal.
 */
export const HLC_ZERO = '0000000000000-0000';

function encode(ms: number, counter: number): string {
  return `${String(ms).padStart(13, '0')}-${counter.toString(16).padStart(4, '0')}`;
}

/** The next reading: later than `last`, never behind the wall clock (ms since 1970). */
export function tick(last: string, nowMs: number): string {
  const ms = Number(last.slice(0, 13));
  const counter = Number.parseInt(last.slice(14), 16);
  if (nowMs > ms) return encode(nowMs, 0);
  return counter + 1 < 2 ** 16 ? encode(ms, counter + 1) : encode(ms + 1, 0);
}
