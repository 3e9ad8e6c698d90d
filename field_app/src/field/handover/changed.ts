/**
 * What the office has changed about a handover under way: its task given to somebody else or cancelled, its rental cancelled, the
 * asset no longer on it. Pure.
 *
 * Neighbours: Changed.svelte says it; the server records the same on arrival (`contradictions.py`). Invariant: what the person did
 * themselves is no change.
 */
import type { RecordOf } from '$core';

export interface Change {
  what: 'reassigned' | 'cancelled' | 'rental' | 'removed';
  to: string | null;
  reason: string;
}

interface Known {
  handover: Pick<RecordOf<'handover'>, 'asset_id' | 'type' | 'started_at'>;
  task: Pick<RecordOf<'task'>, 'state' | 'assignee_id' | 'changed'> | null;
  rental: Pick<RecordOf<'rental'>, 'state' | 'assets'> | null;
  person: string | null;
}

interface TaskChange {
  from?: string | null;
  to?: string | null;
  reason?: string;
  at?: string;
}

/** The weightiest change, or null. Of a task only what came after the handover began, or took it from this very person. */
export function changeOf({ handover, task, rental, person }: Known): Change | null {
  if (handover.type === 'check_out' && rental) {
    if (rental.state === 'cancelled') return { what: 'rental', to: null, reason: '' };
    if (!(handover.asset_id in rental.assets)) return { what: 'removed', to: null, reason: '' };
  }
  if (!task) return null;
  const changed = (task.changed ?? {}) as TaskChange;
  if (task.state === 'cancelled') return { what: 'cancelled', to: null, reason: changed.reason ?? '' };
  const since = Date.parse(changed.at ?? '') > Date.parse(handover.started_at);
  const away = task.assignee_id !== person && (changed.from === person || since);
  const { assignee_id: to } = task;
  return changed.at && away && task.state !== 'done' ? { what: 'reassigned', to, reason: '' } : null;
}
