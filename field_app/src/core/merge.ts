/**
 * How an entry's value meets the one already there, as shown on the device that wrote it. Pure.
 *
 * Neighbours: `sync/merge.py` decides for all devices; here every writer has seen what stands, so only the policies that are
 * not a plain "set" differ; `tests/vectors/effects.json` holds both equal for one device. `view.ts` calls it.
 */
import type { MergePolicy } from '../generated/policies';

/** The value that stands. Never changes `present`. `fresh`: the record is only now being made. */
export function mergeField(
  policy: MergePolicy,
  present: unknown,
  incoming: unknown,
  fresh: boolean,
): unknown {
  switch (policy) {
    case 'union':
      return union(present, incoming);
    case 'immutable':
      return fresh || present === null || present === undefined ? incoming : present;
    case 'max':
    case 'min': {
      if (fresh || typeof present !== 'number' || typeof incoming !== 'number') return incoming;
      return policy === 'max' ? Math.max(present, incoming) : Math.min(present, incoming);
    }
    case 'counter':
      return (typeof present === 'number' ? present : 0) + (typeof incoming === 'number' ? incoming : 0);
    case 'last_writer':
    case 'server':
    case 'review':
      return incoming;
  }
}

/** Key by key; null removes a key. */
function union(present: unknown, incoming: unknown): unknown {
  const merged: Record<string, unknown> = { ...(present as object | null | undefined) };
  for (const [key, value] of Object.entries((incoming ?? {}) as object)) {
    if (value === null) delete merged[key];
    else merged[key] = value;
  }
  return merged;
}
