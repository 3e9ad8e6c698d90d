/**
 * The report of a lost device in lines a person reads: missing files gathered by the handover they belong to. Pure.
 *
 * Neighbours: Report.svelte shows them; `server/lost.py` computes the report. Invariant: every file is counted once.
 */
import type { AwaitedFile } from '$generated/types';

export interface FilesOf {
  /** The handover they belong to; null: none that is known. */
  handover: string | null;
  /** Role → how many. */
  roles: [string, number][];
}

export function filesByHandover(files: readonly AwaitedFile[]): FilesOf[] {
  const found = new Map<string | null, Map<string, number>>();
  for (const file of files) {
    const handover = file.records.find(([kind]) => kind === 'handover')?.[1] ?? null;
    const roles = found.get(handover) ?? new Map<string, number>();
    roles.set(file.role, (roles.get(file.role) ?? 0) + 1);
    found.set(handover, roles);
  }
  return [...found].map(([handover, roles]) => ({ handover, roles: [...roles] }));
}
