/** What a mapping lacks or says twice. Neighbour: `Mapping.svelte`. Pure. */
import type { SheetColumn } from '$generated/types';

/** Codes chosen for more than one column. */
export function doubled(chosen: readonly (string | null)[]): string[] {
  const codes = chosen.filter((code): code is string => code !== null && code !== '');
  return [...new Set(codes.filter((code, at) => codes.indexOf(code) !== at))];
}

/** Fields a new row needs and no column fills. */
export function missing(columns: readonly SheetColumn[], chosen: readonly (string | null)[]): SheetColumn[] {
  return columns.filter((one) => one.required && !chosen.includes(one.code));
}

/** Values of one column in the first rows, without the header; empty ones left out. */
export function examples(head: readonly (readonly string[])[], at: number): string[] {
  return head
    .slice(1)
    .map((line) => line[at] ?? '')
    .filter((text) => text.trim() !== '')
    .slice(0, 3);
}

/** How many columns a sheet shows. */
export function width(head: readonly (readonly string[])[]): number {
  return Math.max(0, ...head.map((line) => line.length));
}
