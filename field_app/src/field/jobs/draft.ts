/**
 * What has been entered of a job and not yet finished: kept on the device at each touch, so that a crash or a call loses nothing. Pure but
 * for the storage given.
 *
 * Neighbours: `../TaskSheet.svelte`. Invariant: what cannot be read is an empty draft, never an error.
 */
import type { ArgsOf } from '$core/types';
import { fenOf } from '../../office/lib/money';

export interface CheckDraft {
  ok: boolean | null;
  note: string;
}

export interface PartDraft {
  what: string;
  count: string;
  cost: string;
}

export interface JobDraft {
  note: string;
  minutes: string;
  parts: PartDraft[];
  checks: Record<string, CheckDraft>;
}

type Done = ArgsOf<'task.done'>;
interface Line {
  id: string;
  required: boolean;
}
interface Kept {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

const KEY = 'handover.task.';
const MINUTES_MAX = 100_000;
const COUNT_MAX = 10_000;

export function emptyDraft(): JobDraft {
  return { note: '', minutes: '', parts: [], checks: {} };
}

export function keptDraft(task: string, store: Kept): JobDraft {
  try {
    const said = JSON.parse(store.getItem(KEY + task) ?? '{}') as Partial<JobDraft>;
    return { ...emptyDraft(), ...said };
  } catch {
    return emptyDraft();
  }
}

export function keepDraft(task: string, draft: JobDraft, store: Kept): void {
  try {
    store.setItem(KEY + task, JSON.stringify(draft));
  } catch {
    // A full storage keeps no draft; what is saved as an entry is not affected.
  }
}

export function dropDraft(task: string, store: Kept): void {
  try {
    store.removeItem(KEY + task);
  } catch {
    // Nothing was kept there.
  }
}

/** What of the draft cannot stand: names of fields, and of lines of the checklist that wait for a word. */
export function wrongIn(draft: JobDraft, lines: readonly Line[]): string[] {
  const wrong: string[] = [];
  const minutes = draft.minutes.trim();
  if (minutes !== '' && !(/^\d{1,6}$/.test(minutes) && Number(minutes) <= MINUTES_MAX)) wrong.push('minutes');
  draft.parts.forEach((part, at) => {
    if (part.what.trim() === '') wrong.push(`what.${at}`);
    if (!/^\d{1,5}$/.test(part.count.trim()) || Number(part.count) < 1 || Number(part.count) > COUNT_MAX)
      wrong.push(`count.${at}`);
    if (part.cost.trim() !== '' && fenOf(part.cost) === null) wrong.push(`cost.${at}`);
  });
  for (const line of lines)
    if (line.required && (draft.checks[line.id]?.ok ?? null) === null) wrong.push(`check.${line.id}`);
  return wrong;
}

/** The draft as the arguments of `task.done`: what was not asked or not entered is left out. */
export function doneOf(
  draft: JobDraft,
  lines: readonly Line[],
): Pick<Done, 'parts' | 'minutes' | 'checks' | 'note'> {
  const said: Pick<Done, 'parts' | 'minutes' | 'checks' | 'note'> = { note: draft.note };
  if (draft.minutes.trim() !== '') said.minutes = Number(draft.minutes);
  if (draft.parts.length > 0)
    said.parts = draft.parts.map((part) => ({
      what: part.what.trim(),
      count: Number(part.count),
      cost_fen: part.cost.trim() === '' ? null : fenOf(part.cost),
    }));
  const checks = lines.flatMap((line) => {
    const found = draft.checks[line.id];
    return found && found.ok !== null ? [[line.id, { ok: found.ok, note: found.note }] as const] : [];
  });
  if (checks.length > 0) said.checks = Object.fromEntries(checks);
  return said;
}
